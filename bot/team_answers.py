"""What one side of an order answers to the campus team: it goes back to the desk, and to nobody else."""

from aiogram.dispatcher.event.bases import SkipHandler

from bot.replies import NewMessage, Replies, Screen
from bot.turn import Turn
from domain.store.answered import told_under
from domain.store.use_cases import correspondence

TO_SIDE = "push-team-writes"


async def answer_team(turn: Turn) -> Replies:
    """A reply to the desk's words; all else is left to others."""
    if not turn.private or turn.reply_to is None or not (turn.typed or turn.photo):
        raise SkipHandler
    told = await told_under(turn.work, turn.campus.id, turn.chat_id, turn.reply_to)
    order_id = next((each.order_id for each in told if each.key == TO_SIDE), None)
    if order_id is None:
        raise SkipHandler
    message = f"{turn.chat_id}:{turn.message_id}"
    sent = await correspondence.answer_team(
        turn.work, turn.campus, turn.member, order_id, turn.typed, photo=turn.photo, message=message
    )
    if not sent:
        raise SkipHandler
    return (NewMessage(Screen(turn.say("bot-team-told", order=order_id))),)
