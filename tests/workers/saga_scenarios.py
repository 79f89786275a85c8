"""Sagas that are about to run, one of each kind, and how one knows that each came to its right end."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from domain.order import Bearer, Order, OrderStatus
from domain.people import Member
from domain.store.saga_progress import start_saga
from domain.store.saga_run import SagaStart
from domain.store.use_cases import admin_use_cases, ordering_use_cases, refund_use_cases, runner_use_cases
from tests.worker_stack import WorkerStack
from workers.due_timers import fire_timers
from workers.saga_engine import advance_saga


@dataclass(frozen=True, slots=True, kw_only=True)
class SagaScenario:
    """A saga of a town, due and never run; `check` fails unless its effect was had exactly once."""

    stack: WorkerStack
    saga_id: UUID
    check: Callable[[], Awaitable[None]]

    async def is_final(self) -> bool:
        """Whether the saga is over."""
        ((status,),) = await self.stack.rows("SELECT status FROM saga WHERE id = :id", id=self.saga_id)
        assert status != "stuck"
        return status in ("done", "compensated")


async def order_scenario(stack: WorkerStack, order_id: int, kind: str, ends: OrderStatus, money: str) -> SagaScenario:
    """A scene about one order with one intent, which ends with this status."""
    row = await stack.saga(await stack.order(order_id), kind)

    async def check() -> None:
        assert (await stack.order(order_id)).status is ends
        assert [one["status"] for one in await stack.intents(order_id)] == [money]

    return SagaScenario(stack=stack, saga_id=row.id, check=check)


async def placing(stack: WorkerStack) -> SagaScenario:
    """create_order."""
    order = await stack.place_order(await stack.add_member())
    return await order_scenario(stack, order.id, "create_order", OrderStatus.CREATED, "requires_capture")


async def placing_in_vain(stack: WorkerStack) -> SagaScenario:
    """create_order with a card the bank refuses: it turns back."""
    order = await stack.place_order(await stack.add_member(card="pm_card_chargeCustomerFail"))
    return await order_scenario(stack, order.id, "create_order", OrderStatus.CANCELLED, "canceled")


async def claiming(stack: WorkerStack) -> SagaScenario:
    """accept_order."""
    order = await stack.open_order()
    await stack.claim(await stack.add_member(runner=True, card=None), order)
    scenario = await order_scenario(stack, order.id, "accept_order", OrderStatus.ACCEPTED, "requires_capture")

    async def check() -> None:
        await scenario.check()
        assert (await stack.order(order.id)).hold_checked

    return SagaScenario(stack=stack, saga_id=scenario.saga_id, check=check)


async def cancelling(stack: WorkerStack) -> SagaScenario:
    """cancel_order."""
    customer = await stack.add_member()
    order = await stack.open_order(customer)
    await stack.cancel(customer, order)
    return await order_scenario(stack, order.id, "cancel_order", OrderStatus.CANCELLED, "canceled")


async def new_admin(stack: WorkerStack) -> Member:
    """An admin of the town with no part in any order."""
    number = (await stack.add_member(card=None)).person_id
    await stack.sql("UPDATE membership SET is_admin = true WHERE person_id = :id", id=number)
    return await stack.committed_member(number)


async def close_purchase(
    stack: WorkerStack, order: Order, bearer: Bearer, reason: str, *, admin: Member | None = None
) -> Order:
    """An admin's word on what was bought and will not arrive."""
    who = admin or await new_admin(stack)
    async with stack.database() as work:
        return await admin_use_cases.close_purchase_as_admin(work, stack.campus, who, order.id, bearer, reason)


async def closing(stack: WorkerStack) -> SagaScenario:
    """close_purchase, at the platform's cost; the runner has no account yet, so it stays owed."""
    runner = await stack.add_member(runner=True, ready=False, card=None)
    order = await stack.claimed_order(runner)
    await stack.bring_to_drop_point(runner, order)
    await close_purchase(stack, order, Bearer.PLATFORM, "nobody opens")
    scenario = await order_scenario(stack, order.id, "close_purchase", OrderStatus.CANCELLED, "canceled")

    async def check() -> None:
        await scenario.check()
        assert await stack.rows("SELECT status, charge FROM payable WHERE order_id = :id", id=order.id) == [
            ("open", None)
        ]

    return SagaScenario(stack=stack, saga_id=scenario.saga_id, check=check)


async def expiring(stack: WorkerStack) -> SagaScenario:
    """expire_order."""
    order = await stack.open_order()
    await stack.sql("UPDATE timer SET due_at = now() WHERE order_id = :id AND kind = 'expire'", id=order.id)
    await fire_timers(stack.context)
    return await order_scenario(stack, order.id, "expire_order", OrderStatus.EXPIRED, "canceled")


async def completing(stack: WorkerStack) -> SagaScenario:
    """complete_order, up to the runner's money."""
    order = await stack.delivered_order(await stack.add_member(runner=True, card=None))
    scenario = await order_scenario(stack, order.id, "complete_order", OrderStatus.COMPLETED, "succeeded")

    async def check() -> None:
        await scenario.check()
        await assert_paid_once(stack, order.id)

    return SagaScenario(stack=stack, saga_id=scenario.saga_id, check=check)


async def paying(stack: WorkerStack) -> SagaScenario:
    """pay_out_runner."""
    order = await stack.delivered_order(await stack.add_member(runner=True, card=None))
    await advance_saga(stack.context, (await stack.saga(order, "complete_order")).id)
    row = await stack.saga(order, "pay_out_runner")

    async def check() -> None:
        await assert_paid_once(stack, order.id)

    return SagaScenario(stack=stack, saga_id=row.id, check=check)


async def refunds_of(stack: WorkerStack, order_id: int) -> list[dict[str, Any]]:
    """All refunds Stripe has for an order."""
    found = await stack.inspect_stripe("objects", kind="refund")
    return [one for one in found if one["metadata"].get("order") == str(order_id)]


async def refunding_a_part(stack: WorkerStack) -> SagaScenario:
    """refund_order, of a part that the runner bears, and was sent already."""
    order = await stack.delivered_order(await stack.add_member(runner=True, card=None))
    await stack.run_due()
    async with stack.database() as work:
        admin = await new_admin(stack)
        run = await refund_use_cases.start_refund(work, stack.campus, admin, order.id, 300, Bearer.RUNNER, "cold")

    async def check() -> None:
        assert [one["amount"] for one in await refunds_of(stack, order.id)] == [300]
        assert [one["amount_reversed"] for one in await stack.transfers(order.id)] == [300]
        found = "SELECT status, withheld, sent FROM payable WHERE order_id = :id"
        assert await stack.rows(found, id=order.id) == [("paid", 300, 730)]

    return SagaScenario(stack=stack, saga_id=run.id, check=check)


async def hearing_of_a_failed_refund(stack: WorkerStack) -> SagaScenario:
    """check_refund, of what the runner bore: it is hers again, and sent again."""
    runner = await stack.add_member(runner=True, card=None)
    order = await stack.claimed_order(runner, await stack.add_member(card="pm_card_refundFail"))
    await stack.bring_to_drop_point(runner, order)
    await stack.hand_over(runner, order)
    await stack.run_due()
    async with stack.database() as work:
        await refund_use_cases.start_refund(
            work, stack.campus, await new_admin(stack), order.id, 300, Bearer.RUNNER, "cold"
        )
    await stack.run_due()
    await stack.control_stripe("clock", advance=61)
    ((row_id,),) = await stack.rows("SELECT id FROM refund WHERE order_id = :id", id=order.id)
    name, data = f"check_refund:{row_id}:evt_1", {"refund_row": row_id}
    start = SagaStart(kind="check_refund", name=name, campus_id=stack.campus.id, order_id=order.id, data=data)
    async with stack.database() as work:
        run = await start_saga(work, start)

    async def check() -> None:
        await stack.run_due()
        assert [one["status"] for one in await refunds_of(stack, order.id)] == ["failed"]
        sent = [one["amount"] - one["amount_reversed"] for one in await stack.transfers(order.id)]
        assert sent == [730, 300]

    return SagaScenario(stack=stack, saga_id=run.id, check=check)


async def hearing_of_a_dispute(stack: WorkerStack) -> SagaScenario:
    """follow_dispute, of an order whose runner was not paid yet."""
    order = await stack.delivered_order(await stack.add_member(runner=True, ready=False, card=None))
    await stack.run_due()
    (intent,) = await stack.intents(order.id)
    opened = await stack.control_stripe(f"disputes/{intent['latest_charge']}")
    name, data = f"follow_dispute:{opened['id']}:evt_1", {"dispute": opened["id"]}
    start = SagaStart(kind="follow_dispute", name=name, campus_id=stack.campus.id, order_id=order.id, data=data)
    async with stack.database() as work:
        run = await start_saga(work, start)

    async def check() -> None:
        assert await stack.rows("SELECT frozen FROM payable WHERE order_id = :id", id=order.id) == [(True,)]
        assert (await stack.notification_keys(order, stack.campus.admin_chat)).count("notification-dispute") == 1

    return SagaScenario(stack=stack, saga_id=run.id, check=check)


async def hearing_of_a_well_account(stack: WorkerStack) -> SagaScenario:
    """follow_account, of somebody with money waiting: all of it is sent."""
    runner = await stack.add_member(runner=True, card=None)
    await stack.sql("UPDATE person SET payouts_ready = false WHERE id = :id", id=runner.person_id)
    order = await stack.delivered_order(runner)
    await stack.run_due()
    name, data = f"follow_account:{runner.person_id}:evt_1", {"account": runner.stripe_account}
    start = SagaStart(
        kind="follow_account", name=name, campus_id=stack.campus.id, person_id=runner.person_id, data=data
    )
    async with stack.database() as work:
        run = await start_saga(work, start)

    async def check() -> None:
        await assert_paid_once(stack, order.id)

    return SagaScenario(stack=stack, saga_id=run.id, check=check)


async def saving_a_card(stack: WorkerStack) -> SagaScenario:
    """save_card, of somebody Stripe does not know; the person fills in the page as soon as there is one."""
    member = await stack.add_member(card=None)
    async with stack.database() as work:
        run = await ordering_use_cases.start_card_setup(work, stack.campus, member)

    async def check() -> None:
        known = await stack.committed_member(member.person_id)
        assert known.card is not None
        links = "SELECT count(*) FROM notification WHERE key = 'notification-card-link' AND chat_id = :id"
        assert await stack.rows(links, id=member.person_id) == [(1,)]
        customers = await stack.inspect_stripe("objects", kind="customer")
        assert len([one for one in customers if one["metadata"].get("person") == str(member.person_id)]) == 1

    return SagaScenario(stack=stack, saga_id=run.id, check=check)


async def onboarding(stack: WorkerStack) -> SagaScenario:
    """onboard_runner, of somebody with money waiting."""
    runner = await stack.add_member(runner=True, ready=False, card=None)
    order = await stack.delivered_order(runner)
    await stack.run_due()
    async with stack.database() as work:
        run = await runner_use_cases.start_payout_setup(work, stack.campus, runner)

    async def check() -> None:
        assert (await stack.committed_member(runner.person_id)).payouts_ready
        accounts = await stack.inspect_stripe("objects", kind="account")
        assert len([one for one in accounts if one["metadata"].get("person") == str(runner.person_id)]) == 1
        await stack.run_due()
        await assert_paid_once(stack, order.id)

    return SagaScenario(stack=stack, saga_id=run.id, check=check)


async def assert_paid_once(stack: WorkerStack, order_id: int) -> None:
    """One transfer, and the payable says which."""
    (transfer,) = await stack.transfers(order_id)
    assert await stack.rows("SELECT status, transfer FROM payable WHERE order_id = :id", id=order_id) == [
        ("paid", transfer["id"])
    ]


async def act_as_person(stack: WorkerStack, saga_id: UUID) -> None:
    """What the person behind a card set-up or an onboarding does at Stripe's page, if there is one by now."""
    ((data,),) = await stack.rows("SELECT data FROM saga WHERE id = :id", id=saga_id)
    if "session" in data and "card" not in data:
        (found,) = [
            one
            for one in await stack.inspect_stripe("objects", kind="checkout.session")
            if one["id"] == data["session"]
        ]
        if found["status"] == "open":
            await stack.control_stripe(f"checkout/{data['session']}/complete", card="pm_card_visa")
    if "account" in data:
        await stack.control_stripe(f"onboard/{data['account']}", finish=True)


SAGA_SCENARIOS: Mapping[str, Callable[[WorkerStack], Awaitable[SagaScenario]]] = {
    scenario.__name__: scenario
    for scenario in (
        placing,
        placing_in_vain,
        claiming,
        cancelling,
        closing,
        expiring,
        completing,
        paying,
        refunding_a_part,
        hearing_of_a_failed_refund,
        hearing_of_a_dispute,
        hearing_of_a_well_account,
        saving_a_card,
        onboarding,
    )
}
