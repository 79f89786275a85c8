"""/receipt: an admin corrects the amount that a runner typed, until the food is handed over."""

from bot.admin.access import require_admin_access
from bot.admin.commands import NUMBER_PATTERN, admin_screen, board_button
from bot.admin.reasons import ask_for_amount, ask_for_reason
from bot.conversation.replies import NewMessage, Replies, Screen
from bot.conversation.request_context import RequestContext, truncate
from domain.campuses.use_cases import MAX_REASON_LENGTH
from domain.errors import NotBoughtYet
from domain.messaging.buttons import Tap
from domain.money import read_amount
from domain.orders.use_cases import admin_orders


async def receipt_command(context: RequestContext) -> Replies:
    """Handle /receipt NUMBER amount reason; ask for the amount, or for the reason, where it is missing."""
    require_admin_access(context)
    number, amount, raw_reason = (*context.arguments.split(maxsplit=2), "", "", "")[:3]
    found = NUMBER_PATTERN.fullmatch(number)
    if found is None:
        return (NewMessage(admin_screen(context, context.say("bot-usage-receipt"))),)
    order_id, reason = int(found[1]), truncate(" ".join(raw_reason.split()), MAX_REASON_LENGTH)
    if not amount:
        return (NewMessage(await _ask_amount(context, order_id)),)
    receipt = read_amount(amount, context.campus.currency)
    if not reason:
        return (NewMessage(await ask_for_reason(context, f"/receipt {order_id} {amount}")),)
    return (NewMessage(await _correct(context, order_id, receipt, reason)),)


async def _ask_amount(context: RequestContext, order_id: int) -> Screen:
    order, _ = await admin_orders.view_order(context.work, context.campus, context.member, order_id)
    if order.receipt is None:
        raise NotBoughtYet
    command = f"/receipt {order_id}"
    said, limit = context.format_money(order.receipt), context.format_money(order.price.shop_limit)
    text = context.say("bot-receipt-how-much", order=order_id, receipt=said, limit=limit, command=command)
    return await ask_for_amount(context, command, text)


async def _correct(context: RequestContext, order_id: int, receipt: int, reason: str) -> Screen:
    asked, shown = (context.work, context.campus, context.member), context.is_shown_to_admins
    before, _ = await admin_orders.view_order(*asked, order_id)
    order = await admin_orders.correct_receipt_as_admin(*asked, order_id, receipt, reason, shown_to_admins=shown)
    text = context.say(
        "bot-receipt-corrected",
        order=order.id,
        before=context.format_money(before.receipt or 0),
        receipt=context.format_money(receipt),
        total=context.format_money(order.total or 0),
        share=context.format_money(order.runner_share or 0),
        reason=reason,
    )
    open_button = context.button("bot-button-open-order", Tap.ADMIN_ORDER, order.id)
    return Screen(text, ((board_button(context), open_button),))
