"""What a customer owes for a delivered order: the customer pays it, or an admin waives it."""

from collections.abc import Sequence

from domain.campuses.campus import Campus
from domain.campuses.own_acts.use_cases import require_uninvolved
from domain.campuses.people import Member
from domain.campuses.permissions import Action, require_permission
from domain.database.actors import Actor, Role
from domain.database.unit_of_work import UnitOfWork
from domain.errors import Stale
from domain.ledger.postings import customer_debt_waived_posting
from domain.ledger.repository import post_to_ledger
from domain.messaging.admin_acts.acts import AdminAct
from domain.messaging.admin_acts.telling import tell_admin_act
from domain.messaging.outbox_repository import notify, refresh_existing_order_messages
from domain.orders.repository import find_order
from domain.orders.use_cases.act_subjects import subject_of_order
from domain.payments.customer_debt_repository import (
    end_customer_debt,
    find_customer_debt,
    find_open_debt_elsewhere,
    list_open_customer_debts,
    list_open_debts_elsewhere,
    list_open_debts_of_person,
    lock_customer_debt,
    require_debt_chargeable,
)
from domain.payments.model import CustomerDebt, CustomerDebtStatus, PersonDebt
from domain.payments.notifications.customer_debts import debt_waived, owes_elsewhere
from domain.payments.sagas.settle_debt import build_settlement_start
from domain.payments.use_cases.saved_cards import start_card_setup
from domain.saga.run import SagaRun
from domain.saga.start import start_saga


async def view_own_debts(work: UnitOfWork, campus: Campus, member: Member) -> Sequence[PersonDebt]:
    """Return what the customer owes on any campus of the deployment, that of this campus first."""
    return await list_open_debts_of_person(work, campus.id, member.person_id)


async def pay_customer_debt(work: UnitOfWork, campus: Campus, member: Member, debt_id: int) -> SagaRun | None:
    """[Pay S$8.30]: charge the customer's card on session, also for a debt of another campus.

    Return None when a card is missing: the link to save one is on its way. Raise Stale when the debt is not open any
    more, DebtBeingPaid while a charge of it is in flight, NotAllowed for the debt of another person.
    """
    owed = await lock_customer_debt(work, campus.id, debt_id, owed_by=member.person_id)
    require_permission(member, Action.PAY_DEBT, own=owed is None or owed.customer_id == member.person_id)
    if owed is None:
        raise Stale
    if member.card is None:
        await require_debt_chargeable(work, owed)  # otherwise the step of the saga asks
        await start_card_setup(work, campus, member)
        return None
    return await start_saga(work, build_settlement_start(owed))


async def view_customer_debts(work: UnitOfWork, campus: Campus, admin: Member) -> Sequence[CustomerDebt]:
    """Return what all customers of the campus owe, oldest first."""
    require_permission(admin, Action.SEE_STUCK)
    return await list_open_customer_debts(work, campus.id)


async def view_debts_elsewhere(work: UnitOfWork, campus: Campus, admin: Member) -> Sequence[PersonDebt]:
    """Return what people of this campus owe on others, so that they order on none, oldest first."""
    require_permission(admin, Action.SEE_RESTRICTIONS)
    return await list_open_debts_elsewhere(work, campus.id)


async def tell_campus_of_debt(work: UnitOfWork, campus_id: int, debt_id: int) -> None:
    """Tell the admins of a campus, once, that somebody was refused there for what they owe on another one."""
    owed = await find_open_debt_elsewhere(work, campus_id, debt_id)
    if owed is not None:
        await notify(work, owes_elsewhere(campus_id, owed))


async def view_customer_debt(work: UnitOfWork, campus: Campus, admin: Member, order_id: int) -> CustomerDebt:
    """Return what is owed for this order; raise Stale when nothing is owed, or not any more."""
    require_permission(admin, Action.SEE_STUCK)
    await find_order(work, campus.id, order_id)
    owed = await find_customer_debt(work, order_id)
    if owed is None or owed.status is not CustomerDebtStatus.OPEN:
        raise Stale
    return owed


async def waive_customer_debt(
    work: UnitOfWork, campus: Campus, admin: Member, order_id: int, reason: str, *, shown_to_admins: bool = False
) -> CustomerDebt:
    """Waive what a customer owes: the platform bears it. Raise Stale when it is not owed any more.

    Raise NotAllowed for an order that the admin has a part in, DebtBeingPaid while a charge of the debt is in flight.
    """
    seen = await view_customer_debt(work, campus, admin, order_id)
    subject = subject_of_order(await find_order(work, campus.id, order_id))
    await require_uninvolved(work, campus, admin, Action.REFUND_ANY, subject)
    owed = await lock_customer_debt(work, campus.id, seen.id)
    if owed is None:
        raise Stale
    await require_debt_chargeable(work, owed)
    actor = Actor(role=Role.ADMIN, person_id=admin.person_id)
    if not await end_customer_debt(work, owed, CustomerDebtStatus.WAIVED, actor=actor, reason=reason):
        raise Stale
    posting = customer_debt_waived_posting(
        order=order_id, customer=owed.customer_id, amount=owed.amount, currency=owed.currency
    )
    await post_to_ledger(work, posting, order_id)
    await refresh_existing_order_messages(work, order_id)
    await notify(work, debt_waived(owed, reason))
    act = AdminAct.WAIVE_CUSTOMER_DEBT
    await tell_admin_act(work, campus, admin, act, subject, reason, shown_to_admins=shown_to_admins)
    return owed
