"""Pay that the risk rules let wait: the first of a runner for a time, the unusual until an admin lets it go."""

from datetime import timedelta

import pytest

from domain.campuses.own_acts.use_cases import agree_to_own_act
from domain.campuses.people import Member
from domain.errors import AnotherAdminNeeded, NotAllowed, OwnActUnconfirmed, Stale
from domain.orders.drafts.repository import change_draft
from domain.orders.states import Bearer, Order
from domain.orders.use_cases.act_subjects import subject_of_order
from domain.screening.errors import AlreadyBarred, PayTakenBack
from domain.screening.review import Review, ReviewedSide
from domain.screening.runner_facts_repository import read_delivery_facts
from domain.screening.use_cases import bar_side, let_pay_go, view_reviews
from domain.words import say
from tests.scenarios.held_payout_setup import (
    finished_order,
    left_order,
    make_held_payout_due,
    payable_row,
    sweep_held_payouts,
)
from tests.scenarios.limit_setup import join_elsewhere, place_order_of, state_limits, state_roomy_limits
from tests.scenarios.refund_setup import complete_refund, completed_order
from tests.stack.worker_stack import WorkerStack

pytestmark = pytest.mark.drill


async def fast_order(stack: WorkerStack, runner: Member) -> Order:
    """Deliver an order within a moment, on a campus where that is unusual."""
    await state_roomy_limits(stack, least_delivery=180)
    return await completed_order(stack, runner)


async def reviews_of(stack: WorkerStack, admin: Member, order: Order) -> list[Review]:
    """What an admin sees waiting of this order; the tests of this file share a campus."""
    return [waiting for waiting in await stack.act(view_reviews, admin) if waiting.order_id == order.id]


async def transfers(stack: WorkerStack, order: Order) -> int:
    """How often the pay was sent."""
    return len(await stack.transfers(order.id))


async def test_pay_for_a_delivery_faster_than_anybody_walks_waits_until_it_is_let_go(
    stack: WorkerStack, runner: Member, admin: Member
) -> None:
    order = await fast_order(stack, runner)
    assert (await payable_row(stack, order)).held_for == "review"
    assert await stack.notification_keys(order, -200) == ["notification-review"]
    (waiting,) = await reviews_of(stack, admin, order)
    assert (waiting.order_id, waiting.runner_id, waiting.reason) == (order.id, runner.person_id, "too_fast")
    await make_held_payout_due(stack, order, 3_600)
    await sweep_held_payouts(stack)
    assert await transfers(stack, order) == 0
    assert await stack.breaches() == []
    await stack.act(let_pay_go, admin, order.id)
    await sweep_held_payouts(stack)
    assert await transfers(stack, order) == 1
    assert await reviews_of(stack, admin, order) == []
    events = "SELECT event, actor_id FROM event_log WHERE order_id = :id AND subject = 'review'"
    assert await stack.rows(events, id=order.id) == [("released", admin.person_id)]
    with pytest.raises(Stale):
        await stack.act(let_pay_go, admin, order.id)


async def test_nobody_lets_their_own_pay_go(stack: WorkerStack, runner: Member, admin: Member) -> None:
    order = await fast_order(stack, runner)
    with pytest.raises(NotAllowed):
        await stack.act(let_pay_go, runner, order.id)
    await stack.sql("UPDATE membership SET is_admin = true WHERE person_id = :id", id=runner.person_id)
    with pytest.raises(AnotherAdminNeeded):
        await stack.act(let_pay_go, await stack.committed_member(runner.person_id), order.id)
    await make_held_payout_due(stack, order, 3_600)
    await sweep_held_payouts(stack)
    assert await transfers(stack, order) == 0


async def test_what_also_lacks_the_pin_keeps_its_time_when_it_is_let_go(
    stack: WorkerStack, runner: Member, admin: Member
) -> None:
    await state_roomy_limits(stack, least_delivery=180)
    order = await left_order(stack, runner)
    assert (await payable_row(stack, order)).held_for == "review"
    await stack.act(let_pay_go, admin, order.id)
    await sweep_held_payouts(stack)
    assert await transfers(stack, order) == 0
    await make_held_payout_due(stack, order)
    await sweep_held_payouts(stack)
    assert await transfers(stack, order) == 1


async def test_a_refund_that_the_runner_bears_leaves_nothing_to_let_go(
    stack: WorkerStack, runner: Member, admin: Member
) -> None:
    order = await fast_order(stack, runner)
    await complete_refund(stack, order, None, Bearer.RUNNER)
    assert await reviews_of(stack, admin, order) == []
    with pytest.raises(PayTakenBack):
        await stack.act(let_pay_go, admin, order.id)
    assert await stack.rows_of(order, "review", "decided_at") == [(None,)]
    await make_held_payout_due(stack, order, 3_600)
    await sweep_held_payouts(stack)
    assert await transfers(stack, order) == 0


async def test_who_has_a_part_in_a_reviewed_order_bars_nobody_for_it(
    stack: WorkerStack, runner: Member, admin: Member
) -> None:
    order = await fast_order(stack, runner)
    with pytest.raises(NotAllowed):
        await stack.act(bar_side, runner, order.id, ReviewedSide.CUSTOMER, None)
    await stack.sql("UPDATE membership SET is_admin = true WHERE person_id = :id", id=runner.person_id)
    own = await stack.committed_member(runner.person_id)
    with pytest.raises(AnotherAdminNeeded):
        await stack.act(bar_side, own, order.id, ReviewedSide.CUSTOMER, None)
    await stack.sql("UPDATE membership SET is_admin = false WHERE person_id = :id", id=runner.person_id)
    await stack.act(bar_side, admin, order.id, ReviewedSide.CUSTOMER, timedelta(days=7))
    barred = "SELECT kind, status FROM restriction WHERE person_id = :id"
    assert await stack.rows(barred, id=order.customer_id) == [("bar", "active")]
    with pytest.raises(AlreadyBarred):
        await stack.act(bar_side, admin, order.id, ReviewedSide.CUSTOMER, None)


async def test_a_bar_by_the_only_admin_for_their_own_order_uses_up_their_agreement(
    stack: WorkerStack, runner: Member
) -> None:
    order = await fast_order(stack, runner)
    await stack.sql("UPDATE membership SET is_admin = (person_id = :id)", id=runner.person_id)
    own = await stack.committed_member(runner.person_id)
    await stack.act(agree_to_own_act, own, subject_of_order(order))
    await stack.act(bar_side, own, order.id, ReviewedSide.CUSTOMER, None)
    with pytest.raises(OwnActUnconfirmed):
        await stack.act(let_pay_go, own, order.id)
    marked = "SELECT event FROM event_log WHERE subject = 'own_act' AND order_id = :id ORDER BY id"
    assert await stack.rows(marked, id=order.id) == [("agreed",), ("bar",)]
    await stack.sql("UPDATE membership SET is_admin = false WHERE person_id = :id", id=runner.person_id)


async def test_the_first_pay_outs_of_a_runner_wait_a_day_and_the_next_does_not(
    stack: WorkerStack, runner: Member
) -> None:
    await state_roomy_limits(stack, first_payouts=1)
    first = await completed_order(stack, runner)
    held = await payable_row(stack, first)
    assert first.delivered_at is not None
    assert (held.held_for, held.held_until - first.delivered_at) == ("first", timedelta(days=1))
    assert await stack.notification_keys(first, -200) == []
    second = await completed_order(stack, runner)
    assert (await transfers(stack, first), await transfers(stack, second)) == (0, 1)
    await make_held_payout_due(stack, first)
    await sweep_held_payouts(stack)
    assert await transfers(stack, first) == 1


async def test_disputes_about_a_runner_s_jobs_keep_their_later_pay(stack: WorkerStack, runner: Member) -> None:
    await state_roomy_limits(stack, disputes=1)
    paid = await completed_order(stack, runner)
    await stack.sql(
        "INSERT INTO dispute (campus_id, order_id, dispute, amount, currency, reason, status, closed_at)"
        " SELECT campus_id, id, 'dp_' || id, 1, currency, 'fraudulent', 'lost', now() FROM orders WHERE id = :id",
        id=paid.id,
    )
    order = await completed_order(stack, runner)
    await stack.sql("DELETE FROM dispute WHERE order_id = :id", id=paid.id)
    assert (await transfers(stack, paid), await transfers(stack, order)) == (1, 0)
    assert await stack.rows_of(order, "review", "reason") == [("disputes",)]


async def test_a_tip_counts_like_what_is_on_the_receipt(stack: WorkerStack, runner: Member) -> None:
    await state_roomy_limits(stack, runner_day=2 * 850 + 199)
    reasons = []
    for tip in (0, 200):
        customer = await stack.add_member()
        await stack.fill_basket(customer)
        async with stack.database() as work:
            draft = await change_draft(work, stack.campus.id, customer.person_id, tip=tip)
        await stack.submit_draft(customer, draft)
        await stack.run_due()
        ((number,),) = await stack.rows("SELECT id FROM orders WHERE customer_id = :id", id=customer.person_id)
        order = await stack.order(number)
        await stack.claim(runner, order)
        await stack.run_due()
        await stack.deliver(runner, order)
        await stack.run_due()
        reasons.append((await payable_row(stack, order)).held_for)
    assert reasons == [None, "review"]


EARLIER_CLAIM = "UPDATE orders SET accepted_at = accepted_at - interval '15 minutes' WHERE id = :id"


@pytest.mark.parametrize(
    ("card", "price", "held_for"),
    [
        ("pm_card_riskLevelElevated", 3_000, "review"),
        ("pm_card_riskLevelElevated", 2_999, "first"),
        ("pm_card_visa", 3_000, "first"),
    ],
)
async def test_a_large_payment_of_a_new_account_that_radar_doubts_waits_for_an_admin(
    stack: WorkerStack, runner: Member, admin: Member, card: str, price: int, held_for: str
) -> None:
    await state_limits(stack)
    order = await place_order_of(stack, await stack.add_member(card=card), price)
    await stack.claim(runner, order)
    await stack.run_due()
    await stack.sql(EARLIER_CLAIM, id=order.id)  # as if the runner had gone to the shop
    await stack.deliver(runner, order, receipt=price + 1)
    await stack.run_due()
    assert (await payable_row(stack, order)).held_for == held_for
    assert await transfers(stack, order) == 0
    if held_for == "first":
        assert await stack.notification_keys(order, -200) == []
        return
    (told,) = await stack.rows("SELECT * FROM notification WHERE order_id = :id AND chat_id = -200", id=order.id)
    assert "Stripe doubts this payment, and the account is new." in say("en", told.key, **told.args)
    assert all(label in str(told.buttons) for label in ("button-let-pay-go", "button-refund-held", "button-see-order"))
    assert [waiting.reason for waiting in await stack.act(view_reviews, admin)][-1] == "radar"
    await stack.act(let_pay_go, admin, order.id)
    await sweep_held_payouts(stack)
    assert await transfers(stack, order) == 1


async def test_what_an_admin_finished_was_not_handed_over_with_the_pin(stack: WorkerStack, runner: Member) -> None:
    await state_roomy_limits(stack, unproven=2)
    orders = [await finished_order(stack, runner), await left_order(stack, runner)]
    assert [(await payable_row(stack, order)).held_for for order in orders] == ["finished", "review"]
    assert await stack.rows_of(orders[1], "review", "reason") == [("unproven",)]


async def test_a_delivery_is_judged_by_those_before_it_however_late_it_is_looked_at(
    stack: WorkerStack, runner: Member
) -> None:
    await state_roomy_limits(stack)
    first, second = [await completed_order(stack, runner) for _ in range(2)]
    async with stack.database() as work:
        facts = [await read_delivery_facts(work, order, stack.campus.risk) for order in (first, second)]
    assert [(each.handed_over_before, len(each.deliveries)) for each in facts] == [(0, 0), (1, 1)]


async def test_what_a_runner_brings_counts_on_all_campuses(stack: WorkerStack, runner: Member) -> None:
    south = await join_elsewhere(stack, runner)
    await stack.sql("UPDATE membership SET runner_status = 'approved' WHERE person_id = :id", id=runner.person_id)
    await state_roomy_limits(stack, runner_day=2 * 850 - 1, first_payouts=1)
    orders = [await completed_order(place, runner) for place in (stack, south)]
    assert [(await payable_row(stack, order)).held_for for order in orders] == ["first", "review"]
