"""Scenarios of sagas that are due and have not run, one of each kind, with a check of their effect."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from uuid import UUID

from domain.orders.states import Bearer, OrderStatus
from domain.payments.use_cases import saved_cards
from domain.payouts import use_cases as payouts_use_cases
from domain.refunds import use_cases as refunds_use_cases
from domain.refunds.evidence import use_cases as evidence_use_cases
from domain.saga.run import SagaStart
from domain.saga.start import start_saga
from tests.scenarios.scenario_setup import (
    SagaScenario,
    assert_paid_once,
    close_purchase,
    new_admin,
    order_scenario,
    refunds_of,
)
from tests.stack.worker_stack import WorkerStack
from workers.engine.saga_engine import advance_saga
from workers.scheduling.due_timers import fire_timers


async def placing(stack: WorkerStack) -> SagaScenario:
    """The scenario of create_order."""
    order = await stack.place_order(await stack.add_member())
    return await order_scenario(stack, order.id, "create_order", OrderStatus.CREATED, "requires_capture")


async def placing_declined(stack: WorkerStack) -> SagaScenario:
    """The scenario of create_order with a card that the bank declines, so it compensates."""
    order = await stack.place_order(await stack.add_member(card="pm_card_chargeCustomerFail"))
    return await order_scenario(stack, order.id, "create_order", OrderStatus.CANCELLED, "canceled")


async def claiming(stack: WorkerStack) -> SagaScenario:
    """The scenario of accept_order."""
    order = await stack.open_order()
    await stack.claim(await stack.add_member(runner=True, card=None), order)
    scenario = await order_scenario(stack, order.id, "accept_order", OrderStatus.ACCEPTED, "requires_capture")

    async def check() -> None:
        await scenario.check()
        assert (await stack.order(order.id)).hold_checked

    return SagaScenario(stack=stack, saga_id=scenario.saga_id, check=check)


async def cancelling(stack: WorkerStack) -> SagaScenario:
    """The scenario of cancel_order."""
    customer = await stack.add_member()
    order = await stack.open_order(customer)
    await stack.cancel(customer, order)
    return await order_scenario(stack, order.id, "cancel_order", OrderStatus.CANCELLED, "canceled")


async def closing(stack: WorkerStack) -> SagaScenario:
    """The scenario of close_purchase at the platform's cost; the runner has no account yet, so the payable waits."""
    runner = await stack.add_member(runner=True, ready=False, card=None)
    order = await stack.claimed_order(runner)
    await stack.bring_to_drop_point(runner, order)
    await close_purchase(stack, order, Bearer.PLATFORM, "nobody opens")
    scenario = await order_scenario(stack, order.id, "close_purchase", OrderStatus.CANCELLED, "canceled")

    async def check() -> None:
        await scenario.check()
        assert await stack.rows_of(order, "payable", "status, charge") == [("open", None)]

    return SagaScenario(stack=stack, saga_id=scenario.saga_id, check=check)


async def expiring(stack: WorkerStack) -> SagaScenario:
    """The scenario of expire_order."""
    order = await stack.open_order()
    await stack.sql("UPDATE timer SET due_at = now() WHERE order_id = :id AND kind = 'expire'", id=order.id)
    await fire_timers(stack.context)
    return await order_scenario(stack, order.id, "expire_order", OrderStatus.EXPIRED, "canceled")


async def completing(stack: WorkerStack) -> SagaScenario:
    """The scenario of complete_order, up to the runner's money."""
    order = await stack.delivered_order(await stack.add_member(runner=True, card=None))
    scenario = await order_scenario(stack, order.id, "complete_order", OrderStatus.COMPLETED, "succeeded")

    async def check() -> None:
        await scenario.check()
        await assert_paid_once(stack, order.id)

    return SagaScenario(stack=stack, saga_id=scenario.saga_id, check=check)


async def paying(stack: WorkerStack) -> SagaScenario:
    """The scenario of pay_out_runner."""
    order = await stack.delivered_order(await stack.add_member(runner=True, card=None))
    await advance_saga(stack.context, (await stack.saga(order, "complete_order")).id)
    row = await stack.saga(order, "pay_out_runner")

    async def check() -> None:
        await assert_paid_once(stack, order.id)

    return SagaScenario(stack=stack, saga_id=row.id, check=check)


async def refunding_a_part(stack: WorkerStack) -> SagaScenario:
    """The scenario of refund_order of a part that the runner bears, and that was sent already."""
    order = await stack.delivered_order(await stack.add_member(runner=True, card=None))
    await stack.run_due()
    admin = await new_admin(stack)
    run = await stack.act(refunds_use_cases.start_refund, admin, order.id, 300, Bearer.RUNNER, "cold")

    async def check() -> None:
        assert [one["amount"] for one in await refunds_of(stack, order.id)] == [300]
        assert [one["amount_reversed"] for one in await stack.transfers(order.id)] == [300]
        assert await stack.rows_of(order, "payable", "status, withheld, sent") == [("paid", 300, 730)]

    return SagaScenario(stack=stack, saga_id=run.id, check=check)


async def started(
    stack: WorkerStack, kind: str, about: str, data: Any, *, order_id: int | None = None, person_id: int | None = None
) -> UUID:
    """Start a saga as an event of Stripe does, about an order or a person, and return its id."""
    name, campus_id = f"{kind}:{about}:evt_1", stack.campus.id
    start = SagaStart(kind=kind, name=name, campus_id=campus_id, order_id=order_id, person_id=person_id, data=data)
    async with stack.database() as work:
        return (await start_saga(work, start)).id


async def checking_a_failed_refund(stack: WorkerStack) -> SagaScenario:
    """The scenario of check_refund of a failed refund: the runner is owed its amount again, and it is sent."""
    runner = await stack.add_member(runner=True, card=None)
    order = await stack.claimed_order(runner, await stack.add_member(card="pm_card_refundFail"))
    await stack.deliver(runner, order)
    await stack.run_due()
    await stack.act(refunds_use_cases.start_refund, await new_admin(stack), order.id, 300, Bearer.RUNNER, "cold")
    await stack.run_due()
    await stack.control_stripe("clock", advance=61)
    ((row_id,),) = await stack.rows_of(order, "refund", "id")
    saga_id = await started(stack, "check_refund", row_id, {"refund_row": row_id}, order_id=order.id)

    async def check() -> None:
        await stack.run_due()
        assert [one["status"] for one in await refunds_of(stack, order.id)] == ["failed"]
        sent = [one["amount"] - one["amount_reversed"] for one in await stack.transfers(order.id)]
        assert sent == [730, 300]

    return SagaScenario(stack=stack, saga_id=saga_id, check=check)


async def following_a_dispute(stack: WorkerStack) -> SagaScenario:
    """The scenario of follow_dispute of an order whose runner was not paid yet."""
    order = await stack.delivered_order(await stack.add_member(runner=True, ready=False, card=None))
    await stack.run_due()
    (intent,) = await stack.intents(order.id)
    opened = await stack.control_stripe(f"disputes/{intent['latest_charge']}")
    saga_id = await started(stack, "follow_dispute", opened["id"], {"dispute": opened["id"]}, order_id=order.id)

    async def check() -> None:
        assert await stack.rows_of(order, "payable", "frozen") == [(True,)]
        assert (await stack.notification_keys(order, stack.campus.admin_chat)).count("notification-dispute") == 1

    return SagaScenario(stack=stack, saga_id=saga_id, check=check)


async def answering_a_dispute(stack: WorkerStack) -> SagaScenario:
    """The scenario of answer_dispute: the bank gets our evidence once."""
    order = await stack.delivered_order(await stack.add_member(runner=True, ready=False, card=None))
    await stack.run_due()
    (intent,) = await stack.intents(order.id)
    opened = await stack.control_stripe(f"disputes/{intent['latest_charge']}")
    await started(stack, "follow_dispute", opened["id"], {"dispute": opened["id"]}, order_id=order.id)
    await stack.run_due()
    await stack.act(evidence_use_cases.answer_dispute, await new_admin(stack), order.id)

    async def check() -> None:
        disputes = await stack.inspect_stripe("objects", kind="dispute")
        (found,) = [one for one in disputes if one["id"] == opened["id"]]
        assert (found["status"], found["evidence_details"]["submission_count"]) == ("under_review", 1)
        told = await stack.notification_keys(order, stack.campus.admin_chat)
        assert (told.count("notification-evidence-sent"), "notification-evidence-refused" in told) == (1, False)

    return SagaScenario(stack=stack, saga_id=(await stack.saga(order, "answer_dispute")).id, check=check)


async def following_a_ready_account(stack: WorkerStack) -> SagaScenario:
    """The scenario of follow_account of a runner with money waiting: all of it is sent."""
    runner = await stack.add_member(runner=True, card=None)
    await stack.sql("UPDATE person SET payouts_ready = false WHERE id = :id", id=runner.person_id)
    order = await stack.delivered_order(runner)
    await stack.run_due()
    account, person_id = {"account": runner.stripe_account}, runner.person_id
    saga_id = await started(stack, "follow_account", str(person_id), account, person_id=person_id)

    async def check() -> None:
        await assert_paid_once(stack, order.id)

    return SagaScenario(stack=stack, saga_id=saga_id, check=check)


async def saving_a_card(stack: WorkerStack) -> SagaScenario:
    """The scenario of save_card of a person Stripe does not know; they fill in the page as soon as there is one."""
    member = await stack.add_member(card=None)
    run = await stack.act(saved_cards.start_card_setup, member)

    async def check() -> None:
        known = await stack.committed_member(member.person_id)
        assert known.card is not None
        links = "SELECT count(*) FROM notification WHERE key = 'notification-card-link' AND chat_id = :id"
        assert await stack.rows(links, id=member.person_id) == [(1,)]
        customers = await stack.inspect_stripe("objects", kind="customer")
        assert len([one for one in customers if one["metadata"].get("person") == str(member.person_id)]) == 1

    return SagaScenario(stack=stack, saga_id=run.id, check=check)


async def onboarding(stack: WorkerStack) -> SagaScenario:
    """The scenario of onboard_runner of a runner with money waiting."""
    runner = await stack.add_member(runner=True, ready=False, card=None)
    order = await stack.delivered_order(runner)
    await stack.run_due()
    run = await stack.act(payouts_use_cases.start_payout_setup, runner)

    async def check() -> None:
        assert (await stack.committed_member(runner.person_id)).payouts_ready
        accounts = await stack.inspect_stripe("objects", kind="account")
        assert len([one for one in accounts if one["metadata"].get("person") == str(runner.person_id)]) == 1
        await stack.run_due()
        await assert_paid_once(stack, order.id)

    return SagaScenario(stack=stack, saga_id=run.id, check=check)


SAGA_SCENARIOS: Mapping[str, Callable[[WorkerStack], Awaitable[SagaScenario]]] = {
    scenario.__name__: scenario
    for scenario in (
        placing,
        placing_declined,
        claiming,
        cancelling,
        closing,
        expiring,
        completing,
        paying,
        refunding_a_part,
        checking_a_failed_refund,
        following_a_dispute,
        answering_a_dispute,
        following_a_ready_account,
        saving_a_card,
        onboarding,
    )
}
