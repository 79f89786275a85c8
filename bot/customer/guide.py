"""/help: how ordering and delivering work, in as few lines as a queue allows."""

from bot import home
from bot.replies import NewMessage, Replies, Screen
from bot.turn import Turn
from domain.people import Role


async def guide(turn: Turn) -> Replies:
    """/help; what was asked before stays asked."""
    first = await home.home(turn)
    if Role.CUSTOMER not in turn.member.roles:
        return (NewMessage(first),)
    parts = [turn.say("bot-guide", campus=turn.campus.title)]
    if Role.RUNNER in turn.member.roles:
        parts.append(turn.say("bot-guide-runner"))
    return (NewMessage(Screen("\n\n".join(parts), first.rows)),)
