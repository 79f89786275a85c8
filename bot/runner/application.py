"""Becoming a runner: the application, the runner group, the payout account."""

from bot.conversation.home import edit_menu_or_send, home_button
from bot.conversation.replies import Answer, Replies, Rows, Screen
from bot.conversation.request_context import RequestContext
from domain.campuses.people import RunnerStatus
from domain.messaging.buttons import Button, ButtonStyle, Tap
from domain.orders.drafts.repository import clear_pending_input
from domain.orders.repository import list_active_deliveries
from domain.payouts import use_cases as payouts_use_cases
from domain.payouts.sagas.onboard_runner import ONBOARD_RUNNER
from domain.saga.repository import has_saga_just_started
from domain.support.use_cases import roster


async def show_runner_status(context: RequestContext) -> Replies:
    """Handle [Deliver food]: show the person's status as a runner, and the next step."""
    await clear_pending_input(context.work, context.campus.id, context.member.person_id)
    return (edit_menu_or_send(context, await _status_screen(context, context.member.runner_status)),)


async def apply_as_runner_tapped(context: RequestContext) -> Replies:
    """Handle [Ask to join]: ask the admins, once."""
    status = await roster.apply_as_runner(context.work, context.campus, context.member)
    return Answer(context.say_plain("bot-asked")), edit_menu_or_send(context, await _status_screen(context, status))


async def set_up_payout_tapped(context: RequestContext) -> Replies:
    """Handle [Set up pay-out]: Stripe's link follows as a notification."""
    if not await has_saga_just_started(context.work, context.campus.id, context.member.person_id, ONBOARD_RUNNER.kind):
        await payouts_use_cases.start_payout_setup(context.work, context.campus, context.member)
    return (Answer(context.say_plain("bot-payout-link-coming")),)


async def _status_screen(context: RequestContext, status: RunnerStatus) -> Screen:
    home: Rows = ((home_button(context),),)
    match status:
        case RunnerStatus.NONE:
            ask = context.button("bot-button-ask-to-run", Tap.ASK_TO_RUN, style=ButtonStyle.SUCCESS)
            return Screen(context.say("bot-runner-none"), ((ask,), *home))
        case RunnerStatus.ASKED:
            return Screen(context.say("bot-runner-asked"), home)
        case RunnerStatus.SUSPENDED:
            return Screen(context.say("bot-runner-suspended"), (*await _runner_rows(context), *home))
        case RunnerStatus.APPROVED:
            return Screen(context.say("bot-runner-approved"), (*await _runner_rows(context), *home))


async def _runner_rows(context: RequestContext) -> Rows:
    rows: list[tuple[Button, ...]] = [
        (
            context.button(
                "bot-button-job",
                Tap.OPEN_ORDER,
                delivery.id,
                order=delivery.id,
                store=delivery.store_name,
            ),
        )
        for delivery in await list_active_deliveries(context.work, context.campus.id, context.member.person_id)
    ]
    if context.campus.runner_invite is not None and context.member.runner_status is RunnerStatus.APPROVED:
        rows.append((Button(label=context.say_plain("button-join-group"), url=context.campus.runner_invite),))
    if not context.member.payouts_ready:
        rows.append((context.button("button-set-up-payout", Tap.SET_UP_PAYOUT),))
    return tuple(rows)
