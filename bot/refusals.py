"""What people hear when something was not done, and what a refusal leaves tidied up."""

from bot.arrivals import place_of, tap_of
from bot.home import MENU
from bot.limits import Verdict
from bot.replies import Answer, NewMessage, Replies, Screen
from domain.buttons import Button, Tap, pack
from domain.errors import (
    CampusGError,
    CaseError,
    HoldNotChecked,
    LeavingTooEarly,
    NotAllowed,
    OrderClosed,
    OrderError,
    OrderNotFound,
    ReceiptAboveLimit,
    ReceiptTooSmall,
    Stale,
)
from domain.store.drafts import expect_nothing
from domain.store.inbox import Arrival
from domain.store.messages import redraw_known
from domain.store.orders import find_order
from domain.store.unit_of_work import UnitOfWork
from domain.way_out import way_out_now
from domain.words import say, say_plain

LONGEST_TOAST = 90  # characters; more has to be read in peace, as an alert
# The question stands, another answer may do.
ASK_AGAIN = (LeavingTooEarly, ReceiptAboveLimit, ReceiptTooSmall, HoldNotChecked)

ORDER_TAPS = frozenset(
    {
        Tap.WAIT,
        Tap.RAISE,
        Tap.RAISE_SURE,
        Tap.ON_IT,
        Tap.CANCEL,
        Tap.CANCEL_SURE,
        Tap.CLAIM,
        Tap.RELEASE,
        Tap.RELEASE_SURE,
        Tap.BOUGHT,
        Tap.BOUGHT_AS_ESTIMATED,
        Tap.PICKED_UP,
        Tap.HERE,
        Tap.ASK_CUSTOMER,
        Tap.AGREE,
        Tap.DISAGREE,
        Tap.ASK_ADMIN,
        Tap.LEAVE,
        Tap.STAY,
        Tap.SEE_RECEIPT,
        Tap.SEE_PHOTO,
        Tap.THUMB_UP,
        Tap.THUMB_DOWN,
        Tap.THUMB_REASON,
        Tap.PROBLEM,
        Tap.PROBLEM_KIND,
        Tap.PROBLEM_WORDLESS,
    }
)


def refused(arrival: Arrival, refusal: CampusGError) -> Replies:
    """The sentence of a refusal: on the tapped button, or as a message; with a button where one helps."""
    place = place_of(arrival.payload)
    ways = () if place is None else way_out_now(refusal, place.language)
    if place is None or not place.private or not ways:
        return _tell(arrival, refusal.key, **refusal.words)
    back = Button(words=say_plain(place.language, "bot-button-home"), data=pack(Tap.HOME, version=MENU))
    said = NewMessage(Screen(say(place.language, refusal.key, **refusal.words), (ways, (back,))))
    if place.tap_id is None:
        return (said,)
    return Answer(say_plain(place.language, refusal.key, **refusal.words)), said


def say_sorry(arrival: Arrival) -> Replies:
    """We broke, and gave up."""
    return _tell(arrival, "bot-sorry")


def say_too_fast(arrival: Arrival, verdict: Verdict) -> Replies:
    """Every tap is answered; typed lines only the first time, or the flood would be answered by one."""
    if verdict is Verdict.STILL_TOO_FAST and "callback_query" not in arrival.payload:
        return ()
    return _tell(arrival, "bot-too-fast")


async def tidy_up(work: UnitOfWork, arrival: Arrival, refusal: CampusGError) -> None:
    """A stale button on an order redraws its cards; a question that makes no sense any more is closed.

    Fifty runners who were too late redraw nothing: the winner's commit did.
    """
    tap = tap_of(arrival.payload)
    if tap is not None and tap.tap in ORDER_TAPS and isinstance(refusal, Stale | OrderClosed):
        await _redraw(work, arrival.campus_id, tap.subject)
    final = isinstance(refusal, OrderError | CaseError | NotAllowed | Stale) and not isinstance(refusal, ASK_AGAIN)
    if final and "message" in arrival.payload and arrival.person_id is not None:
        await expect_nothing(work, arrival.campus_id, arrival.person_id)


async def _redraw(work: UnitOfWork, campus_id: int, order_id: int) -> None:
    try:
        order = await find_order(work, campus_id, order_id)
    except OrderNotFound:  # forged
        return
    await redraw_known(work, order.id)


def _tell(arrival: Arrival, key: str, **words: str | int) -> Replies:
    place = place_of(arrival.payload)
    if place is None:
        return ()
    if place.tap_id is not None:
        plain = say_plain(place.language, key, **words)
        return (Answer(plain, alert=len(plain) > LONGEST_TOAST),)
    return (NewMessage(Screen(say(place.language, key, **words))),)
