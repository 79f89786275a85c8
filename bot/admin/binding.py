"""/bind: a group becomes the runner group or the admin chat of its campus.

The group is bound in the handler's commit, without a link into it. The link needs a call of Telegram, and no call is
made inside a transaction: it is made after the commit and kept in a commit of its own. Should the process die between
the two, the group is bound and /bind makes the link the second time.
"""

from bot.home import home_button
from bot.replies import CommandMenu, InviteWanted, NewMessage, Replies, Screen
from bot.turn import Turn
from domain.people import Role
from domain.store.use_cases import steering
from domain.words import FALLBACK


async def bind(turn: Turn) -> Replies:
    """/bind for the runner group, /bind admin for the admin chat."""
    admins = turn.arguments.lower() in ("admin", "admins")
    if turn.private:
        home = home_button(turn)
        return (NewMessage(Screen(turn.say("bot-bind-in-group"), ((home,),))),)
    await steering.bind(turn.work, turn.campus, turn.member, chat_id=turn.chat_id, invite=None, admins=admins)
    if admins:
        bound = NewMessage(Screen(turn.say("bot-bound-admins", campus=turn.campus.title)))
        return bound, CommandMenu(turn.chat_id, frozenset({Role.ADMIN}), FALLBACK)
    made = Screen(turn.say("bot-bound-runners", campus=turn.campus.title))
    return (InviteWanted(made=made, refused=Screen(turn.say("bot-bound-no-link", campus=turn.campus.title))),)
