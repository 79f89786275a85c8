"""An admin's waiver of a customer's debt: what it means, then the reason, which the customer reads."""

from bot.admin.admin_commands import admin_screen, parse_number_and_reason, require_admin_access
from bot.conversation.replies import Answer, EditMenu, NewMessage, Replies, Screen
from bot.conversation.request_context import RequestContext
from domain.campuses import use_cases as campuses_use_cases
from domain.campuses.people_repository import find_member
from domain.messaging.buttons import Tap
from domain.orders.drafts.draft import PendingInput
from domain.orders.drafts.repository import clear_pending_input, set_pending_input
from domain.payments.use_cases import customer_debts


async def ask_waive_reason(context: RequestContext) -> Replies:
    """Handle [Let #7 go…]: say what it means, with the way back; the next typed line is the reason."""
    require_admin_access(context)
    if not context.is_private:
        return (
            Answer(
                context.say_plain("bot-write-with-reason", example=f"/forgive {context.subject} reason"), alert=True
            ),
        )
    debt = await customer_debts.view_customer_debt(context.work, context.campus, context.member, context.subject)
    await set_pending_input(
        context.work, context.campus.id, context.member.person_id, PendingInput.WAIVE_CUSTOMER_DEBT, debt.order_id
    )
    customer = await find_member(context.work, context.campus.id, debt.customer_id)
    text = context.say(
        "bot-waive-customer-debt",
        customer=customer.first_name,
        amount=context.format_money(debt.amount),
        order=debt.order_id,
    )
    keep = context.button("bot-button-leave", Tap.ADMIN_ORDER, debt.order_id)
    return (EditMenu(Screen(text, ((keep,),))),)


async def receive_waive_reason(context: RequestContext) -> Replies:
    """Take the typed line as the reason; a line that cannot be one leaves the input pending."""
    require_admin_access(context)
    reason = " ".join(context.typed.split())
    if not reason or len(reason) > campuses_use_cases.MAX_REASON_LENGTH:
        return (
            NewMessage(
                admin_screen(context, context.say("bot-reason-too-long", most=campuses_use_cases.MAX_REASON_LENGTH))
            ),
        )
    done = await _waive(context, context.pending_subject, reason)
    await clear_pending_input(context.work, context.campus.id, context.member.person_id)
    return (NewMessage(done),)


async def waive_command(context: RequestContext) -> Replies:
    """Handle /forgive NUMBER reason."""
    require_admin_access(context)
    number, reason = parse_number_and_reason(context.arguments)
    if number is None:
        return (NewMessage(admin_screen(context, context.say("bot-usage-forgive"))),)
    return (NewMessage(await _waive(context, number, reason)),)


async def _waive(context: RequestContext, order_id: int, reason: str) -> Screen:
    debt = await customer_debts.waive_customer_debt(context.work, context.campus, context.member, order_id, reason)
    amount = context.format_money(debt.amount)
    open_button = context.button("bot-button-open-order", Tap.ADMIN_ORDER, order_id)
    return admin_screen(
        context, context.say("bot-customer-debt-waived", amount=amount, order=order_id, reason=reason), (open_button,)
    )
