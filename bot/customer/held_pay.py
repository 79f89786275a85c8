"""What /me says about pay that waits: until when, and why."""

from collections.abc import Sequence

from bot.conversation.request_context import RequestContext
from domain.orders.sagas.pay_delay import PayDelay
from domain.payouts.held_pay.repository import list_held_payables
from domain.payouts.model import Payable
from domain.support.repository import find_open_case

MAX_LINES = 5


async def held_pay_paragraphs(context: RequestContext) -> Sequence[str]:
    """Return a paragraph with a line for each payable that is held, the soonest first; nothing without one."""
    held = await list_held_payables(context.work, context.campus.id, context.member.person_id)
    if not held:
        return ()
    lines = [await _line(context, payable) for payable in held[:MAX_LINES]]
    if len(held) > MAX_LINES:
        lines.append(context.say("bot-me-held-more", count=len(held) - MAX_LINES))
    return ("\n".join(lines),)


async def _line(context: RequestContext, payable: Payable) -> str:
    amount, order = context.format_money(payable.due), payable.order_id
    if payable.held_until is None or await find_open_case(context.work, payable.order_id) is not None:
        return context.say("bot-me-held-case", amount=amount, order=order)
    if payable.held_for is PayDelay.REVIEW:
        return context.say("bot-me-review", amount=amount, order=order)
    when = context.format_time(payable.held_until, "wt")
    return context.say("bot-me-held", amount=amount, order=order, when=when, why=payable.held_for or "-")
