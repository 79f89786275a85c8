"""The replies to refusals and failures, and the cleaning up after a refusal."""

from bot.conversation.replies import Answer, NewMessage, Replies, Screen
from bot.transport.update_payload import find_reply_target, find_tap, read_message
from bot.transport.user_rate_limit import RateLimitVerdict
from domain.database.unit_of_work import UnitOfWork
from domain.errors import (
    CampusGError,
    CaseError,
    DebtOutstandingElsewhere,
    HoldNotChecked,
    LeavingTooEarly,
    NotAllowed,
    OrderClosed,
    OrderError,
    OrderNotFound,
    OwnActUnconfirmed,
    ReceiptAboveLimit,
    ReceiptTooSmall,
    Stale,
)
from domain.inbox.repository import IncomingUpdate
from domain.messaging.buttons import MENU_SCREEN, Button, Tap, pack
from domain.messaging.outbox_repository import refresh_existing_order_messages
from domain.messaging.remedy import remedy_buttons
from domain.orders.drafts.repository import clear_pending_input
from domain.orders.repository import find_order
from domain.orders.sent_photos.refusals import PhotoSecondHand, PhotoUsedBefore
from domain.payments.use_cases.customer_debts import tell_campus_of_debt
from domain.restrictions.elsewhere import tell_campus_of_refusal
from domain.restrictions.errors import (
    NotSuspendedHere,
    OrderLimitReached,
    OwnRestrictionElsewhere,
    PersonBarred,
    PersonUnknown,
    RunnerSuspendedElsewhere,
    SuspendedHere,
)
from domain.words import say, say_plain

MAX_TOAST_LENGTH = 90  # characters; a longer text is shown as an alert, which stays until it is closed
# The pending input stays: another answer may be accepted.
RETRYABLE_REFUSALS = (
    LeavingTooEarly,
    ReceiptAboveLimit,
    ReceiptTooSmall,
    HoldNotChecked,
    PhotoUsedBefore,
    PhotoSecondHand,
)

CLOSING_REFUSALS = (
    OrderError,
    CaseError,
    NotAllowed,
    Stale,
    PersonUnknown,
    NotSuspendedHere,
    OwnRestrictionElsewhere,
    SuspendedHere,
)


def reply_to_refusal(incoming_update: IncomingUpdate, refusal: CampusGError) -> Replies:
    """Return the sentence of a refusal: the answer to a tap, else a message; with a button where one helps."""
    target = find_reply_target(incoming_update.payload)
    remedies = () if target is None else remedy_buttons(refusal, target.language)
    if target is None or not remedies or not (target.is_private or isinstance(refusal, OwnActUnconfirmed)):
        is_old_button = target is None or target.tap_id is not None or type(refusal) is not Stale
        key = refusal.key if is_old_button else "error-stale-words"  # nobody tapped a button
        return _reply(incoming_update, key, **refusal.arguments)
    back = Button(label=say_plain(target.language, "bot-button-home"), data=pack(Tap.HOME, argument=MENU_SCREEN))
    rows = (remedies, (back,)) if target.is_private else (remedies,)
    said = NewMessage(Screen(say(target.language, refusal.key, **refusal.arguments), rows))
    if target.tap_id is None:
        return (said,)
    return Answer(say_plain(target.language, refusal.key, **refusal.arguments)), said


def reply_to_failure(incoming_update: IncomingUpdate) -> Replies:
    """Return the apology for an update that has become a dead letter."""
    return _reply(incoming_update, "bot-sorry")


def reply_to_rate_limit(incoming_update: IncomingUpdate, verdict: RateLimitVerdict) -> Replies:
    """Answer every tap, but only the first of many messages: else a flood of replies would answer the flood."""
    if verdict is RateLimitVerdict.STILL_TOO_FAST and "callback_query" not in incoming_update.payload:
        return ()
    return _reply(incoming_update, "bot-too-fast")


async def clean_up_after_refusal(work: UnitOfWork, incoming_update: IncomingUpdate, refusal: CampusGError) -> None:
    """Refresh the order messages after a stale button, and close a pending input that makes no sense any more.

    The admins are told, once, when another campus is the reason, which they may not know.

    OrderAlreadyTaken refreshes nothing: the winner's commit did, and fifty runners may be too late at once.
    """
    await _tell_admins(work, incoming_update.campus_id, refusal)
    tap = find_tap(incoming_update.payload)
    if tap is not None and tap.tap.redraws_order and isinstance(refusal, Stale | OrderClosed):
        await _update_order_messages(work, incoming_update.campus_id, tap.subject)
    closes_question = isinstance(refusal, CLOSING_REFUSALS) and not isinstance(refusal, RETRYABLE_REFUSALS)
    message = read_message(incoming_update.payload)
    may_be_answer = message is not None and message.is_private  # nothing that is written in a group is one
    if closes_question and may_be_answer and incoming_update.person_id is not None:
        await clear_pending_input(work, incoming_update.campus_id, incoming_update.person_id)


async def _tell_admins(work: UnitOfWork, campus_id: int, refusal: CampusGError) -> None:
    match refusal:
        case PersonBarred() | OrderLimitReached() | RunnerSuspendedElsewhere():
            await tell_campus_of_refusal(work, campus_id, refusal.restriction_id)
        case DebtOutstandingElsewhere():
            await tell_campus_of_debt(work, campus_id, refusal.debt_id)
        case _:
            pass


async def _update_order_messages(work: UnitOfWork, campus_id: int, order_id: int) -> None:
    try:
        order = await find_order(work, campus_id, order_id)
    except OrderNotFound:  # the button was forged
        return
    await refresh_existing_order_messages(work, order.id)


def _reply(incoming_update: IncomingUpdate, key: str, **words: str | int) -> Replies:
    target = find_reply_target(incoming_update.payload)
    if target is None:
        return ()
    if target.tap_id is not None:
        plain = say_plain(target.language, key, **words)
        return (Answer(plain, alert=len(plain) > MAX_TOAST_LENGTH),)
    return (NewMessage(Screen(say(target.language, key, **words))),)
