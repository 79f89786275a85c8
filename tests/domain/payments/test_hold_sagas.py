"""Holds: declined, waiting for approval, never approved; the customer is told, and no money stays held."""

from typing import Any

import pytest

from domain.campuses.people import Member
from domain.errors import DraftChanged, Stale
from domain.orders.drafts.repository import change_draft
from domain.orders.states import Order, OrderStatus
from domain.orders.use_cases import ordering
from domain.payments.hold_repository import move_current_hold
from domain.payments.model import HoldEvent, HoldStatus
from tests.cases import case
from tests.scenarios.customer_debt_setup import APPROVAL_CARD, DECLINED_CARD
from tests.scenarios.scenario_setup import answer_bank, fail_beyond_window
from tests.stack.worker_stack import WorkerStack
from workers.stripe.gateway_intents import create_intent

pytestmark = pytest.mark.drill


async def order_and_hold_states(stack: WorkerStack, order: Order) -> tuple[OrderStatus, list[str], list[str]]:
    """The order's status, the statuses of its holds, and those of its intents at Stripe."""
    intents = [one["status"] for one in await stack.intents(order.id)]
    return (
        (await stack.order(order.id)).status,
        [status for (status,) in await stack.rows_of(order, "hold", "status")],
        intents,
    )


async def order_awaiting_approval(stack: WorkerStack) -> Order:
    """Return an order whose bank asks the customer for an approval."""
    order = await stack.place_order(await stack.add_member(card=APPROVAL_CARD))
    await stack.run_due()
    return order


@case(31)
async def test_s7_a_declined_card_ends_the_order_at_once_and_is_told(stack: WorkerStack) -> None:
    """Also covers M17."""
    order = await stack.place_order(await stack.add_member(card=DECLINED_CARD))
    await stack.run_due()
    assert await order_and_hold_states(stack, order) == (OrderStatus.CANCELLED, ["released"], ["canceled"])
    assert await stack.notification_keys(order) == ["notification-declined"]
    assert (await stack.saga(order, "create_order")).status == "compensated"


async def test_s7_without_a_card_the_customer_is_asked_for_one_and_nothing_waits(stack: WorkerStack) -> None:
    """No order is placed before there is a card for the hold."""
    member = await stack.add_member(card=None)
    assert await stack.submit_draft(member, await stack.fill_basket(member)) == ordering.CardRequired()
    await stack.run_due()
    links = await stack.rows("SELECT key FROM notification WHERE chat_id = :id", id=member.person_id)
    assert links == [("notification-card-link",)]
    assert await stack.rows("SELECT id FROM orders WHERE customer_id = :id", id=member.person_id) == []


async def test_s7_a_card_that_is_gone_by_then_ends_the_order_and_is_told(stack: WorkerStack, customer: Member) -> None:
    """The card was removed between the tap and the hold."""
    order = await stack.place_order(customer)
    await stack.sql("DELETE FROM saved_card WHERE person_id = :id", id=customer.person_id)
    await stack.run_due()
    assert await order_and_hold_states(stack, order) == (OrderStatus.CANCELLED, ["released"], [])
    assert await stack.notification_keys(order) == ["notification-card-gone"]


async def test_s7_a_card_stripe_does_not_know_any_more_ends_the_order_and_is_told(stack: WorkerStack) -> None:
    """No bank said no: the customer reads what is gone."""
    member = await stack.add_member()
    assert member.card is not None
    await stack.context.stripe.v1.payment_methods.detach_async(member.card.payment_method)
    order = await stack.place_order(member)
    await stack.run_due()
    assert (await stack.order(order.id)).status is OrderStatus.CANCELLED
    assert await stack.notification_keys(order) == ["notification-card-gone"]


async def test_m13_a_bank_that_asks_for_approval_gets_it_and_the_order_goes_on(stack: WorkerStack) -> None:
    order = await order_awaiting_approval(stack)
    assert await order_and_hold_states(stack, order) == (OrderStatus.PENDING, ["approval"], ["requires_action"])
    ((link,),) = await stack.rows_of(order, "hold", "approval_url")
    (intent,) = await stack.intents(order.id)
    assert intent["id"] in link
    await stack.run_now()
    assert (await stack.order(order.id)).status is OrderStatus.PENDING
    await answer_bank(stack, order)
    await stack.run_now()
    assert await order_and_hold_states(stack, order) == (OrderStatus.CREATED, ["held"], ["requires_capture"])
    assert await stack.rows_of(order, "hold", "approval_url") == [(None,)]


async def test_m13_a_bank_that_says_no_ends_the_order(stack: WorkerStack) -> None:
    """And the intent does not stay open."""
    order = await order_awaiting_approval(stack)
    await answer_bank(stack, order, ok=False)
    await stack.run_now()
    assert await order_and_hold_states(stack, order) == (OrderStatus.CANCELLED, ["released"], ["canceled"])
    assert await stack.notification_keys(order) == ["notification-declined"]


@case(28)
async def test_m13_an_approval_never_given_ends_the_order_at_its_deadline(stack: WorkerStack) -> None:
    """Also covers S6."""
    order = await order_awaiting_approval(stack)
    ((left,),) = await stack.rows(
        "SELECT extract(epoch FROM waiting_until - now()) FROM saga WHERE order_id = :id", id=order.id
    )
    assert 14 * 60 < float(left) <= 15 * 60
    await stack.sql("UPDATE saga SET waiting_until = now() WHERE order_id = :id", id=order.id)
    await stack.run_now()
    assert await order_and_hold_states(stack, order) == (OrderStatus.CANCELLED, ["released"], ["canceled"])
    assert await stack.notification_keys(order) == ["notification-unpaid"]


async def test_the_deadline_of_an_approval_is_not_moved_by_checking(stack: WorkerStack) -> None:
    """Otherwise each check would add a quarter of an hour (S6)."""
    order = await order_awaiting_approval(stack)
    first = (await stack.saga(order, "create_order")).waiting_until
    for _ in range(3):
        await stack.run_now()
    assert (await stack.saga(order, "create_order")).waiting_until == first
    await stack.cancel(await stack.committed_member(order.customer_id), order)
    await stack.run_due()


@case(29)
async def test_an_approval_given_after_the_end_finds_no_intent_to_approve(stack: WorkerStack) -> None:
    order = await order_awaiting_approval(stack)
    await stack.cancel(await stack.committed_member(order.customer_id), order)
    await stack.run_due()
    (intent,) = await stack.intents(order.id)
    async with stack.http.post(f"{stack.stripe_url}/sim/approve/{intent['id']}", json={"ok": True}) as answer:
        assert answer.status == 400
    assert (await stack.order(order.id)).status is OrderStatus.CANCELLED


@case(32)
async def test_s9_a_double_tap_on_place_order_is_one_order(stack: WorkerStack, customer: Member) -> None:
    """Also covers M2."""
    draft = await stack.fill_basket(customer)
    await stack.submit_draft(customer, draft)
    for _ in range(2):
        with pytest.raises(Stale):
            await stack.submit_draft(customer, draft)
    await stack.run_due()
    ((order_id,),) = await stack.rows("SELECT id FROM orders WHERE customer_id = :id", id=customer.person_id)
    assert len(await stack.intents(order_id)) == 1


async def test_m12_the_price_held_is_the_price_tapped(stack: WorkerStack, customer: Member) -> None:
    """The ceiling to the cent, or no order (M11)."""
    draft = await stack.fill_basket(customer)
    ceiling = draft.price(stack.campus.fees).ceiling
    with pytest.raises(DraftChanged):
        await stack.act(ordering.submit_order, customer, version=draft.version, ceiling=ceiling - 1)
    order = await stack.open_order(customer)
    (intent,) = await stack.intents(order.id)
    assert intent["amount"] == order.price.ceiling == ceiling


@case(50)
@pytest.mark.parametrize("amount", [1999, 1909, 2909, 5735, 8705, 9999])
async def test_m11_no_amount_loses_a_cent_on_its_way_to_stripe_and_back(stack: WorkerStack, amount: int) -> None:
    """19.99 once became 1998. All amounts are tried in tests/domain; these go through Stripe."""
    member = await stack.add_member()
    runner = await stack.add_member(runner=True, card=None)
    items = [{"name": "odd", "quantity": 1, "price": amount}]
    await stack.fill_basket(member)
    async with stack.database() as work:
        draft = await change_draft(work, stack.campus.id, member.person_id, items=items)
    placed = await stack.submit_draft(member, draft)
    assert isinstance(placed, ordering.OrderPlaced)
    await stack.run_due()
    order = await stack.order(placed.order_id)
    await stack.claim(runner, order)
    await stack.run_due()
    await stack.deliver(runner, order, receipt=amount)
    await stack.run_due()
    (intent,) = await stack.intents(order.id)
    (transfer,) = await stack.transfers(order.id)
    assert intent["amount"] == draft.price(stack.campus.fees).ceiling
    assert (intent["amount_received"], transfer["amount"]) == (amount + 280, amount + 180)


@pytest.mark.parametrize("status", [HoldStatus.RELEASED, HoldStatus.CAPTURED])
async def test_s8_a_hold_that_is_over_stays_over(stack: WorkerStack, status: HoldStatus) -> None:
    """Whatever arrives late."""
    if status is HoldStatus.CAPTURED:
        order = await stack.delivered_order(await stack.add_member(runner=True, card=None))
    else:
        order = await stack.place_order(await stack.add_member(card=DECLINED_CARD))
    await stack.run_due()
    before = await stack.rows_of(order, "hold", "*")
    assert await stack.rows_of(order, "hold", "status") == [(status,)]
    async with stack.database() as work:
        for happened in HoldEvent:
            assert await move_current_hold(work, order.id, happened) is None
    assert await stack.rows_of(order, "hold", "*") == before


@case(15)
async def test_s6_an_outage_longer_than_the_payment_window_ends_the_order_and_says_so(stack: WorkerStack) -> None:
    """PENDING has a deadline, also when Stripe never answers."""
    member = await stack.add_member()
    await stack.inject_fault("POST /v1/payment_intents", "status", status=429, times=100)
    order = await stack.place_order(member)
    await stack.run_due()
    await fail_beyond_window(stack, (await stack.saga(order, "create_order")).id)
    await stack.run_now()
    await stack.clear_faults()
    assert await order_and_hold_states(stack, order) == (OrderStatus.CANCELLED, ["released"], [])
    assert await stack.notification_keys(order) == ["notification-not-started"]


async def order_with_unanswered_hold(stack: WorkerStack, customer: Member) -> tuple[Order, Any]:
    """Insert an order and its prepared call, which was tried for 16 minutes without an answer."""
    await stack.inject_fault("POST /v1/payment_intents", "lost_answer", before=True, times=100)
    order = await stack.place_order(customer)
    await stack.run_due()
    row = await stack.saga(order, "create_order")
    await fail_beyond_window(stack, row.id)
    return order, row.call


@case(29)
@pytest.mark.parametrize("cancelled", [False, True], ids=["window over", "cancelled"])
async def test_a_hold_made_just_after_we_gave_up_is_released(stack: WorkerStack, cancelled: bool) -> None:
    """The last try was a moment ago, so a missing object proves nothing, however long ago the first try was."""
    customer = await stack.add_member()
    order, call = await order_with_unanswered_hold(stack, customer)
    if cancelled:
        await stack.cancel(customer, order)
    await stack.run_now()
    await stack.clear_faults()
    await stack.run_now()
    # Stripe finishes the call that we no longer await.
    await create_intent(stack.context.stripe, call["params"], call["key"])
    await stack.run_now()
    assert (await stack.order(order.id)).status is OrderStatus.CANCELLED
    assert [intent["status"] for intent in await stack.intents(order.id)] == ["canceled"]
