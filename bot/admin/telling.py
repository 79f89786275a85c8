"""Words of the desk to one side of an order: /tell, and replies to alerts about orders."""

from aiogram.dispatcher.event.bases import SkipHandler

from bot.admin.steering import NUMBER, look_around, require_desk, told
from bot.replies import NewMessage, Replies
from bot.turn import Turn
from domain.store.answered import Told, told_under
from domain.store.use_cases import correspondence
from domain.store.use_cases.correspondence import Side

# Alerts whose answer is meant for the runner: she asked, or is asked for; and answers of one side to the desk's words.
FOR_RUNNER = frozenset({"push-above-limit", "push-pin-locked", "push-silent-admins"})
FROM_SIDE = "push-team-reads"


async def tell(turn: Turn) -> Replies:
    """/tell NUMBER customer|runner words."""
    await look_around(turn)
    number, _, rest = turn.arguments.partition(" ")
    side, _, words = rest.strip().partition(" ")
    found = NUMBER.fullmatch(number)
    if found is None or side.lower() not in tuple(Side) or not words.strip():
        return (NewMessage(told(turn, turn.say("bot-usage-tell"))),)
    return await _write(turn, int(found[1]), Side(side.lower()), words.strip())


async def answer_alert(turn: Turn) -> Replies:
    """A reply in the admin chat to an alert about an order goes to its runner, to an answer back to who wrote it."""
    if turn.chat_id != turn.campus.admin_chat or turn.reply_to is None or not turn.typed:
        raise SkipHandler
    for message in await told_under(turn.work, turn.campus.id, turn.chat_id, turn.reply_to):
        if message.order_id is not None and (message.key in FOR_RUNNER or message.key == FROM_SIDE):
            require_desk(turn)
            return await _write(turn, message.order_id, _meant(message), turn.typed)
    raise SkipHandler


def _meant(message: Told) -> Side:
    """Whom a reply to this message is for; the name of an answer says which side it came from."""
    if message.key == FROM_SIDE and message.name.endswith(f":{Side.CUSTOMER}"):
        return Side.CUSTOMER
    return Side.RUNNER


async def _write(turn: Turn, order_id: int, side: Side, words: str) -> Replies:
    message = f"{turn.chat_id}:{turn.message_id}"
    reader = await correspondence.write_to_side(
        turn.work, turn.campus, turn.member, order_id, side, words, message=message
    )
    key = "bot-told-side" if reader.reachable else "bot-side-unreachable"
    return (NewMessage(told(turn, turn.say(key, order=order_id, name=reader.first_name))),)
