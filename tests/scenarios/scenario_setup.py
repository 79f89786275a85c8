"""What a saga scenario is, and the people, acts and checks that several scenarios share."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from domain.campuses.people import Member
from domain.orders.states import Bearer, Order, OrderStatus
from domain.orders.use_cases import admin_orders
from domain.payouts import use_cases as payouts_use_cases
from tests.stack.worker_stack import WorkerStack


@dataclass(frozen=True, slots=True, kw_only=True)
class SagaScenario:
    """A saga that is due and has not run; `check` fails unless its effect happened exactly once."""

    stack: WorkerStack
    saga_id: UUID
    check: Callable[[], Awaitable[None]]

    async def is_final(self) -> bool:
        """Return whether the saga is over; fail if it is stuck."""
        ((status,),) = await self.stack.rows("SELECT status FROM saga WHERE id = :id", id=self.saga_id)
        assert status != "stuck"
        return status in ("done", "compensated")


async def order_scenario(stack: WorkerStack, order_id: int, kind: str, ends: OrderStatus, money: str) -> SagaScenario:
    """The scenario of an order with one intent, which ends in this status."""
    row = await stack.saga(await stack.order(order_id), kind)

    async def check() -> None:
        assert (await stack.order(order_id)).status is ends
        assert [one["status"] for one in await stack.intents(order_id)] == [money]

    return SagaScenario(stack=stack, saga_id=row.id, check=check)


async def new_admin(stack: WorkerStack) -> Member:
    """Add an admin who has no part in any order."""
    number = (await stack.add_member(card=None)).person_id
    await stack.sql("UPDATE membership SET is_admin = true WHERE person_id = :id", id=number)
    return await stack.committed_member(number)


async def close_purchase(
    stack: WorkerStack, order: Order, bearer: Bearer, reason: str, *, admin: Member | None = None
) -> Order:
    """Close a purchase that will not arrive, as an admin."""
    who = admin or await new_admin(stack)
    return await stack.act(admin_orders.close_purchase_as_admin, who, order.id, bearer, reason)


async def refunds_of(stack: WorkerStack, order_id: int) -> list[dict[str, Any]]:
    """All refunds Stripe has for an order."""
    return await stack.objects_of_order("refund", order_id)


async def assert_paid_once(stack: WorkerStack, order_id: int) -> None:
    """Fail unless there is one transfer, and the payable names it."""
    (transfer,) = await stack.transfers(order_id)
    assert await stack.rows("SELECT status, transfer FROM payable WHERE order_id = :id", id=order_id) == [
        ("paid", transfer["id"])
    ]


async def answer_bank(stack: WorkerStack, order: Order, *, ok: bool = True) -> None:
    """Approve or decline at the bank, as the customer; no worker has noticed it."""
    (intent,) = [one for one in await stack.intents(order.id) if one["status"] == "requires_action"]
    await stack.control_stripe(f"approve/{intent['id']}", ok=ok)


async def end_wait(stack: WorkerStack, order: Order, kind: str) -> None:
    """Let the deadline of what the order's saga of this kind waits for come now."""
    late = "UPDATE saga SET waiting_until = now() WHERE order_id = :id AND kind = :kind"
    await stack.sql(late, id=order.id, kind=kind)


async def fail_beyond_window(stack: WorkerStack, saga_id: UUID) -> None:
    """Let the saga's payment have failed for longer than it may."""
    await stack.sql(
        "UPDATE saga SET failing_since = now() - interval '16 minutes',"
        " data = jsonb_set(data, '{hold_request,at}', to_jsonb(extract(epoch FROM now() - interval '16 minutes')))"
        " WHERE id = :id",
        id=saga_id,
    )


async def finish_onboarding(stack: WorkerStack, runner: Member) -> None:
    """Fill in Stripe's page of a runner's pay-out set-up; no worker has noticed it."""
    account = (await stack.committed_member(runner.person_id)).stripe_account
    await stack.control_stripe(f"onboard/{account}", finish=True)


async def set_up_payouts(stack: WorkerStack, runner: Member) -> None:
    """Tap [Set up pay-out], fill in Stripe's page, and let the workers send all that waited for it."""
    await stack.act(payouts_use_cases.start_payout_setup, runner)
    await stack.run_due()
    await finish_onboarding(stack, runner)
    await stack.run_now()


async def act_as_person(stack: WorkerStack, saga_id: UUID) -> None:
    """Act for the person on Stripe's page of a card set-up or an onboarding, if there is a page."""
    ((data,),) = await stack.rows("SELECT data FROM saga WHERE id = :id", id=saga_id)
    if "session" in data and "card" not in data:
        sessions = await stack.inspect_stripe("objects", kind="checkout.session")
        if any(one["id"] == data["session"] and one["status"] == "open" for one in sessions):
            await stack.control_stripe(f"checkout/{data['session']}/complete", card="pm_card_visa")
    accounts = await stack.inspect_stripe("objects", kind="account") if "account" in data else []
    if any(one["id"] == data["account"] for one in accounts):
        await stack.control_stripe(f"onboard/{data['account']}", finish=True)
