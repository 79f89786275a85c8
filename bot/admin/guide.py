"""What the admin chat answers to /help, and to a command it does not know."""

from bot.admin.steering import require_desk, told
from bot.commands import COMMANDS
from bot.replies import NewMessage, Replies
from bot.turn import Turn
from domain.people import Role

KNOWN = frozenset({"/help", "/start"})


async def guide(turn: Turn) -> Replies:
    """Every command of the desk in a line of its own."""
    require_desk(turn)
    command = turn.typed.partition(" ")[0].partition("@")[0]
    lines = [
        *([] if command in KNOWN else [turn.say("bot-unknown-command")]),
        turn.say("bot-guide-desk"),
        *(turn.say("bot-guide-line", command=name, what=turn.plain(key)) for name, key in COMMANDS[Role.ADMIN].items()),
    ]
    return (NewMessage(told(turn, "\n".join(lines))),)
