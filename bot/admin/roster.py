"""The runners of a campus, for admins: the list, approval of applicants, and suspension with a reason."""

from collections import Counter
from collections.abc import Sequence

from bot.admin.access import require_admin_access, require_admin_access_and_clear_input
from bot.admin.commands import MAX_LINES, admin_screen
from bot.admin.listing import show_each
from bot.admin.orders.actions import AdminAction, command_of, execute_admin_action, request_reason
from bot.admin.people.addressing import Addressed
from bot.admin.reasons import ask_for_reason
from bot.conversation.paging import answer_refresh, get_page, paging_row_with_refresh
from bot.conversation.replies import Answer, EditMenu, NewMessage, Replies, Rows, Screen
from bot.conversation.request_context import RequestContext, truncate
from domain.campuses import use_cases as campuses_use_cases
from domain.campuses.people import Member, RunnerStatus
from domain.campuses.people_repository import find_member
from domain.messaging.buttons import Button, ButtonStyle, Tap, TapArgument
from domain.restrictions.model import RestrictionState
from domain.support.runner_overview_repository import RunnerSummary
from domain.support.use_cases import roster
from domain.support.use_cases import roster as use_cases_roster

MAX_NAME_LENGTH = 10  # characters on a button
LAST_DIGITS = 4  # of an id, shown with a name that two runners share
ROSTER_SCREEN = 2  # of [Approve] on /runners; on /approve it is MENU_SCREEN


async def list_applicants(context: RequestContext) -> Replies:
    """Handle /approve alone: the applicants."""
    return (NewMessage(await _render_applicants(context)),)


async def approve(context: RequestContext, addressed: Addressed) -> Replies:
    """Handle /approve WHO."""
    asked, shown = (context.work, context.campus, context.member), context.is_shown_to_admins
    await use_cases_roster.approve_runner(*asked, addressed.person_id, shown_to_admins=shown)
    name = (await find_member(context.work, context.campus.id, addressed.person_id)).first_name
    return (NewMessage(admin_screen(context, context.say("bot-approved", name=name))),)


async def approve_tapped_runner(context: RequestContext) -> Replies:
    """Handle [Approve], on a list or on the notification about the applicant."""
    require_admin_access(context)
    await use_cases_roster.approve_runner(context.work, context.campus, context.member, context.subject)
    said = Answer(context.say_plain("bot-approved-toast"))
    if not context.is_on_menu:
        return (said,)
    on_roster = context.read_argument(TapArgument.SCREEN) == ROSTER_SCREEN
    return said, EditMenu(await (_render_roster(context, 0) if on_roster else _render_applicants(context)))


async def _render_applicants(context: RequestContext) -> Screen:
    waiting = await use_cases_roster.view_runner_applicants(context.work, context.campus, context.member)
    rows: Rows = tuple((_approve_button(context, member),) for member in waiting[:MAX_LINES])
    return admin_screen(context, context.say("bot-asking", count=len(waiting)), *rows)


def _approve_button(context: RequestContext, member: Member) -> Button:
    return context.button(
        "bot-button-approve",
        Tap.APPROVE,
        member.person_id,
        style=ButtonStyle.SUCCESS,
        name=member.first_name,
        number=str(member.person_id),
    )


async def runners_command(context: RequestContext) -> Replies:
    """Handle /runners."""
    await require_admin_access_and_clear_input(context)
    return (NewMessage(await _render_roster(context, 0)),)


async def show_roster_page(context: RequestContext) -> Replies:
    """Handle [Runners], its pages, and the way back from a question."""
    await require_admin_access_and_clear_input(context)
    return answer_refresh(context), EditMenu(await _render_roster(context, context.subject))


async def _render_roster(context: RequestContext, page: int) -> Screen:
    everybody = await roster.view_runners(context.work, context.campus, context.member)
    shown = get_page(everybody, page)
    namesakes = Counter(truncate(line.first_name, MAX_NAME_LENGTH) for line in shown.items)
    buttons = [_status_button(context, line, namesakes) for line in shown.items]
    rows = [tuple(buttons[place : place + 2]) for place in range(0, len(buttons), 2)]
    lines = show_each(context, shown.items, lambda line: line.person_id, _runner_line)
    said = "\n".join([_headline(context, everybody), *lines])
    return Screen(said, (*rows, paging_row_with_refresh(context, Tap.RUNNERS, shown)))


def _headline(context: RequestContext, everybody: Sequence[RunnerSummary]) -> str:
    if not everybody:
        return context.say("bot-runners-none")
    count = Counter(line.status for line in everybody)
    return context.say(
        "bot-runners",
        approved=count[RunnerStatus.APPROVED],
        asked=count[RunnerStatus.ASKED],
        suspended=count[RunnerStatus.SUSPENDED],
    )


def _runner_line(context: RequestContext, line: RunnerSummary) -> str:
    return context.say(
        "bot-runners-line",
        name=line.first_name,
        number=str(line.person_id),
        status=line.status,
        holding=line.holding,
        completed=line.completed,
        ready="yes" if line.payouts_ready else "no",
        restricted="yes" if line.restricted else "no",
    )


def _status_button(context: RequestContext, line: RunnerSummary, namesakes: Counter[str]) -> Button:
    """Return the button for a runner's next status; the end of the id tells apart runners with the same name."""
    name, number = truncate(line.first_name, MAX_NAME_LENGTH), line.person_id
    if namesakes[name] > 1:
        name = f"{truncate(name, MAX_NAME_LENGTH - LAST_DIGITS)} {str(number)[-LAST_DIGITS:]}"
    match line.status:
        case RunnerStatus.APPROVED:
            return context.button("bot-button-suspend", Tap.SUSPEND, number, style=ButtonStyle.DANGER, name=name)
        case RunnerStatus.SUSPENDED:
            return context.button("bot-button-unsuspend", Tap.UNSUSPEND, number, name=name)
        case _:
            return context.button(
                "bot-button-approve-runner", Tap.APPROVE, number, ROSTER_SCREEN, style=ButtonStyle.SUCCESS, name=name
            )


async def confirm_suspension(context: RequestContext) -> Replies:
    """Handle [Suspend…]: say what it means, with the way back first."""
    await require_admin_access_and_clear_input(context)
    runner = await use_cases_roster.view_suspendable_runner(
        context.work, context.campus, context.member, context.subject
    )
    said = context.say("bot-act-suspend", name=runner.first_name, number=str(runner.person_id))
    if not context.is_private:
        return (NewMessage(await ask_for_reason(context, command_of(AdminAction.SUSPEND, runner.person_id), said)),)
    confirm_button = context.button(
        "bot-button-sure-suspend", Tap.SUSPEND_SURE, runner.person_id, style=ButtonStyle.DANGER
    )
    return (EditMenu(Screen(said, ((_leave(context),), (confirm_button,)))),)


async def ask_suspension_reason(context: RequestContext) -> Replies:
    """Handle [Yes, suspend]: the next typed line is the reason, and suspends the runner."""
    require_admin_access(context)
    runner = await use_cases_roster.view_suspendable_runner(
        context.work, context.campus, context.member, context.subject
    )
    return (EditMenu(await request_reason(context, AdminAction.SUSPEND, runner.person_id, _leave(context))),)


def _leave(context: RequestContext) -> Button:
    return context.button("bot-button-leave", Tap.RUNNERS)


async def suspend(context: RequestContext, addressed: Addressed) -> Replies:
    """Handle /suspend WHO reason; of an order, and in reply to a message about one, its runner is meant."""
    reason = truncate(addressed.rest, campuses_use_cases.MAX_REASON_LENGTH)
    return (NewMessage(await execute_admin_action(context, AdminAction.SUSPEND, addressed.person_id, reason)),)


async def unsuspend(context: RequestContext, addressed: Addressed) -> Replies:
    """Handle /unsuspend WHO."""
    asked, shown = (context.work, context.campus, context.member), context.is_shown_to_admins
    state = await use_cases_roster.unsuspend_runner(*asked, addressed.person_id, shown_to_admins=shown)
    back = context.button("bot-button-runners", Tap.RUNNERS)
    name = (await find_member(context.work, context.campus.id, addressed.person_id)).first_name
    return (NewMessage(Screen(_say_let_back(context, name, state), ((back,),))),)


def _say_let_back(context: RequestContext, name: str, state: RestrictionState) -> str:
    held = state.keeps_from_running
    if held is None:
        return context.say("bot-unsuspended", name=name)
    return context.say("bot-unsuspended-restricted", name=name, team=held.campus_title)


async def unsuspend_tapped_runner(context: RequestContext) -> Replies:
    """Handle [Let back]."""
    require_admin_access(context)
    await use_cases_roster.unsuspend_runner(context.work, context.campus, context.member, context.subject)
    return Answer(context.say_plain("bot-unsuspended-toast")), EditMenu(await _render_roster(context, 0))
