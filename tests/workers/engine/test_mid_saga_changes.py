"""Changes between the steps of an order: another card, a deploy, a refused key, events in reverse order, a crash."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from domain.database.unit_of_work import Begin, UnitOfWork
from domain.orders.states import OrderStatus
from domain.payments.use_cases import saved_cards
from domain.registers import build_saga_register
from domain.saga.definition import LocalStep
from tests.cases import case
from tests.scenarios.refund_setup import payable_state
from tests.scenarios.saga_scenarios import SAGA_SCENARIOS
from tests.scenarios.worker_faults import WorkerKilled, killed_worker
from tests.stack.worker_stack import WorkerStack
from workers.engine.saga_engine import advance_saga
from workers.stripe.event_handler import handle_stripe_event, handle_waiting_stripe_events

pytestmark = pytest.mark.drill


@case(14)
async def test_14_what_was_written_down_is_sent_again_whatever_has_changed_meanwhile(shared_stack: WorkerStack) -> None:
    """The card and the currency changed since then; Stripe refuses other parameters under the same key."""
    stack = shared_stack
    member = await stack.add_member()
    order = await stack.place_order(member)
    await stack.inject_fault("POST /v1/payment_intents", "lost_answer", before=True)
    await advance_saga(stack.context, (await stack.saga(order, "create_order")).id)
    await stack.save_test_card(member.person_id, "pm_card_mastercard")
    await stack.sql("UPDATE campus SET title = 'Renamed', fees = jsonb_set(fees, '{service_fee}', '999')")
    await stack.run_now()
    (intent,) = await stack.intents(order.id)
    assert member.card is not None
    assert (intent["payment_method"], intent["amount"]) == (member.card.payment_method, order.price.ceiling)
    assert (await stack.order(order.id)).status is OrderStatus.CREATED
    await stack.restore_campus()


@case(20)
@pytest.mark.parametrize("done", [True, False], ids=["it was sent", "it was not"])
async def test_20_a_transfer_of_which_nobody_knows_is_cleared_up_before_the_account_counts(
    shared_stack: WorkerStack, done: bool
) -> None:
    """The runner's account loses the right to transfers while the outcome is unknown."""
    stack = shared_stack
    runner = await stack.add_member(runner=True, card=None)
    order = await stack.delivered_order(runner)
    await stack.inject_fault("POST /v1/transfers", "lost_answer", before=not done)
    await stack.run_due()
    assert (await payable_state(stack, order))[0] == "sending"
    await stack.control_stripe(f"accounts/{runner.stripe_account}", transfers="inactive")
    for _ in range(4):
        await stack.run_now()
    assert await payable_state(stack, order) == (("paid", 0, 1030) if done else ("open", 0, 0))
    assert len(await stack.transfers(order.id)) == done
    assert (await stack.saga(order, "pay_out_runner")).status == ("done" if done else "compensated")


@case(34)
async def test_34_events_in_reverse_order_bring_nothing_back(shared_stack: WorkerStack) -> None:
    """The event that the money can be captured arrives after the capture."""
    stack = shared_stack
    order = await stack.delivered_order(await stack.add_member(runner=True, card=None))
    (intent,) = await stack.intents(order.id)
    await stack.run_due()
    done = await stack.order(order.id)
    for number, (kind, status) in enumerate(
        (
            ("payment_intent.succeeded", "succeeded"),
            ("payment_intent.amount_capturable_updated", "requires_capture"),
            ("payment_intent.requires_action", "requires_action"),
        )
    ):
        about: dict[str, object] = {"object": "payment_intent", "id": intent["id"], "status": status}
        await stack.store_event(f"evt_34_{number}", kind, about)
    await handle_waiting_stripe_events(stack.context, 50)
    await stack.run_now()
    assert await stack.order(order.id) == done
    assert [one["status"] for one in await stack.intents(order.id)] == ["succeeded"]
    assert await stack.rows("SELECT status FROM hold WHERE order_id = :id", id=order.id) == [("captured",)]
    booked = "SELECT count(*) FROM ledger_txn WHERE order_id = :id AND kind = 'capture'"
    assert await stack.rows(booked, id=order.id) == [(1,)]


@case(37)
async def test_37_events_of_another_version_or_about_another_account_are_looked_up_not_believed(
    shared_stack: WorkerStack,
) -> None:
    """Only ids are read of an event, so an unknown version of the API does no harm."""
    stack = shared_stack
    order = await stack.place_order(await stack.add_member(card="pm_card_authenticationRequired"))
    await stack.run_due()
    (intent,) = await stack.intents(order.id)
    lie: dict[str, object] = {"object": "payment_intent", "id": intent["id"], "status": "requires_capture"}
    kind = "payment_intent.amount_capturable_updated"
    await stack.store_event("evt_37_version", kind, lie, api_version="2014-01-31")
    await stack.store_event("evt_37_account", kind, lie, account="acct_of_somebody_else")
    await handle_waiting_stripe_events(stack.context, 50)
    await stack.run_now()
    assert (await stack.order(order.id)).status is OrderStatus.PENDING
    await stack.control_stripe(f"approve/{intent['id']}", ok=True)
    await stack.store_event("evt_37_true", kind, lie, api_version="2014-01-31")
    await handle_waiting_stripe_events(stack.context, 50)
    await stack.run_due()
    assert (await stack.order(order.id)).status is OrderStatus.CREATED


@case(38)
async def test_38_an_event_of_a_killed_worker_is_handled_by_the_next(shared_stack: WorkerStack) -> None:
    stack = shared_stack
    order = await stack.place_order(await stack.add_member(card="pm_card_authenticationRequired"))
    await stack.run_due()
    (intent,) = await stack.intents(order.id)
    await stack.control_stripe(f"approve/{intent['id']}", ok=True)
    about: dict[str, object] = {"object": "payment_intent", "id": intent["id"]}
    name = await stack.store_event("evt_38", "payment_intent.amount_capturable_updated", about)
    with pytest.raises(WorkerKilled):
        await handle_stripe_event(killed_worker(stack, at=1, committed=False), name)
    await stack.run_due()
    assert (await stack.order(order.id)).status is OrderStatus.PENDING, "the killed handler left nothing half done"
    await handle_waiting_stripe_events(stack.context, 50)
    await stack.run_due()
    assert (await stack.order(order.id)).status is OrderStatus.CREATED


@case(52)
async def test_52_a_hold_too_small_for_stripe_ends_the_order_and_is_told(shared_stack: WorkerStack) -> None:
    """Less than 0.50 cannot be held. No campus's fees should allow that, and if they do, nobody waits."""
    stack = shared_stack
    order = await stack.place_order(await stack.add_member())
    await stack.inject_fault("POST /v1/payment_intents", "status", status=400, code="amount_too_small")
    await stack.run_due()
    assert (await stack.order(order.id)).status is OrderStatus.CANCELLED
    assert await stack.notification_keys(order) == ["notification-stripe-settings", "notification-order-not-possible"]
    assert await stack.intents(order.id) == []


@case(53)
async def test_53_a_card_removed_while_money_is_held_on_it_pays_all_the_same(shared_stack: WorkerStack) -> None:
    """The bank has confirmed the hold already, so no second card is asked for."""
    stack = shared_stack
    mei, runner = await stack.add_member(), await stack.add_member(runner=True, card=None)
    order = await stack.claimed_order(runner, mei)
    async with stack.database() as work:
        await saved_cards.remove_saved_card(work, stack.campus, mei, "4242")
    await stack.run_due()
    assert (await stack.committed_member(mei.person_id)).card is None
    await stack.bring_to_drop_point(runner, order)
    await stack.hand_over(runner, order)
    await stack.run_due()
    assert (await stack.order(order.id)).status is OrderStatus.COMPLETED
    assert [one["amount_received"] for one in await stack.intents(order.id)] == [1130]
    assert await payable_state(stack, order) == ("paid", 0, 1030)


@case(56)
async def test_56_a_saga_goes_on_with_the_steps_it_began_with(
    shared_stack: WorkerStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A deploy brings a process whose next step would fail; a saga run that began before never uses it."""
    stack = shared_stack
    order = await stack.place_order(await stack.add_member(card="pm_card_authenticationRequired"))
    await stack.run_due()
    register = build_saga_register()
    old = register.sagas["create_order", 1]
    parts = tuple(replace(part, name="of_tomorrow") if isinstance(part, LocalStep) else part for part in old.steps)
    deployed = replace(register, sagas={**register.sagas, ("create_order", 2): replace(old, version=2, steps=parts)})
    assert deployed.latest_saga("create_order").version == 2

    @asynccontextmanager
    async def new_release(begin: Begin = Begin.WITH_TIME, /) -> AsyncIterator[UnitOfWork]:
        async with stack.database(begin) as work:
            work.registers = work.registers.extended(deployed)
            yield work

    monkeypatch.setattr(stack.context, "database", new_release)
    (intent,) = await stack.intents(order.id)
    await stack.control_stripe(f"approve/{intent['id']}", ok=True)
    await stack.run_now()
    assert (await stack.order(order.id)).status is OrderStatus.CREATED
    row = await stack.saga(order, "create_order")
    assert (row.version, row.status) == (1, "done")


@case(57)
@pytest.mark.parametrize("status", [401, 403], ids=["revoked", "restricted"])
async def test_57_with_a_key_that_stripe_refuses_all_sagas_rest_and_go_on_after_it_is_mended(
    shared_stack: WorkerStack, status: int
) -> None:
    """No order fails, none is forgotten, and nothing is made twice."""
    stack = shared_stack
    for name in ("placing", "cancelling", "completing"):
        scenario = await SAGA_SCENARIOS[name](stack)
        for verb in ("POST", "GET"):
            await stack.inject_fault(f"{verb} /v1/*", "status", status=status, times=20)
        await stack.run_now()
        rows = await stack.rows("SELECT status, error FROM saga WHERE id = :id", id=scenario.saga_id)
        await stack.clear_faults()
        assert [row.status for row in rows] == ["running"]
        assert "stripe_key" in rows[0].error
        await stack.run_now()
        await stack.run_now()
        await scenario.check()


async def test_the_books_balance_after_all_this(shared_stack: WorkerStack) -> None:
    assert await shared_stack.breaches() == []
