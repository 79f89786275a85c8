"""An admin's waiver of a customer's debt: what it means, then the reason, which the customer reads."""

from bot.admin.commands import admin_screen
from bot.admin.reason_flow import ReasonFlow, ReasonQuestion
from bot.conversation.replies import Screen
from bot.conversation.request_context import RequestContext
from domain.campuses.people_repository import find_member
from domain.messaging.buttons import Tap
from domain.orders.drafts.draft import PendingInput
from domain.payments.use_cases import customer_debts


async def _ask_waive_reason(context: RequestContext) -> ReasonQuestion:
    debt = await customer_debts.view_customer_debt(context.work, context.campus, context.member, context.subject)
    customer = await find_member(context.work, context.campus.id, debt.customer_id)
    text = context.say(
        "bot-waive-customer-debt",
        customer=customer.first_name,
        amount=context.format_money(debt.amount),
        order=debt.order_id,
    )
    keep = context.button("bot-button-leave", Tap.ADMIN_ORDER, debt.order_id)
    return ReasonQuestion(subject=debt.order_id, text=text, back=keep)


async def _waive(context: RequestContext, order_id: int, reason: str) -> Screen:
    shown = context.is_shown_to_admins
    debt = await customer_debts.waive_customer_debt(
        context.work, context.campus, context.member, order_id, reason, shown_to_admins=shown
    )
    amount = context.format_money(debt.amount)
    open_button = context.button("bot-button-open-order", Tap.ADMIN_ORDER, order_id)
    return admin_screen(
        context, context.say("bot-customer-debt-waived", amount=amount, order=order_id, reason=reason), (open_button,)
    )


WAIVE_CUSTOMER_DEBT = ReasonFlow(
    tap=Tap.WAIVE_CUSTOMER_DEBT,
    pending_input=PendingInput.WAIVE_CUSTOMER_DEBT,
    command="forgive",
    usage="bot-usage-forgive",
    ask=_ask_waive_reason,
    act=_waive,
)
