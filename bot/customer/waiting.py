"""Nobody has taken her order yet: what the customer says to that."""

from bot.replies import Answer, Replies
from bot.turn import Turn
from domain.store.use_cases import patience


async def wait(turn: Turn) -> Replies:
    """[I'll wait]: a kind word; [Cancel free] stays where it is."""
    order = await patience.wait(turn.work, turn.campus, turn.member, turn.subject)
    return (Answer(turn.plain("bot-waiting", order=order.id)),)
