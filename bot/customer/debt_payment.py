"""A customer's debts for delivered orders: the list, and their payment."""

from bot.conversation.replies import Answer, Replies, Rows
from bot.conversation.request_context import RequestContext
from domain.messaging.buttons import Button, ButtonStyle, Tap
from domain.payments.model import CustomerDebt
from domain.payments.sagas.save_card import SAVE_CARD
from domain.payments.use_cases import customer_debts
from domain.saga.repository import has_saga_just_started


async def pay_debt(context: RequestContext) -> Replies:
    """Handle [Pay S$8.30]: charge the card, or send a link without one; the result comes as a notification."""
    if context.member.card is None and await has_saga_just_started(
        context.work, context.campus.id, context.member.person_id, SAVE_CARD.kind
    ):
        return (Answer(context.say_plain("bot-card-link-coming")),)
    if await customer_debts.pay_customer_debt(context.work, context.campus, context.member, context.subject) is None:
        return (Answer(context.say_plain("bot-debt-card-first"), alert=True),)
    return (Answer(context.say_plain("bot-debt-asking")),)


async def list_own_debts(context: RequestContext) -> tuple[tuple[str, ...], Rows]:
    """Return the paragraphs of /me about the person's debts, with a button each; empty without debts."""
    found = await customer_debts.view_own_debts(context.work, context.campus, context.member)
    return tuple(_debt_line(context, debt) for debt in found), tuple((_pay_button(context, debt),) for debt in found)


def _debt_line(context: RequestContext, debt: CustomerDebt) -> str:
    return context.say("bot-me-owes", amount=context.format_money(debt.amount), order=debt.order_id)


def _pay_button(context: RequestContext, debt: CustomerDebt) -> Button:
    amount = context.format_money(debt.amount)
    return context.button("button-pay-debt", Tap.PAY_CUSTOMER_DEBT, debt.id, style=ButtonStyle.SUCCESS, amount=amount)
