"""A customer's debts for delivered orders: the list, and their payment."""

from bot.conversation.replies import Answer, Replies, Rows
from bot.conversation.request_context import RequestContext
from domain.campuses.repository import find_campus
from domain.messaging.buttons import Button, ButtonStyle, Tap
from domain.money import format_money
from domain.payments.model import PersonDebt
from domain.payments.sagas.save_card import SAVE_CARD
from domain.payments.use_cases import customer_debts
from domain.saga.repository import has_saga_just_started


async def pay_debt(context: RequestContext) -> Replies:
    """Handle [Pay S$8.30]: charge the card, or send a link without one; the result comes as a notification."""
    if context.member.card is None and await has_saga_just_started(
        context.work, context.campus.id, context.member.person_id, SAVE_CARD.kind
    ):
        return (Answer(context.say_plain("bot-card-link-coming")),)
    run = await customer_debts.pay_customer_debt(context.work, context.campus, context.member, context.subject)
    if run is None:
        return (Answer(context.say_plain("bot-debt-card-first"), alert=True),)
    if run.campus_id != context.campus.id:
        team = (await find_campus(context.work, run.campus_id)).title
        return (Answer(context.say_plain("bot-debt-asking-elsewhere", team=team), alert=True),)
    return (Answer(context.say_plain("bot-debt-asking")),)


async def list_own_debts(context: RequestContext) -> tuple[tuple[str, ...], Rows]:
    """Return the paragraphs of /me about the person's debts, with a button each; empty without debts."""
    found = await customer_debts.view_own_debts(context.work, context.campus, context.member)
    return tuple(_debt_line(context, debt) for debt in found), tuple((_pay_button(context, debt),) for debt in found)


def _debt_line(context: RequestContext, owed: PersonDebt) -> str:
    debt, amount = owed.debt, format_money(owed.debt.amount, owed.debt.currency)
    if debt.campus_id != context.campus.id:
        return context.say("bot-me-owes-elsewhere", amount=amount, order=debt.order_id, team=owed.campus_title)
    return context.say("bot-me-owes", amount=amount, order=debt.order_id)


def _pay_button(context: RequestContext, owed: PersonDebt) -> Button:
    debt, amount = owed.debt, format_money(owed.debt.amount, owed.debt.currency)
    return context.button("button-pay-debt", Tap.PAY_CUSTOMER_DEBT, debt.id, style=ButtonStyle.SUCCESS, amount=amount)
