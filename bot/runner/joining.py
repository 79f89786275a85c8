"""Becoming a runner: asking, the way into the group, the pay-out account."""

from bot.home import MENU, home_button, on_menu
from bot.replies import Answer, Replies, Rows, Screen
from bot.turn import Turn
from domain.buttons import Button, Style, Tap
from domain.people import RunnerStatus
from domain.store.drafts import expect_nothing
from domain.store.orders import open_jobs
from domain.store.under_way import just_started
from domain.store.use_cases import running


async def deliver_food(turn: Turn) -> Replies:
    """[Deliver food]: where one stands, and the next step."""
    await expect_nothing(turn.work, turn.campus.id, turn.member.person_id)
    return (on_menu(turn, await _standing(turn, turn.member.runner_status)),)


async def ask_to_run(turn: Turn) -> Replies:
    """[Ask to join]: the admins are asked once."""
    status = await running.ask_to_run(turn.work, turn.campus, turn.member)
    return Answer(turn.plain("bot-asked")), on_menu(turn, await _standing(turn, status))


async def set_up_payout(turn: Turn) -> Replies:
    """[Set up pay-out]: Stripe's link follows as a message of its own."""
    if not await just_started(turn.work, turn.campus.id, turn.member.person_id, "onboard_runner"):
        await running.set_up_payout(turn.work, turn.campus, turn.member)
    return (Answer(turn.plain("bot-payout-link-coming")),)


async def _standing(turn: Turn, status: RunnerStatus) -> Screen:
    home: Rows = ((home_button(turn),),)
    match status:
        case RunnerStatus.NONE:
            ask = turn.button("bot-button-ask-to-run", Tap.ASK_TO_RUN, version=MENU, style=Style.SUCCESS)
            return Screen(turn.say("bot-runner-none"), ((ask,), *home))
        case RunnerStatus.ASKED:
            return Screen(turn.say("bot-runner-asked"), home)
        case RunnerStatus.SUSPENDED:
            return Screen(turn.say("bot-runner-suspended"), (*await _runner_rows(turn), *home))
        case RunnerStatus.APPROVED:
            return Screen(turn.say("bot-runner-approved"), (*await _runner_rows(turn), *home))


async def _runner_rows(turn: Turn) -> Rows:
    rows: list[tuple[Button, ...]] = [
        (turn.button("bot-button-job", Tap.OPEN_ORDER, job.id, MENU, order=job.id, store=job.store_name),)
        for job in await open_jobs(turn.work, turn.campus.id, turn.member.person_id)
    ]
    if turn.campus.runner_invite is not None and turn.member.runner_status is RunnerStatus.APPROVED:
        rows.append((Button(words=turn.plain("button-join-group"), url=turn.campus.runner_invite),))
    if not turn.member.payouts_ready:
        rows.append((turn.button("button-set-up-payout", Tap.SET_UP_PAYOUT, version=MENU),))
    return tuple(rows)
