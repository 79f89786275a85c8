"""Refunds by an admin: who bears it, how much and why, then the parts of the refund, and a last confirmation.

In the admin chat a typed line is never an answer: there a reply completes the command, as when the command is typed.
"""

from contextlib import suppress
from dataclasses import dataclass

from bot.admin.access import require_admin_access, require_admin_access_and_clear_input
from bot.admin.commands import NUMBER_PATTERN, admin_screen, board_button
from bot.admin.reasons import ask_for_amount, ask_for_reason, ask_narrower
from bot.conversation.choices import choice_of, read_choice, require_shown_button
from bot.conversation.replies import EditMenu, NewMessage, Replies, Rows, Screen
from bot.conversation.request_context import RequestContext, truncate
from domain.campuses import use_cases as campuses_use_cases
from domain.campuses.people_repository import find_member
from domain.campuses.permissions import Action, is_permitted
from domain.errors import CampusGError, NothingToRefund, Stale, Unreadable
from domain.messaging.buttons import Button, ButtonStyle, Tap, TapArgument
from domain.money import read_amount
from domain.orders.drafts.draft import PendingInput
from domain.orders.drafts.repository import clear_pending_input, find_pending_input, set_pending_input
from domain.orders.states import Bearer, Order, OrderStatus
from domain.refunds import use_cases as refunds_use_cases
from domain.refunds.refund_split import Refundable, RefundSplit, split_refund
from domain.refunds.repository import list_order_refunds

BEARERS = (Bearer.PLATFORM, Bearer.RUNNER)
# who bears it, and whether all that is left goes back, in the order of the buttons' choice
CHOICES = (*((bearer, False) for bearer in BEARERS), *((bearer, True) for bearer in BEARERS))
ALL_WORD = "all"


class TwoAmounts(CampusGError):
    """A refund of all that is left, with a reason that begins with an amount: one of the two is a mistake."""

    key = "error-two-amounts"


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundRequest:
    """A refund that an admin asks for; `amount` is in minor units, None means all that is left."""

    order_id: int
    amount: int | None
    bearer: Bearer
    reason: str


def refund_rows(context: RequestContext, order: Order) -> Rows:
    """Return [Refund…] for an order that was paid, unless the admin is its customer or runner."""
    own = context.member.person_id in (order.customer_id, order.runner_id)
    if order.status is not OrderStatus.COMPLETED or not is_permitted(context.member.roles, Action.REFUND_ANY, own=own):
        return ()
    return ((context.button("bot-button-refund", Tap.REFUND, order.id, style=ButtonStyle.DANGER),),)


async def ask_refund_bearer(context: RequestContext) -> Replies:
    """Handle [Refund…]: say what was paid and refunded, and ask who bears the refund."""
    await require_admin_access_and_clear_input(context)
    order, rest = await refunds_use_cases.view_refundable(context.work, context.campus, context.member, context.subject)
    if rest.left <= 0:
        raise NothingToRefund
    text = context.say(
        "bot-refund-who",
        order=order.id,
        paid=context.format_money(rest.paid),
        back=context.format_money(rest.paid - rest.left),
        left=context.format_money(rest.left),
        runner=await _name(context, order.runner_id),
        runner_amount=context.format_money(rest.runner_amount),
    )
    platform_choice, runner_choice = (choice_of(CHOICES, (bearer, False)) for bearer in BEARERS)
    by_platform = context.button("bot-button-refund-platform", Tap.REFUND_BEARER, order.id, platform_choice)
    by_runner = context.button("bot-button-refund-runner", Tap.REFUND_BEARER, order.id, runner_choice)
    bearers = (by_platform, by_runner) if rest.runner_amount else (by_platform,)
    screen = Screen(text, ((_leave(context, order.id),), bearers))
    return (EditMenu(screen) if context.is_private else NewMessage(screen),)


async def ask_refund_amount(context: RequestContext) -> Replies:
    """Handle [We bear it] and [The runner bears it]: the next typed line is the amount and the reason."""
    require_admin_access(context)
    bearer, is_all = read_choice(context, CHOICES)
    if not context.is_private:
        require_shown_button(context)
        return await (_ask_why_all(context, bearer) if is_all else _ask_in_admin_chat(context, bearer))
    if is_all:
        raise Stale
    order, rest = await refunds_use_cases.view_refundable(context.work, context.campus, context.member, context.subject)
    await set_pending_input(
        context.work, context.campus.id, context.member.person_id, PendingInput.REFUND, order.id, detail=bearer
    )
    text = context.say("bot-refund-how-much", order=order.id, left=context.format_money(rest.left))
    return (EditMenu(Screen(text, ((_leave(context, order.id),),))),)


async def _ask_why_all(context: RequestContext, bearer: Bearer) -> Replies:
    """Ask for the reason alone. The question for an amount stays: a reply to it still names one."""
    order, rest = await refunds_use_cases.view_refundable(context.work, context.campus, context.member, context.subject)
    about = context.say("bot-refund-all", order=order.id, left=context.format_money(rest.left), bearer=bearer)
    return (NewMessage(await ask_for_reason(context, f"/refund {order.id} {ALL_WORD} {bearer}", about)),)


async def _ask_in_admin_chat(context: RequestContext, bearer: Bearer) -> Replies:
    """Ask for an amount and a reason in a reply."""
    order, rest = await refunds_use_cases.view_refundable(context.work, context.campus, context.member, context.subject)
    left = context.format_money(rest.left)
    command = f"/refund {order.id} {bearer}"
    text = context.say("bot-refund-reply", order=order.id, left=left, bearer=bearer, command=command)
    choice = choice_of(CHOICES, (bearer, True))
    all_button = context.button("bot-button-refund-all", Tap.REFUND_BEARER, order.id, choice, left=left)
    return ask_narrower(context, command, await ask_for_amount(context, command, text, ((all_button,),)))


async def receive_refund_amount(context: RequestContext) -> Replies:
    """Take amount and reason, and show who bears what; an unreadable line leaves the input pending."""
    require_admin_access(context)
    bearer, _, _ = await _read_choices(context)
    amount, _, reason = context.typed.strip().partition(" ")
    asked = _parse_request(context, context.pending_subject, amount, bearer, reason)
    if asked is None:
        return (NewMessage(admin_screen(context, context.say("bot-refund-not-understood"))),)
    order, rest = await refunds_use_cases.view_refundable(context.work, context.campus, context.member, asked.order_id)
    parts = split_refund(rest, asked.amount, asked.bearer)
    detail = f"{bearer} {parts.amount} {asked.reason}"
    await set_pending_input(
        context.work, context.campus.id, context.member.person_id, PendingInput.REFUND, order.id, detail=detail
    )
    return (NewMessage(await _confirmation_screen(context, order, rest, parts, asked.reason)),)


async def _confirmation_screen(
    context: RequestContext, order: Order, rest: Refundable, parts: RefundSplit, reason: str
) -> Screen:
    text = context.say(
        "bot-refund-sure",
        order=order.id,
        amount=context.format_money(parts.amount),
        paid=context.format_money(rest.paid),
        customer=await _name(context, order.customer_id),
        runner=await _name(context, order.runner_id),
        platform_amount=context.format_money(parts.platform_amount),
        runner_amount=context.format_money(parts.runner_amount),
        reason=reason,
    )
    amount = context.format_money(parts.amount)
    confirm_button = context.button(
        "bot-button-refund-sure", Tap.REFUND_SURE, order.id, parts.amount, style=ButtonStyle.DANGER, amount=amount
    )
    return Screen(text, ((_leave(context, order.id),), (confirm_button,)))


async def confirm_refund(context: RequestContext) -> Replies:
    """Handle [Yes, refund S$2.00]: refund what was shown, once. Raise Stale when another input is pending."""
    require_admin_access(context)
    bearer, amount, reason = await _read_choices(context, context.subject)
    if amount is None or amount != context.read_argument(TapArgument.AMOUNT):
        raise Stale
    asked = RefundRequest(order_id=context.subject, amount=amount, bearer=bearer, reason=reason)
    screen = await _give_refund(context, asked)
    await clear_pending_input(context.work, context.campus.id, context.member.person_id)
    return (EditMenu(screen),)


async def refund_command(context: RequestContext) -> Replies:
    """Handle /refund NUMBER amount|all platform|runner reason; who bears it may stand before the amount."""
    require_admin_access(context)
    number, amount, bearer, reason = (*context.arguments.split(maxsplit=3), "", "", "", "")[:4]
    if amount.lower() in tuple(Bearer):
        amount, bearer = bearer, amount
    found = NUMBER_PATTERN.fullmatch(number)
    if found is None or not amount or bearer.lower() not in tuple(Bearer):
        return (NewMessage(admin_screen(context, context.say("bot-usage-refund"))),)
    minor = _read_amount_or_all(context, amount)
    if not reason:
        return (NewMessage(await ask_for_reason(context, f"/refund {found[1]} {amount.lower()} {bearer.lower()}")),)
    if minor is None:
        _require_no_amount(context, reason)
    asked = _parse_request(context, int(found[1]), amount, Bearer(bearer.lower()), reason)
    if asked is None:
        return (NewMessage(admin_screen(context, context.say("bot-usage-refund"))),)
    return (NewMessage(await _give_refund(context, asked)),)


async def _give_refund(context: RequestContext, asked: RefundRequest) -> Screen:
    await refunds_use_cases.start_refund(
        context.work,
        context.campus,
        context.member,
        asked.order_id,
        asked.amount,
        asked.bearer,
        asked.reason,
        shown_to_admins=context.is_shown_to_admins,
    )
    made = (await list_order_refunds(context.work, asked.order_id))[-1]
    text = context.say(
        "bot-refunding",
        order=made.order_id,
        amount=context.format_money(made.amount),
        platform_amount=context.format_money(made.platform_amount),
        runner_amount=context.format_money(made.runner_amount),
        reason=made.reason,
    )
    open_button = context.button("bot-button-open-order", Tap.ADMIN_ORDER, made.order_id)
    return Screen(text, ((board_button(context), open_button),))


def _parse_request(
    context: RequestContext, order_id: int, amount: str, bearer: Bearer, raw_reason: str
) -> RefundRequest | None:
    """Return the typed refund; None without a reason. Raise Unreadable when the amount is not one."""
    reason = truncate(" ".join(raw_reason.split()), campuses_use_cases.MAX_REASON_LENGTH)
    if not reason:
        return None
    return RefundRequest(order_id=order_id, amount=_read_amount_or_all(context, amount), bearer=bearer, reason=reason)


def _read_amount_or_all(context: RequestContext, typed: str) -> int | None:
    """Return the typed amount in minor units, None for all that is left; raise Unreadable when it is neither."""
    return None if typed.lower() == ALL_WORD else read_amount(typed, context.campus.currency)


def _require_no_amount(context: RequestContext, reason: str) -> None:
    """Raise TwoAmounts when the reason of a refund of all that is left begins with an amount."""
    words = reason.split()
    for begin in (words[:1], words[:2]):
        with suppress(Unreadable):
            amount = read_amount(" ".join(begin), context.campus.currency)
            raise TwoAmounts(amount=context.format_money(amount))


async def _read_choices(context: RequestContext, order_id: int | None = None) -> tuple[Bearer, int | None, str]:
    """Return the choices so far, perhaps required to be for this order: who bears it, and what the last screen showed.

    Raise Stale when no refund is pending input, or one of another order.
    """
    asked = await find_pending_input(context.work, context.campus.id, context.member.person_id)
    if asked is None or asked.pending_input is not PendingInput.REFUND or asked.detail is None:
        raise Stale
    if order_id is not None and asked.subject != order_id:
        raise Stale
    bearer, amount, reason = (*asked.detail.split(" ", 2), "", "")[:3]
    return Bearer(bearer), int(amount) if amount else None, reason


def _leave(context: RequestContext, order_id: int) -> Button:
    return context.button("bot-button-leave", Tap.ADMIN_ORDER, order_id)


async def _name(context: RequestContext, person_id: int | None) -> str:
    return "-" if person_id is None else (await find_member(context.work, context.campus.id, person_id)).first_name
