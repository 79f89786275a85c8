"""What people do with payouts: set up an account, send a payout again."""

from collections.abc import Sequence

from domain.campuses.campus import Campus
from domain.campuses.own_acts.use_cases import require_uninvolved
from domain.campuses.people import Member
from domain.campuses.permissions import Action, require_permission
from domain.database.unit_of_work import UnitOfWork
from domain.errors import Stale
from domain.messaging.admin_acts.acts import AdminAct
from domain.messaging.admin_acts.telling import tell_admin_act
from domain.orders.repository import lock_order
from domain.orders.use_cases.act_subjects import subject_of_order
from domain.payouts.model import Payable
from domain.payouts.repository import can_start_payout, find_payable, list_unfunded_payables
from domain.payouts.sagas.onboard_runner import ONBOARD_RUNNER, build_onboarding_start
from domain.payouts.sagas.pay_out_runner import build_payout_start
from domain.risk.facts import DAY
from domain.risk.refusals import TooManyPayoutLinks
from domain.saga.repository import count_sagas_started, wake_waiting_saga
from domain.saga.run import SagaRun
from domain.saga.start import start_saga

MAX_LINKS_A_DAY = 6  # a link of Stripe is good for some minutes


async def view_unfunded_payables(work: UnitOfWork, campus: Campus, admin: Member) -> Sequence[Payable]:
    """Return every payable that waits for funds of the platform, oldest first."""
    require_permission(admin, Action.SEE_STUCK)
    return await list_unfunded_payables(work, campus.id)


async def retry_payout(work: UnitOfWork, campus: Campus, admin: Member, order_id: int) -> None:
    """[Send again]: start a payout that the platform lacked funds for.

    Raise Stale when it cannot start, and what `require_uninvolved` raises.
    """
    require_permission(admin, Action.RETRY_STUCK, own=False)
    subject = subject_of_order(await lock_order(work, campus.id, order_id))
    await require_uninvolved(work, campus, admin, Action.RETRY_STUCK, subject)
    payable = await find_payable(work, order_id)
    if payable is None or not await can_start_payout(work, payable.id):
        raise Stale
    await start_saga(work, build_payout_start(payable))
    await tell_admin_act(work, campus, admin, AdminAct.PAY_AGAIN, subject)


async def start_payout_setup(work: UnitOfWork, campus: Campus, member: Member) -> SagaRun:
    """[Set up pay-out]: start a set-up; its link follows as a notification.

    Raise TooManyPayoutLinks after MAX_LINKS_A_DAY: each is followed at Stripe for the window `onboarding`.
    """
    require_permission(member, Action.SET_UP_PAYOUT)
    links = await count_sagas_started(work, member.person_id, ONBOARD_RUNNER.kind, DAY)
    if links >= MAX_LINKS_A_DAY:
        raise TooManyPayoutLinks(most=links)
    start = build_onboarding_start(campus_id=campus.id, person_id=member.person_id, now=work.now)
    return await start_saga(work, start)


async def poll_payout_setup(work: UnitOfWork, campus: Campus, member: Member) -> None:
    """Let a set-up that waits for the member look at their account now."""
    await wake_waiting_saga(work, campus.id, member.person_id, ONBOARD_RUNNER.kind)
