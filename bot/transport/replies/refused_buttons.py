"""A reply whose buttons Telegram refuses: it is sent without them, and says so."""

from dataclasses import replace

from bot.conversation.replies import EditMenu, NewMessage, Picture, Reply, Rows, Screen
from domain.words import say


def without_refused_buttons(reply: Reply, language: str) -> Reply | None:
    """Return the reply without its links, or without all buttons when it has no links; None when it has no buttons."""
    match reply:
        case NewMessage(screen=screen) if screen.rows:
            return NewMessage(_plain_screen(screen, language))
        case EditMenu(screen=screen, message_id=message_id) if screen.rows:
            return EditMenu(_plain_screen(screen, language), message_id=message_id)
        case Picture(rows=rows) if rows:
            return replace(reply, rows=_own_buttons(rows))
        case _:
            return None


def _plain_screen(screen: Screen, language: str) -> Screen:
    return Screen(f"{screen.text}\n\n{say(language, 'bot-buttons-missing')}", _own_buttons(screen.rows))


def _own_buttons(rows: Rows) -> Rows:
    """Return the buttons that lead to us, if only links are left out then."""
    own = tuple(kept for row in rows if (kept := tuple(button for button in row if button.data is not None)))
    return () if own == tuple(rows) else own
