"""Answers to cards and to each other's words: what one side of an order writes to the other, through the bot."""

from aiogram import Router
from aiogram.dispatcher.event.bases import SkipHandler

from bot import passing_on, photos
from bot.replies import NewMessage, Replies, Screen
from bot.routing import on_picture_files, on_replies, on_taps
from bot.runner.handover import PIN, hand_over
from bot.team_answers import answer_team
from bot.turn import Turn
from domain.buttons import Tap
from domain.draft import Expects
from domain.errors import Unreadable
from domain.money import read_amount
from domain.order import Order, OrderStatus
from domain.store.aftercare import find_case
from domain.store.use_cases import relaying


def relay_router() -> Router:
    """Asked before all others: an answer to a card is meant for a person, whatever was asked last."""
    router = Router(name="relay")
    on_picture_files(router, photos.ask_as_photo)
    on_replies(router, relay)
    on_replies(router, answer_team)
    on_taps(router, {Tap.SEE_RECEIPT: photos.see_receipt, Tap.SEE_PHOTO: photos.see_photo})
    on_taps(
        router,
        {
            Tap.PASS_ON: passing_on.pass_on,
            Tap.PASS_ON_CASE: passing_on.pass_to_team,
            Tap.LET_BE: passing_on.let_be,
        },
    )
    return router


async def relay(turn: Turn) -> Replies:
    """What answers a card, or news of the other side, goes to the other side; all else is as if it answered nothing."""
    if not turn.private or turn.reply_to is None or turn.message_id is None:
        raise SkipHandler
    order = await relaying.order_behind(turn.work, turn.campus, turn.chat_id, turn.reply_to)
    if order is None or await _was_asked_for(turn, order):
        raise SkipHandler
    if _is_pin(turn, order):
        return await hand_over(turn, order.id, turn.typed)
    if turn.other:
        return _say(turn.say("bot-relay-only-words"))
    outcome = await relaying.pass_on(
        turn.work, turn.campus, turn.member, order, turn.typed, photo=turn.photo, message_id=turn.message_id
    )
    words = await passing_on.outcome_words(turn, order, outcome)
    return () if words is None else _say(words)  # she sees her own message: nothing to add


async def _was_asked_for(turn: Turn, order: Order) -> bool:
    """The bot's own question about this order is answered by it: the receipt, the photo of the food, what is wrong.

    What is meant for the campus team must never reach the one it is about.
    """
    if turn.dialogue is not None and turn.dialogue.expects is Expects.CASE_MORE:
        return (await find_case(turn.work, turn.campus.id, turn.asked_about)).order_id == order.id
    if turn.dialogue is None or turn.dialogue.subject != order.id:
        return False
    match turn.dialogue.expects:
        case Expects.PROBLEM:
            return True
        case Expects.PROOF:
            return turn.photo is not None
        case Expects.RECEIPT:
            return turn.photo is not None or _is_amount(turn)
        case _:
            return False


def _is_amount(turn: Turn) -> bool:
    try:
        read_amount(turn.typed, turn.campus.currency)
    except Unreadable:
        return False
    return True


def _is_pin(turn: Turn, order: Order) -> bool:
    at_the_door = order.status is OrderStatus.ARRIVED and order.runner_id == turn.member.person_id
    return at_the_door and turn.photo is None and PIN.fullmatch(turn.typed) is not None


def _say(words: str) -> Replies:
    return (NewMessage(Screen(words)),)
