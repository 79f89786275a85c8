"""What an admin does about refunds, disputed orders and runners' debts: view, refund, pay despite a dispute, waive."""

from collections.abc import Sequence

from domain.campuses.campus import Campus
from domain.campuses.own_acts.use_cases import require_uninvolved
from domain.campuses.people import Member
from domain.campuses.permissions import Action, require_permission
from domain.database.actors import Actor, Role
from domain.database.event_log_repository import log_event
from domain.database.unit_of_work import UnitOfWork
from domain.errors import OrderDisputed, Stale
from domain.ledger.postings import runner_debt_waived_posting
from domain.ledger.repository import post_to_ledger
from domain.messaging.admin_acts.acts import AdminAct
from domain.messaging.admin_acts.telling import tell_admin_act
from domain.orders.repository import find_order, lock_order
from domain.orders.states import Bearer, Order
from domain.orders.use_cases.act_subjects import subject_of_order
from domain.payouts.model import RunnerDebt, RunnerDebtStatus
from domain.payouts.repository import find_payable
from domain.payouts.runner_debt_repository import (
    end_runner_debt,
    find_runner_debt,
    list_open_runner_debts,
    lock_runner_debt,
)
from domain.refunds.dispute_effects import unfreeze_payable
from domain.refunds.dispute_repository import has_lost_dispute, has_open_dispute, require_undisputed
from domain.refunds.refund_split import Refundable
from domain.refunds.repository import find_refundable, list_order_refunds
from domain.refunds.sagas.refund_order import build_refund_start
from domain.saga.run import SagaRun
from domain.saga.start import start_saga


async def view_refundable(work: UnitOfWork, campus: Campus, admin: Member, order_id: int) -> tuple[Order, Refundable]:
    """Return an order and how much of it may be refunded now.

    Raise OrderDisputed while a dispute of it is open, or once one is lost. Raise NotAllowed for an order that the admin
    has a part in.
    """
    require_permission(admin, Action.REFUND_ANY, own=False)
    order = await find_order(work, campus.id, order_id)
    await _require_uninvolved(work, campus, admin, order)
    await require_undisputed(work, order_id)
    return order, await find_refundable(work, campus.id, order_id)


async def start_refund(
    work: UnitOfWork,
    campus: Campus,
    admin: Member,
    order_id: int,
    amount: int | None,
    bearer: Bearer,
    reason: str,
    *,
    shown_to_admins: bool = False,
) -> SagaRun:
    """Start a refund of `amount` minor units, or of all that is left.

    Raise what `request_refund` and `split_refund` raise, and NotAllowed for an order that the admin has a part in:
    another admin has to decide.
    """
    require_permission(admin, Action.REFUND_ANY, own=False)
    order = await lock_order(work, campus.id, order_id)
    await _require_uninvolved(work, campus, admin, order)
    number = len(await list_order_refunds(work, order_id)) + 1
    start = build_refund_start(
        campus_id=campus.id,
        order_id=order_id,
        admin_id=admin.person_id,
        number=number,
        amount=amount,
        bearer=bearer,
        reason=reason,
    )
    run = await start_saga(work, start)
    subject, said = subject_of_order(order), f"{bearer}: {reason}"
    await tell_admin_act(work, campus, admin, AdminAct.REFUND, subject, said, shown_to_admins=shown_to_admins)
    return run


async def _require_uninvolved(work: UnitOfWork, campus: Campus, admin: Member, order: Order) -> None:
    await require_uninvolved(work, campus, admin, Action.REFUND_ANY, subject_of_order(order))


async def pay_despite_dispute(work: UnitOfWork, campus: Campus, admin: Member, order_id: int) -> None:
    """Send what is owed for an order although its dispute was lost; raise Stale when nothing is frozen.

    Raise OrderDisputed while a bank decides about another part of the payment.
    """
    require_permission(admin, Action.REFUND_ANY, own=False)
    order = await lock_order(work, campus.id, order_id)
    await _require_uninvolved(work, campus, admin, order)
    owed = await find_payable(work, order_id)
    if owed is None or not owed.frozen or not await has_lost_dispute(work, order_id):
        raise Stale
    if await has_open_dispute(work, order_id):
        raise OrderDisputed
    start = await unfreeze_payable(work, order_id)
    if start is not None:
        await start_saga(work, start)
    await tell_admin_act(work, campus, admin, AdminAct.PAY_ANYWAY, subject_of_order(order))


async def view_runner_debts(work: UnitOfWork, campus: Campus, admin: Member) -> Sequence[RunnerDebt]:
    """Return what runners owe for refunds, oldest first."""
    require_permission(admin, Action.SEE_STUCK)
    return await list_open_runner_debts(work, campus.id)


async def view_runner_debt(work: UnitOfWork, campus: Campus, admin: Member, debt_id: int) -> RunnerDebt:
    """Return an open debt; raise Stale when it is not open, or not any more."""
    require_permission(admin, Action.SEE_STUCK)
    found = await find_runner_debt(work, campus.id, debt_id)
    if found is None or found.status is not RunnerDebtStatus.OPEN:
        raise Stale
    return found


async def waive_runner_debt(work: UnitOfWork, campus: Campus, admin: Member, debt_id: int) -> RunnerDebt:
    """Waive what a runner owes: the platform bears it after all.

    Raise Stale when it is not owed any more, and what `require_uninvolved` raises for an order that the admin has a
    part in.
    """
    seen = await view_runner_debt(work, campus, admin, debt_id)
    order = await find_order(work, campus.id, seen.order_id)
    await _require_uninvolved(work, campus, admin, order)
    owed = await lock_runner_debt(work, seen.refund_id)
    if owed is None or owed.status is not RunnerDebtStatus.OPEN:
        raise Stale
    await end_runner_debt(work, owed.id, RunnerDebtStatus.WAIVED)
    posting = runner_debt_waived_posting(
        refund=owed.refund_id, runner=owed.runner_id, amount=owed.left, currency=owed.currency
    )
    await post_to_ledger(work, posting, owed.order_id)
    await log_event(
        work,
        Actor(role=Role.ADMIN, person_id=admin.person_id),
        campus_id=campus.id,
        order_id=owed.order_id,
        subject="debt",
        subject_id=owed.id,
        happened="let_go",
        before=owed.status,
        after=RunnerDebtStatus.WAIVED,
    )
    await tell_admin_act(work, campus, admin, AdminAct.WAIVE_RUNNER_DEBT, subject_of_order(order))
    return owed
