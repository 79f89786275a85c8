"""Finds the object that a case names, acts on it at the dashboard, and lets us hear of it."""

import asyncio
from collections.abc import Sequence
from typing import Any

from domain.reconciliation import use_cases
from domain.reconciliation.discrepancy import TransferMeaning
from domain.reconciliation.list_cursor_repository import add_list_cursors
from tests.scenarios.reconciliation_setup import reconcile_all
from tests.stack.worker_stack import WorkerStack
from tests.workers.dashboard.dashboard_cases import DashboardCase, Hearing, ObjectState
from tests.workers.dashboard.usual_people import Drill
from workers.reconciliation.reconciler import ROW_CHECKS, STRIPE_LISTS, reconcile
from workers.stripe.event_handler import handle_waiting_stripe_events

MANY = 1_000  # more events than any order has
PLATFORM_FUNDS = 100_000  # minor units: more than all orders of a group cost


async def act_at_dashboard(drill: Drill, case: DashboardCase) -> None:
    """Do it. With webhooks, we hear of it before anything else happens, and read what is to be read soon."""
    before = {event["id"] for event in await _objects(drill, "event")}
    object_id = await _find(drill, case.object)
    if case.act.name == "open_dispute":  # a bank disputes the charge of a payment
        (object_id,) = [
            one["latest_charge"] for one in await _objects(drill, "payment_intent") if one["id"] == object_id
        ]
    body: dict[str, Any] = {} if case.act.amount is None else {"amount": case.act.amount}
    if case.act.name == "create_transfer":
        await drill.stack.control_stripe("dashboard/top_up/sgd", amount=PLATFORM_FUNDS)
        body |= {"currency": "sgd", "metadata": {"order": str(drill.order_id)}}
    await drill.stack.control_stripe(f"dashboard/{case.act.name}/{object_id}", **body)
    if case.hearing is Hearing.EVENT:
        for event in await _objects(drill, "event"):
            if event["id"] not in before:
                more = {"account": event["account"]} if "account" in event else {}
                await _receive(drill, event, **more)
        await _let_lists_rest(drill)
        await handle_waiting_stripe_events(drill.stack.context, MANY)
        await reconcile(drill.stack.new_worker("listener"), asyncio.Event())
        if not case.state.startswith("being"):
            await drill.stack.run_due()


async def compare(stack: WorkerStack) -> None:
    """Let days pass: all lists are compared, and what they found is compared once more."""
    await stack.sql("UPDATE hold SET made_at = made_at - interval '6 minutes' WHERE made_at IS NOT NULL")
    for _ in range(3):
        await reconcile_all(stack)
        await stack.run_now()


async def settle_transfers(stack: WorkerStack, drills: Sequence[Drill]) -> None:
    """Let an admin say that each transfer made by hand was the pay of its order, and what follows happen."""
    query = (
        "SELECT id, order_id FROM discrepancy WHERE kind = 'unknown_transfer' AND status = 'open' AND order_id = :order"
    )
    for drill in drills:
        for row in await stack.rows(query, order=drill.order_id):
            await stack.act(
                use_cases.settle_discrepancy, drill.admin, row.id, "sent by hand", meaning=TransferMeaning.PAY
            )
    await stack.run_due()
    await compare(stack)


async def _let_lists_rest(drill: Drill) -> None:
    """Let no list be due, so that only those are read that an event makes due."""
    async with drill.stack.database() as work:
        await add_list_cursors(work, dict.fromkeys((*STRIPE_LISTS, *ROW_CHECKS)))
    await drill.stack.sql("UPDATE list_cursor SET due_at = now() + interval '1 hour', ended_at = NULL")


async def _receive(drill: Drill, event: dict[str, Any], **more: object) -> None:
    await drill.stack.store_event(event["id"], event["type"], event["data"]["object"], **more)
    if "account" in event:
        await drill.stack.sql(
            "UPDATE stripe_event SET account = :account WHERE id = :id", id=event["id"], account=event["account"]
        )


async def _find(drill: Drill, thing: ObjectState) -> str:
    """Return the id at Stripe of the order's object in this state; fail when there is none."""
    match thing:
        case ObjectState.UNAPPROVED_PAYMENT:
            return await _intent(drill, "requires_action")
        case ObjectState.HELD_PAYMENT:
            return await _intent(drill, "requires_capture")
        case ObjectState.CAPTURED_PAYMENT:
            return await _intent(drill, "succeeded")
        case ObjectState.TRANSFER:
            return str((await drill.stack.transfers(drill.order_id))[-1]["id"])
        case ObjectState.CUSTOMER:
            return str((await drill.stack.committed_member(drill.customer.person_id)).stripe_customer)
        case ObjectState.CARD:
            card = (await drill.stack.committed_member(drill.customer.person_id)).card
            assert card is not None
            return card.payment_method
        case ObjectState.EMPTY_ACCOUNT | ObjectState.FUNDED_ACCOUNT | ObjectState.WAITING_PAY:
            return str(drill.runner.stripe_account)
        case ObjectState.DISPUTE:
            return str((await _dispute(drill))["id"])
        case ObjectState.PLATFORM:
            await drill.stack.control_stripe(
                "dashboard/top_up/sgd", amount=PLATFORM_FUNDS
            )  # so that it can be paid out
            return "sgd"


async def _dispute(drill: Drill) -> dict[str, Any]:
    intents = {one["id"] for one in await drill.stack.intents(drill.order_id)}
    (found,) = [one for one in await _objects(drill, "dispute") if one["payment_intent"] in intents]
    return found


async def _intent(drill: Drill, status: str) -> str:
    return str([one["id"] for one in await drill.stack.intents(drill.order_id) if one["status"] == status][-1])


async def _objects(drill: Drill, kind: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = await drill.stack.inspect_stripe("objects", kind=kind)
    return found
