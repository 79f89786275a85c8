"""The discrepancies between our rows and Stripe, for admins: the list, a recheck, and settling one by hand."""

from functools import partial
from types import MappingProxyType

from bot.admin.access import require_admin_access, require_admin_access_and_clear_input
from bot.admin.commands import MAX_ERROR_LENGTH, admin_screen
from bot.admin.listing import show_each
from bot.admin.operations.console import console_rows
from bot.admin.reason_flow import ReasonFlow, ReasonQuestion
from bot.conversation.replies import Answer, EditMenu, NewMessage, Replies, Screen
from bot.conversation.request_context import RequestContext, truncate
from domain.messaging.buttons import Button, ButtonStyle, Tap
from domain.messaging.notification.console_places import ConsolePlace
from domain.orders.drafts.draft import PendingInput
from domain.reconciliation import use_cases as reconciliation_use_cases
from domain.reconciliation.discrepancy import Discrepancy, DiscrepancyKind, TransferMeaning, build_discrepancy_args
from domain.reconciliation.transfer_meanings import choose_meaning
from domain.words import Html

SETTLE_SENTENCE = "bot-settle"
BUTTONS = MappingProxyType(
    {
        Tap.SETTLE_DISCREPANCY: "bot-button-settle",
        Tap.TRANSFER_PAY: "bot-button-transfer-pay",
        Tap.TRANSFER_OTHER: "bot-button-transfer-other",
    }
)
MAX_LISTED = 10  # discrepancies on the list, each with its buttons


async def discrepancies_command(context: RequestContext) -> Replies:
    """Handle /differences: the discrepancies, oldest first."""
    await require_admin_access_and_clear_input(context)
    return (NewMessage(await _render_discrepancies(context)),)


async def return_to_discrepancies(context: RequestContext) -> Replies:
    """Handle [Differences]: show the list in place of a question."""
    await require_admin_access_and_clear_input(context)
    return (EditMenu(await _render_discrepancies(context)),)


async def recheck_tapped(context: RequestContext) -> Replies:
    """Handle [Look again], on the list or on the alert: a worker rechecks, and reports in this chat."""
    require_admin_access(context)
    await reconciliation_use_cases.request_discrepancy_recheck(
        context.work, context.campus, context.member, context.subject, context.chat_id
    )
    return (Answer(context.say_plain("bot-rechecking-discrepancy")),)


async def _ask_reason(sentence: str, context: RequestContext) -> ReasonQuestion:
    """Say what settling means; raise Stale when the discrepancy is over, TransferUnexplained as settling does."""
    found = await reconciliation_use_cases.view_discrepancy(
        context.work, context.campus, context.member, context.subject
    )
    if sentence == SETTLE_SENTENCE:
        await choose_meaning(context.work, found, None)
    text = context.say(sentence, number=found.id, line=Html(_discrepancy_line(context, found)))
    if found.order_id is None:
        text += "\n\n" + context.say("bot-settle-order")
    return ReasonQuestion(subject=found.id, text=text, back=_back_button(context))


async def _settle(meaning: TransferMeaning | None, context: RequestContext, number: int, reason: str) -> Screen:
    shown = context.is_shown_to_admins
    await reconciliation_use_cases.settle_discrepancy(
        context.work, context.campus, context.member, number, reason, meaning=meaning, shown_to_admins=shown
    )
    return admin_screen(context, context.say("bot-settled", number=number, reason=reason), (_back_button(context),))


async def _render_discrepancies(context: RequestContext) -> Screen:
    found = await reconciliation_use_cases.view_discrepancies(context.work, context.campus, context.member)
    shown = found[:MAX_LISTED]
    lines = show_each(context, shown, lambda each: each.id, _discrepancy_line)
    parts = [context.say("bot-discrepancies", count=len(found)), *lines]
    rows = [
        (
            context.button("bot-button-recheck-discrepancy", Tap.RECHECK_DISCREPANCY, each.id, number=each.id),
            *_settling_buttons(context, each),
        )
        for each in shown
    ]
    return admin_screen(context, "\n\n".join(parts), *rows, *console_rows(context, ConsolePlace.MONEY))


def _settling_buttons(context: RequestContext, found: Discrepancy) -> tuple[Button, ...]:
    """Return what ends it by hand; of an unknown transfer an admin says whether it was the runner's pay."""
    is_transfer = found.kind is DiscrepancyKind.UNKNOWN_TRANSFER
    flows = (TRANSFER_PAY, TRANSFER_OTHER) if is_transfer else (SETTLE,)
    return tuple(
        context.button(BUTTONS[flow.tap], flow.tap, found.id, style=ButtonStyle.DANGER, number=found.id)
        for flow in flows
    )


def _discrepancy_line(context: RequestContext, found: Discrepancy) -> str:
    said = build_discrepancy_args(found) | {"note": truncate(found.note or "-", MAX_ERROR_LENGTH)}
    since = f"{found.first_seen.astimezone(context.campus.zone):%d.%m. %H:%M}"
    return context.say("bot-discrepancy-line", **said, since=since)


def _back_button(context: RequestContext) -> Button:
    return context.button("bot-button-discrepancies", Tap.DISCREPANCIES)


SETTLE = ReasonFlow(
    tap=Tap.SETTLE_DISCREPANCY,
    pending_input=PendingInput.SETTLE_DISCREPANCY,
    command="settle",
    usage="bot-usage-settle",
    ask=partial(_ask_reason, SETTLE_SENTENCE),
    act=partial(_settle, None),
)
TRANSFER_PAY = ReasonFlow(
    tap=Tap.TRANSFER_PAY,
    pending_input=PendingInput.TRANSFER_PAY,
    command="transfer_pay",
    usage="bot-usage-transfer-pay",
    ask=partial(_ask_reason, "bot-transfer-pay"),
    act=partial(_settle, TransferMeaning.PAY),
)
TRANSFER_OTHER = ReasonFlow(
    tap=Tap.TRANSFER_OTHER,
    pending_input=PendingInput.TRANSFER_OTHER,
    command="transfer_other",
    usage="bot-usage-transfer-other",
    ask=partial(_ask_reason, "bot-transfer-other"),
    act=partial(_settle, TransferMeaning.OTHER),
)
