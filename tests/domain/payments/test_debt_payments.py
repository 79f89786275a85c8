"""A customer with a debt: they order nothing more until they pay it or an admin waives it."""

import asyncio
from dataclasses import replace
from functools import partial

import pytest

from domain.campuses.people import Member
from domain.campuses.people_repository import ensure_member
from domain.errors import DebtBeingPaid, DebtOutstanding, DebtOutstandingElsewhere, NotAllowed, Stale
from domain.orders.drafts.repository import record_card_requested
from domain.orders.sagas.create_order import build_order_start
from domain.orders.states import Order, OrderStatus
from domain.orders.use_cases import ordering
from domain.payments.use_cases import customer_debts, saved_cards
from domain.saga.start import start_requested_sagas
from domain.words import say
from tests.scenarios.customer_debt_setup import (
    APPROVAL_CARD,
    debt_state,
    hold_states,
    intent_states,
    owed_order,
    pay_debt,
    pay_debt_with,
)
from tests.scenarios.refund_setup import booked_amounts
from tests.scenarios.scenario_setup import act_as_person, answer_bank, end_wait
from tests.stack.races import refusal_of
from tests.stack.started_worker_stack import found_campus
from tests.stack.worker_stack import WorkerStack

pytestmark = pytest.mark.drill


async def test_a_customer_with_a_debt_places_no_order_until_it_is_paid(stack: WorkerStack, customer: Member) -> None:
    order = await owed_order(stack, customer)
    with pytest.raises(DebtOutstanding) as refused:
        await stack.place_order(await stack.committed_member(customer.person_id))
    assert refused.value.arguments == {"amount": "S$11.30", "order": order.id}
    with pytest.raises(DebtOutstanding):
        await stack.act(ordering.reorder, customer, order.id)
    await pay_debt_with(stack, customer, order)
    assert await debt_state(stack, order) == ("paid", 1130)
    assert await intent_states(stack, order) == [("canceled", 0), ("canceled", 0), ("succeeded", 1130)]
    assert await hold_states(stack, order) == [("released", 0), ("refused", 0), ("captured", 1130)]
    assert (await stack.notification_keys(order, customer.person_id))[-1] == "notification-debt-paid"
    booked = await booked_amounts(stack, order)
    assert booked.keys() == {"runner_payable", "stripe_fees", "stripe_balance", "platform_revenue"}
    assert (await stack.open_order(await stack.committed_member(customer.person_id))).status is OrderStatus.CREATED


async def test_a_debt_follows_its_customer_to_another_campus_and_is_paid_there(
    stack: WorkerStack, customer: Member
) -> None:
    order = await owed_order(stack, customer)
    south = replace(stack, campus=await found_campus(stack.database), regular_customer=None)
    number = customer.person_id
    async with stack.database() as work:
        guest = await ensure_member(work, south.campus.id, number, first_name="Mei", username=None, language="en")
    with pytest.raises(DebtOutstandingElsewhere) as refused:
        await south.place_order(guest)
    assert refused.value.arguments == {"amount": "S$11.30", "order": order.id, "team": stack.campus.title}
    run = await south.act(saved_cards.start_card_setup, guest)
    await south.run_due()
    await act_as_person(south, run.id)
    await south.run_now()
    (told,) = await south.rows("SELECT key, args FROM notification WHERE name = :name", name=f"card_saved:{run.id}")
    assert f"You owe S$11.30 for order #{order.id} at {stack.campus.title}: you can" in say("en", told.key, **told.args)
    stranger = await south.add_member()
    with pytest.raises(Stale):
        await south.act(customer_debts.pay_customer_debt, stranger, refused.value.debt_id)
    await stack.save_test_card(number, "pm_card_visa")
    await south.act(customer_debts.pay_customer_debt, await south.committed_member(number), refused.value.debt_id)
    await stack.run_due()
    assert await debt_state(stack, order) == ("paid", 1130)
    assert (await south.open_order(await south.committed_member(number))).status is OrderStatus.CREATED


async def test_a_card_saved_by_a_customer_with_a_debt_is_for_paying_first(stack: WorkerStack, customer: Member) -> None:
    """Their basket waited for a card, and waits on until the debt is paid."""
    order = await owed_order(stack, customer)
    draft = await stack.fill_basket(customer)
    async with stack.database() as work:
        await record_card_requested(work, draft, draft.price(stack.campus.fees).ceiling)
        run = await saved_cards.start_card_setup(work, stack.campus, customer)
    await stack.run_due()
    await act_as_person(stack, run.id)
    await stack.run_now()
    assert (await stack.notification_keys(order, customer.person_id))[-1] == "notification-card-saved-owing"
    mine = "SELECT 1 FROM orders WHERE customer_id = :id AND id <> :order"
    assert await stack.rows(mine, id=customer.person_id, order=order.id) == []
    await pay_debt(stack, customer, order)
    await stack.run_due()
    assert await debt_state(stack, order) == ("paid", 1130)


async def test_an_order_that_waited_for_its_card_is_not_placed_while_a_debt_is_open(stack: WorkerStack) -> None:
    """The customer is told why, with the button to pay below."""
    customer = await stack.add_member()
    order = await owed_order(stack, customer)
    draft = await stack.fill_basket(customer)
    async with stack.database() as work:
        run = await saved_cards.start_card_setup(work, stack.campus, customer)
        ceiling = draft.price(stack.campus.fees).ceiling
        run.requested_sagas.append(build_order_start(draft, version=draft.version, ceiling=ceiling, optional=True))
        await start_requested_sagas(work, run)
    query = "SELECT buttons FROM notification WHERE chat_id = :id AND key = 'error-debt-outstanding'"
    ((buttons,),) = await stack.rows(query, id=customer.person_id)
    ((number,),) = await stack.rows_of(order, "customer_debt", "id")
    assert buttons == [{"key": "button-pay-debt", "data": f"v1:pay_debt:{number}:0"}]
    pending = "SELECT 1 FROM orders WHERE customer_id = :id AND status = 'PENDING'"
    assert await stack.rows(pending, id=customer.person_id) == []


async def test_other_people_and_own_deliveries_are_untouched(stack: WorkerStack) -> None:
    """A runner who owes for their own food can still deliver and earn."""
    ana = await stack.add_member(runner=True)
    await owed_order(stack, ana)
    job = await stack.delivered_order(await stack.committed_member(ana.person_id))
    await stack.run_due()
    assert (await stack.order(job.id)).status is OrderStatus.COMPLETED


async def payment_awaiting_approval(stack: WorkerStack, customer: Member) -> Order:
    """Return a customer with a debt who tapped [Pay], while the bank waits for an approval."""
    order = await owed_order(stack, customer)
    await pay_debt_with(stack, customer, order, APPROVAL_CARD)
    return order


async def test_the_bank_may_ask_for_approval_first(stack: WorkerStack, customer: Member) -> None:
    order = await payment_awaiting_approval(stack, customer)
    assert (await hold_states(stack, order))[-1] == ("approval", 0)
    query = "SELECT buttons FROM notification WHERE key = 'notification-debt-approval' AND order_id = :id"
    ((buttons,),) = await stack.rows(query, id=order.id)
    *_, intent = await stack.intents(order.id)
    assert buttons[0]["url"] == intent["next_action"]["redirect_to_url"]["url"]
    await answer_bank(stack, order)
    await stack.run_now()
    assert await debt_state(stack, order) == ("paid", 1130)


@pytest.mark.parametrize("answered", [True, False], ids=["a no", "no answer in time"])
async def test_without_a_yes_at_the_bank_it_is_owed_and_another_card_pays(
    stack: WorkerStack, customer: Member, answered: bool
) -> None:
    order = await payment_awaiting_approval(stack, customer)
    if answered:
        await answer_bank(stack, order, ok=False)
    else:
        await end_wait(stack, order, "settle_debt")
    await stack.run_now()
    assert await debt_state(stack, order) == ("open", 1130)
    told = "notification-debt-declined" if answered else "notification-debt-unapproved"
    assert (await stack.notification_keys(order, customer.person_id))[-1] == told
    assert (await intent_states(stack, order))[-1] == ("canceled", 0)
    await pay_debt_with(stack, customer, order)
    assert await debt_state(stack, order) == ("paid", 1130)


async def test_a_declined_card_leaves_it_owed(stack: WorkerStack, customer: Member) -> None:
    order = await owed_order(stack, customer)
    for tries in (1, 2):
        await pay_debt(stack, customer, order)
        await stack.run_due()
        assert await debt_state(stack, order) == ("open", 1130)
        assert (await stack.notification_keys(order, customer.person_id)).count("notification-debt-declined") == tries
    assert {status for status, _ in await intent_states(stack, order)} == {"canceled"}


async def test_a_yes_at_the_last_moment_is_not_lost(stack: WorkerStack, customer: Member) -> None:
    """The window is over, and the customer approves before the payment is closed."""
    order = await payment_awaiting_approval(stack, customer)
    await answer_bank(stack, order)
    await stack.inject_fault("GET /v1/payment_intents/*", "status", status=429)  # the poll that would have noticed
    late = "UPDATE saga SET waiting_until = now(), wake_at = now() WHERE order_id = :id AND kind = 'settle_debt'"
    await stack.sql(late, id=order.id)
    for _ in range(3):
        await stack.run_now()
    await stack.clear_faults()
    assert await debt_state(stack, order) == ("paid", 1130)
    assert (await stack.saga(order, "settle_debt")).status == "compensated", "it found the payment done"
    assert None not in await stack.rows_of(order, "hold", "card_fingerprint")
    assert (await stack.notification_keys(order, customer.person_id))[-1] == "notification-debt-paid"


async def test_eight_taps_ask_the_bank_once(stack: WorkerStack, customer: Member) -> None:
    order = await owed_order(stack, customer)
    await stack.save_test_card(customer.person_id, "pm_card_visa")

    taps = await asyncio.gather(*(refusal_of(partial(pay_debt, stack, customer, order)) for _ in range(8)))
    assert taps.count(None) == 1
    assert {type(refusal) for refusal in taps} <= {type(None), DebtBeingPaid, Stale}
    with pytest.raises(DebtBeingPaid):
        await pay_debt(stack, customer, order)
    await stack.run_due()
    with pytest.raises(Stale):
        await pay_debt(stack, customer, order)
    assert [one for one in await intent_states(stack, order) if one[1]] == [("succeeded", 1130)]


async def test_without_a_card_a_link_comes_first(stack: WorkerStack, customer: Member) -> None:
    order = await owed_order(stack, customer)
    await stack.sql("DELETE FROM saved_card WHERE person_id = :id", id=customer.person_id)
    assert await pay_debt(stack, customer, order) is None
    await stack.run_due()
    links = "SELECT count(*) FROM notification WHERE key = 'notification-card-link' AND chat_id = :id"
    assert await stack.rows(links, id=customer.person_id) == [(1,)]
    assert await debt_state(stack, order) == ("open", 1130)


async def test_a_stranger_pays_nothing_for_the_customer(stack: WorkerStack) -> None:
    order = await owed_order(stack, await stack.add_member())
    with pytest.raises(NotAllowed):
        await pay_debt(stack, await stack.add_member(), order)
