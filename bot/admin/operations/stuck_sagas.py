"""/stuck: the sagas that need a person, and their retry; with what else waits for one."""

from bot.admin.access import require_admin_access, require_admin_access_and_clear_input
from bot.admin.commands import MAX_ERROR_LENGTH, MAX_LINES, admin_screen
from bot.admin.listing import show_each
from bot.admin.money.debts import render_debts_section
from bot.admin.operations.console import console_rows
from bot.conversation.replies import Answer, EditMenu, NewMessage, Replies, Rows, Screen
from bot.conversation.request_context import RequestContext, truncate
from domain.inbox import use_cases as inbox_use_cases
from domain.messaging.buttons import Button, ButtonStyle, Tap
from domain.messaging.notification.console_places import ConsolePlace
from domain.orders.lateness import whole_minutes
from domain.payouts import use_cases as payouts_use_cases
from domain.payouts.model import Payable
from domain.saga.stuck_repository import StuckSaga
from domain.support.use_cases import stuck_sagas as saga_use_cases


async def stuck_command(context: RequestContext) -> Replies:
    """Handle /stuck: every saga that needs a person, with [Retry] and [Resolve]."""
    await require_admin_access_and_clear_input(context)
    return (NewMessage(await _render_stuck_sagas(context)),)


async def return_to_stuck_sagas(context: RequestContext) -> Replies:
    """Handle [Stuck]: show the list in place of a question."""
    await require_admin_access_and_clear_input(context)
    return (EditMenu(await _render_stuck_sagas(context)),)


async def retry_tapped_saga(context: RequestContext) -> Replies:
    """Handle [Retry], on the list or on the alert."""
    require_admin_access(context)
    await saga_use_cases.retry_saga(context.work, context.campus, context.member, context.subject)
    answer = Answer(context.say_plain("bot-retried"))
    return (answer, EditMenu(await _render_stuck_sagas(context))) if context.is_on_menu else (answer,)


async def retry_tapped_payout(context: RequestContext) -> Replies:
    """Handle [Send it again] of a payout that failed because the platform's balance was too low."""
    require_admin_access(context)
    await payouts_use_cases.retry_payout(context.work, context.campus, context.member, context.subject)
    answer = Answer(context.say_plain("bot-paying-again"))
    return (answer, EditMenu(await _render_stuck_sagas(context))) if context.is_on_menu else (answer,)


async def _render_stuck_sagas(context: RequestContext) -> Screen:
    sagas = (await saga_use_cases.view_stuck_sagas(context.work, context.campus, context.member))[:MAX_LINES]
    unfunded = (await payouts_use_cases.view_unfunded_payables(context.work, context.campus, context.member))[
        :MAX_LINES
    ]
    parts = [
        context.say("bot-stuck", count=len(sagas)),
        *show_each(context, sagas, lambda saga: saga.number, describe_stuck_saga),
    ]
    if unfunded:
        payable_lines = show_each(context, unfunded, lambda payable: payable.order_id, _unfunded_line)
        parts.append("\n".join((context.say("bot-unsent", count=len(unfunded)), *payable_lines)))
    dead_letter_rows = await _dead_letter_rows(context)
    debts_section, waive_rows = await render_debts_section(context)
    parts += [debts_section] if debts_section else []
    retry_buttons = [
        context.button("bot-button-pay-again", Tap.PAY_AGAIN, payable.order_id, order=payable.order_id)
        for payable in unfunded
    ]
    rows = (*(_saga_row(context, saga.number) for saga in sagas), *((each,) for each in retry_buttons))
    return admin_screen(
        context,
        "\n\n".join(parts),
        *rows,
        *waive_rows,
        *dead_letter_rows,
        *console_rows(context, ConsolePlace.ENGINE),
    )


async def _dead_letter_rows(context: RequestContext) -> Rows:
    count = len(await inbox_use_cases.view_dead_letters(context.work, context.campus, context.member))
    return ((context.button("bot-button-dead-letters", Tap.DEAD_LETTERS, count=count),),) if count else ()


def _saga_row(context: RequestContext, number: int) -> tuple[Button, ...]:
    return (
        context.button("bot-button-retry", Tap.RETRY, number, number=number),
        context.button("bot-button-resolve", Tap.RESOLVE, number, style=ButtonStyle.DANGER, number=number),
    )


def describe_stuck_saga(context: RequestContext, saga: StuckSaga) -> str:
    """Return the lines about a stuck saga: which step, since when, and why."""
    hours, rest = divmod(whole_minutes(saga.since, context.work.now), 60)
    return context.say(
        "bot-stuck-line",
        number=saga.number,
        kind=saga.kind,
        step=saga.step,
        order="-" if saga.order_id is None else str(saga.order_id),
        error=truncate(saga.error, MAX_ERROR_LENGTH),
        tries=saga.tries,
        attempt=saga.attempt,
        hours=hours,
        minutes=rest,
        since=f"{saga.since.astimezone(context.campus.zone):%d.%m. %H:%M}",
    )


def _unfunded_line(context: RequestContext, payable: Payable) -> str:
    return context.say("bot-unsent-line", order=payable.order_id, amount=context.format_money(payable.due))
