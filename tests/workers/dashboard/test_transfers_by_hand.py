"""A transfer that a person makes at Stripe's dashboard for an order of ours: the admin says whether it was the pay."""

import asyncio
from typing import Any

import pytest

from domain.campuses.people import Member
from domain.errors import CampusGError, Stale
from domain.orders.states import Bearer, Order
from domain.reconciliation import use_cases
from domain.reconciliation.discrepancy import Discrepancy, DiscrepancyKind, ObservedDiscrepancy, TransferMeaning
from domain.reconciliation.refusals import (
    NoPayOwed,
    OrderUnfinished,
    OrderUnnamed,
    TransferOfAnother,
    TransferUnexplained,
    TransferUnlikePay,
)
from domain.reconciliation.repository import report_discrepancy
from domain.reconciliation.unbooked_repository import list_lacking_of, note_unbooked
from tests.scenarios.reconciliation_setup import admin_notifications, discrepancies, reconcile_all
from tests.scenarios.refund_setup import complete_refund, completed_order, payable_state
from tests.scenarios.scenario_setup import new_admin
from tests.scenarios.stuck_sagas import release_saga, stick_saga
from tests.stack.worker_stack import WorkerStack
from tests.workers.dashboard.dashboard_states import bring_into

pytestmark = pytest.mark.drill

SHARE, PART = 1030, 400  # minor units: what the runner of the stack's orders gets, and less
READY = "UPDATE person SET payouts_ready = :ready WHERE id = :id"
PAID = "notification-paid-at-stripe"


async def unpaid_order(stack: WorkerStack, runner: Member) -> Order:
    """Return a completed order whose pay waits for the runner's account, which is in order by now."""
    await stack.sql(READY, ready=False, id=runner.person_id)
    order = await completed_order(stack, runner, card="pm_card_bypassPending")
    await stack.sql(READY, ready=True, id=runner.person_id)
    return order


async def new_runner(stack: WorkerStack) -> Member:
    """Return a runner with an account in order."""
    return await stack.add_member(runner=True, card=None)


async def send_by_hand(
    stack: WorkerStack, runner: Member, amount: int = SHARE, *, order: Order | None = None, group: str | None = None
) -> dict[str, Any]:
    """Let a person at the dashboard send funds; with an order they write its number into the metadata."""
    await stack.control_stripe("dashboard/top_up/sgd", amount=5_000)
    named: dict[str, Any] = {} if order is None else {"metadata": {"order": str(order.id)}}
    named |= {} if group is None else {"transfer_group": group}
    form = {"amount": amount, "currency": "sgd"} | named
    sent: dict[str, Any] = await stack.control_stripe(f"dashboard/create_transfer/{runner.stripe_account}", **form)
    for _ in range(2):
        await reconcile_all(stack)
    return sent


async def settle(stack: WorkerStack, meaning: TransferMeaning | None, reason: str = "sent by hand") -> Discrepancy:
    """Let an admin settle the only open discrepancy, and what follows from it happen."""
    ((number,),) = await stack.rows("SELECT id FROM discrepancy WHERE status = 'open'")
    settled = await stack.act(use_cases.settle_discrepancy, await new_admin(stack), number, reason, meaning=meaning)
    await stack.run_due()
    for _ in range(2):
        await reconcile_all(stack)
    return settled


async def sent_to_runners(stack: WorkerStack) -> int:
    """Return the minor units that all transfers sent, less their reversals."""
    transfers = await stack.inspect_stripe("objects", kind="transfer")
    return sum(one["amount"] - one["amount_reversed"] for one in transfers)


async def require_paid_once(stack: WorkerStack, order: Order) -> None:
    """Fail unless the pay went out once, all is booked, and nothing is left to be told."""
    assert await payable_state(stack, order) == ("paid", 0, SHARE)
    assert await sent_to_runners(stack) == SHARE
    assert await discrepancies(stack) == []
    assert await stack.breaches() == []


@pytest.mark.parametrize("named", ["metadata", "group", "nothing"])
async def test_it_paid_the_runner_books_the_transfer_as_their_pay(stack: WorkerStack, named: str) -> None:
    runner = await new_runner(stack)
    order = await unpaid_order(stack, runner)
    group = f"order_{order.id}" if named == "group" else None
    await send_by_hand(stack, runner, order=order if named == "metadata" else None, group=group)
    assert await payable_state(stack, order) == ("open", 0, 0)
    if named == "nothing":
        with pytest.raises(OrderUnnamed):
            await settle(stack, TransferMeaning.PAY)
    await settle(stack, TransferMeaning.PAY, f"the bot was down, for #{order.id}")
    await require_paid_once(stack, order)
    assert (await stack.notification_keys(order)).count(PAID) == 1
    log = await stack.rows("SELECT event FROM event_log WHERE order_id = :id AND subject = 'payout'", id=order.id)
    assert "paid_at_stripe" in [one.event for one in log]


@pytest.mark.parametrize("state", ["pay held", "disputed before the payout"])
async def test_what_keeps_pay_back_ends_with_the_pay_that_was_sent_by_hand(stack: WorkerStack, state: str) -> None:
    drill = await bring_into(stack, state)
    order = await drill.order()
    await send_by_hand(stack, drill.runner, order=order)
    await settle(stack, TransferMeaning.PAY)
    await require_paid_once(stack, order)
    held = "SELECT held_until FROM payable WHERE order_id = :id"
    assert [one.held_until for one in await stack.rows(held, id=order.id)] == [None]


async def test_it_is_the_pay_also_while_another_discrepancy_tells_of_its_money(stack: WorkerStack) -> None:
    runner = await new_runner(stack)
    order = await unpaid_order(stack, runner)
    await send_by_hand(stack, runner, order=order)
    ((number,),) = await stack.rows("SELECT id FROM discrepancy WHERE status = 'open'")
    async with stack.database() as work:
        (kept,) = await list_lacking_of(work, number)
        other = ObservedDiscrepancy(
            kind=DiscrepancyKind.NOT_BOOKED,
            subject=kept.movement.movement,
            campus_id=stack.campus.id,
            order_id=order.id,
            remote_value=kept.movement.net,
            currency=kept.movement.currency,
            note="transfer",
        )
        await note_unbooked(work, (await report_discrepancy(work, other)).id, kept.movement)
    await stack.act(
        use_cases.settle_discrepancy, await new_admin(stack), number, "sent by hand", meaning=TransferMeaning.PAY
    )
    await stack.run_due()
    for _ in range(2):
        await reconcile_all(stack)
    await require_paid_once(stack, order)


async def test_a_transfer_beside_the_pay_is_not_the_pay(stack: WorkerStack) -> None:
    runner = await new_runner(stack)
    order = await completed_order(stack, runner)
    await send_by_hand(stack, runner, order=order)
    with pytest.raises(NoPayOwed):
        await settle(stack, TransferMeaning.PAY)
    await settle(stack, None, "a bonus")
    assert await sent_to_runners(stack) == 2 * SHARE
    assert await stack.breaches() == []


async def test_what_the_transfer_is_short_of_the_pay_is_sent_by_itself(stack: WorkerStack) -> None:
    runner = await new_runner(stack)
    order = await unpaid_order(stack, runner)
    await send_by_hand(stack, runner, PART, order=order)
    await settle(stack, TransferMeaning.PAY)
    await require_paid_once(stack, order)
    keys = await stack.notification_keys(order)
    assert (keys.count(PAID), keys.count("notification-paid")) == (1, 1)


async def test_a_transfer_of_more_than_the_pay_is_it_once_the_rest_was_taken_back(stack: WorkerStack) -> None:
    runner = await new_runner(stack)
    order = await unpaid_order(stack, runner)
    sent = await send_by_hand(stack, runner, SHARE + 70, order=order)
    with pytest.raises(TransferUnlikePay) as refused:
        await settle(stack, TransferMeaning.PAY)
    assert (refused.value.arguments["sent"], refused.value.arguments["left"]) == ("S$11.00", "S$10.30")
    await stack.control_stripe(f"dashboard/reverse_transfer/{sent['id']}", amount=70)
    for _ in range(2):
        await reconcile_all(stack)
    await settle(stack, TransferMeaning.PAY)
    await require_paid_once(stack, order)


async def test_something_else_is_booked_apart_and_the_pay_is_sent(stack: WorkerStack) -> None:
    runner = await new_runner(stack)
    order = await unpaid_order(stack, runner)
    await send_by_hand(stack, runner, PART, order=order)
    with pytest.raises(TransferUnexplained):
        await settle(stack, None, "I know it")
    assert await payable_state(stack, order) == ("open", 0, 0)
    await settle(stack, TransferMeaning.OTHER, "a bonus")
    assert await payable_state(stack, order) == ("paid", 0, SHARE)
    assert await sent_to_runners(stack) == SHARE + PART
    assert await discrepancies(stack) == []
    assert await stack.breaches() == []


async def test_a_transfer_of_others_that_names_an_order_of_ours_keeps_its_pay_back_no_longer_than_needed(
    stack: WorkerStack,
) -> None:
    """Another shop on the same Stripe account counts its orders too."""
    runner, other = await new_runner(stack), await new_runner(stack)
    order = await unpaid_order(stack, runner)
    await stack.sql("UPDATE person SET stripe_account = NULL WHERE id = :id", id=other.person_id)
    await send_by_hand(stack, other, PART, order=order)
    assert await payable_state(stack, order) == ("open", 0, 0)
    await settle(stack, TransferMeaning.OTHER, "the other shop's")
    assert await payable_state(stack, order) == ("paid", 0, SHARE)
    assert await discrepancies(stack) == []
    assert await stack.breaches() == []


async def test_a_transfer_to_somebody_else_is_not_the_runners_pay(stack: WorkerStack) -> None:
    runner, other = await new_runner(stack), await new_runner(stack)
    order = await unpaid_order(stack, runner)
    await send_by_hand(stack, other, order=order)
    with pytest.raises(TransferOfAnother):
        await settle(stack, TransferMeaning.PAY)
    await settle(stack, TransferMeaning.OTHER, "the wrong account")
    assert await payable_state(stack, order) == ("paid", 0, SHARE)
    assert await stack.breaches() == []


async def test_it_is_refused_while_a_process_may_book_it(stack: WorkerStack) -> None:
    runner = await new_runner(stack)
    order = await unpaid_order(stack, runner)
    await send_by_hand(stack, runner, order=order)
    saga = await stick_saga(stack, order)
    with pytest.raises(OrderUnfinished):
        await settle(stack, TransferMeaning.PAY)
    await release_saga(stack, saga)
    await settle(stack, TransferMeaning.PAY)
    await require_paid_once(stack, order)


async def test_what_was_sent_before_the_order_was_complete_pays_it_after_that(stack: WorkerStack) -> None:
    runner = await new_runner(stack)
    order = await stack.claimed_order(runner)
    await send_by_hand(stack, runner, order=order)
    for meaning, refusal in ((TransferMeaning.PAY, NoPayOwed), (None, TransferUnexplained)):
        with pytest.raises(refusal):
            await settle(stack, meaning)
    await stack.deliver(runner, order)
    await stack.run_due()
    assert await payable_state(stack, order) == ("open", 0, 0)
    await settle(stack, TransferMeaning.PAY)
    await require_paid_once(stack, order)


async def test_of_two_admins_who_say_it_at_once_one_books_it(stack: WorkerStack) -> None:
    runner = await new_runner(stack)
    order = await unpaid_order(stack, runner)
    await send_by_hand(stack, runner, order=order)
    ((number,),) = await stack.rows("SELECT id FROM discrepancy WHERE status = 'open'")
    admins = [await new_admin(stack) for _ in range(2)]
    said = (TransferMeaning.PAY, TransferMeaning.OTHER)
    calls = [
        stack.act(use_cases.settle_discrepancy, admin, number, "sent by hand", meaning=meaning)
        for admin, meaning in zip(admins, said, strict=True)
    ]
    ends = await asyncio.gather(*calls, return_exceptions=True)
    refusals = [one for one in ends if isinstance(one, CampusGError)]
    assert [type(one) for one in refusals] in ([Stale], [OrderUnfinished])
    await stack.run_due()
    await reconcile_all(stack)
    assert (await payable_state(stack, order))[0] == "paid"
    assert await stack.breaches() == []


async def test_what_a_bot_of_an_earlier_release_settled_is_asked_about_again(stack: WorkerStack) -> None:
    runner, admin = await new_runner(stack), await new_admin(stack)
    order = await unpaid_order(stack, runner)
    await send_by_hand(stack, runner, order=order)
    ended = "status = 'settled', ended_at = now(), ended_by = :admin, reason = 'by hand'"
    await stack.sql(f"UPDATE discrepancy SET {ended} WHERE status = 'open'", admin=admin.person_id)
    for _ in range(2):
        await reconcile_all(stack)
    assert (await admin_notifications(stack)).count("notification-discrepancy-transfer") == 2
    assert await payable_state(stack, order) == ("open", 0, 0)
    await settle(stack, TransferMeaning.PAY)
    await require_paid_once(stack, order)


@pytest.mark.parametrize("amount", [SHARE, PART])
async def test_pay_sent_by_hand_is_taken_back_as_any_other(stack: WorkerStack, amount: int) -> None:
    runner = await new_runner(stack)
    order = await unpaid_order(stack, runner)
    sent = await send_by_hand(stack, runner, amount, order=order)
    await settle(stack, TransferMeaning.PAY)
    await complete_refund(stack, order, 200, Bearer.RUNNER)
    assert await sent_to_runners(stack) == SHARE - 200
    await stack.control_stripe(f"dashboard/reverse_transfer/{sent['id']}", amount=100)
    for _ in range(2):
        await reconcile_all(stack)
    assert await payable_state(stack, order) == ("open", 200, SHARE - 300)
    assert await stack.notification_keys(order, stack.campus.admin_chat) != []
    assert await discrepancies(stack) == []
    assert await stack.breaches() == []
