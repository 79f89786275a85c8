"""An admin's waiver of a runner's debt, and the payout to a runner although a bank took the payment back."""

from bot.admin.access import require_admin_access
from bot.admin.commands import admin_screen
from bot.conversation.replies import Answer, EditMenu, Replies, Screen
from bot.conversation.request_context import RequestContext
from domain.campuses.people_repository import find_member
from domain.messaging.buttons import ButtonStyle, Tap
from domain.refunds import use_cases as refunds_use_cases


async def confirm_runner_debt_waiver(context: RequestContext) -> Replies:
    """Handle [Let it go…]: say what it means, with the safe choice first."""
    require_admin_access(context)
    debt = await refunds_use_cases.view_runner_debt(context.work, context.campus, context.member, context.subject)
    runner = await find_member(context.work, context.campus.id, debt.runner_id)
    text = context.say(
        "bot-waive-runner-debt", runner=runner.first_name, amount=context.format_money(debt.left), order=debt.order_id
    )
    keep = context.button("bot-button-leave", Tap.ADMIN_ORDER, debt.order_id)
    confirm_button = context.button(
        "bot-button-waive-runner-debt-sure", Tap.WAIVE_RUNNER_DEBT_SURE, debt.id, style=ButtonStyle.DANGER
    )
    return (EditMenu(Screen(text, ((keep,), (confirm_button,)))),)


async def waive_runner_debt_tapped(context: RequestContext) -> Replies:
    """Handle [Yes, let it go]."""
    require_admin_access(context)
    debt = await refunds_use_cases.waive_runner_debt(context.work, context.campus, context.member, context.subject)
    said = context.say("bot-runner-debt-waived", amount=context.format_money(debt.left), order=debt.order_id)
    return (EditMenu(admin_screen(context, said)),)


async def pay_anyway_tapped(context: RequestContext) -> Replies:
    """Handle [Pay the runner], on the notification about a lost dispute."""
    require_admin_access(context)
    await refunds_use_cases.pay_despite_dispute(context.work, context.campus, context.member, context.subject)
    return (Answer(context.say_plain("bot-paying-anyway")),)
