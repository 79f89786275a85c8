"""/held: pay that waits until an admin has looked at it, and [Let it go]."""

from bot.admin.access import require_admin_access, require_admin_access_and_clear_input
from bot.admin.commands import admin_screen
from bot.admin.listing import look_up_each
from bot.admin.money.reviewed_order import render_reviewed_order
from bot.admin.operations.console import console_rows
from bot.conversation.replies import Answer, EditMenu, NewMessage, Replies, Screen
from bot.conversation.request_context import RequestContext
from domain.campuses.people_repository import find_member
from domain.messaging.buttons import Button, Tap
from domain.messaging.notification.console_places import ConsolePlace
from domain.money import format_money
from domain.screening import use_cases as screening_use_cases
from domain.screening.review import Review


async def held_command(context: RequestContext) -> Replies:
    """Handle /held: what waits, the oldest first, with [Let it go]."""
    await require_admin_access_and_clear_input(context)
    return (NewMessage(await _render_reviews(context)),)


async def let_pay_go_tapped(context: RequestContext) -> Replies:
    """Handle [Let it go], on the list or on the alert, which then shows who decided it."""
    require_admin_access(context)
    await screening_use_cases.let_pay_go(context.work, context.campus, context.member, context.subject)
    shown = await (_render_reviews(context) if context.is_on_menu else render_reviewed_order(context))
    return Answer(context.say_plain("bot-pay-released")), EditMenu(shown)


async def _render_reviews(context: RequestContext) -> Screen:
    reviews = await screening_use_cases.view_reviews(context.work, context.campus, context.member)
    lines = await look_up_each(context, reviews, lambda each: each.order_id, _line)
    rows = (_buttons(context, each) for each in reviews)
    return admin_screen(
        context,
        "\n".join((context.say("bot-held", count=len(reviews)), *lines)),
        *rows,
        *console_rows(context, ConsolePlace.MONEY),
    )


async def _line(context: RequestContext, review: Review) -> str:
    customer = await find_member(context.work, context.campus.id, review.customer_id)
    runner = await find_member(context.work, context.campus.id, review.runner_id)
    return context.say(
        "bot-held-line",
        order=review.order_id,
        amount=format_money(review.due, review.currency),
        customer=customer.first_name,
        runner=runner.first_name,
        why=review.reason,
    )


def _buttons(context: RequestContext, review: Review) -> tuple[Button, ...]:
    release = context.button("bot-button-let-pay-go", Tap.LET_PAY_GO, review.order_id, order=review.order_id)
    return (release, context.button("bot-button-open-order", Tap.ADMIN_ORDER, review.order_id))
