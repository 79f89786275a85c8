"""An inquiry that becomes a dispute is seen, also by what was read before and recorded after it."""

import asyncio
import json
from typing import Any

import pytest

from domain.campuses.people import Member
from domain.orders.states import Order
from domain.refunds.dispute_repository import lock_dispute
from domain.refunds.evidence import use_cases
from domain.refunds.model import DisputeStage
from tests.scenarios.refund_setup import completed_order, deliver_dispute, receive_event
from tests.scenarios.scenario_setup import new_admin
from tests.stack.bot_stack import wait_until
from tests.stack.worker_stack import WorkerStack
from workers.stripe.event_handler import handle_stripe_event

pytestmark = pytest.mark.drill

LATE_SECONDS = 1.5  # shorter than a lease


@pytest.fixture
async def order(stack: WorkerStack) -> Order:
    """A completed order."""
    return await completed_order(stack, await stack.add_member(runner=True, card=None))


@pytest.fixture
async def admin(stack: WorkerStack) -> Member:
    return await new_admin(stack)


async def open_inquiry(stack: WorkerStack, order: Order) -> dict[str, Any]:
    """Let the bank ask, and answer it in Stripe's dashboard; no worker reads it. Return the dispute."""
    (intent,) = [one for one in await stack.intents(order.id) if one["status"] == "succeeded"]
    opened = await stack.control_stripe(f"disputes/{intent['latest_charge']}", inquiry=True)
    await stack.control_stripe(f"dashboard/answer_dispute/{opened['id']}")
    (found,) = [one for one in await stack.inspect_stripe("objects", kind="dispute") if one["id"] == opened["id"]]
    assert found["status"] == "warning_under_review"
    return dict(found)


async def escalate_while_it_is_read(stack: WorkerStack, order: Order, inquiry: dict[str, Any]) -> None:
    """Let a worker read the inquiry, and record it when others have recorded the dispute that it became."""
    last = str((await stack.inspect_stripe("requests"))[-1]["seq"])
    await stack.inject_fault("GET /v1/disputes/*", "hang", before=False, seconds=LATE_SECONDS)
    late = asyncio.create_task(receive_event(stack, f"evt_late_{inquiry['id']}", inquiry))
    await wait_until(lambda: stack.inspect_stripe("requests", after=last))
    await deliver_dispute(stack, order, escalate=True)
    assert not late.done(), "the late read was recorded first"
    await late


async def row_of(stack: WorkerStack, order: Order) -> tuple[str, bool, bool]:
    """(stage, whether the bank has an answer, whether it takes one for more than its inquiry's nine days)."""
    ((stage, answered, later),) = await stack.rows_of(
        order, "dispute", "stage, answered_at IS NOT NULL, answer_by > now() + interval '10 days'"
    )
    return stage, answered, later


async def test_what_was_read_of_an_inquiry_changes_nothing_of_the_dispute_that_it_became(
    stack: WorkerStack, order: Order, admin: Member
) -> None:
    inquiry = await open_inquiry(stack, order)
    await receive_event(stack, f"evt_{inquiry['id']}", inquiry)
    assert await row_of(stack, order) == ("inquiry", True, False)
    await escalate_while_it_is_read(stack, order, inquiry)
    assert await row_of(stack, order) == ("escalated", False, True)
    await stack.act(use_cases.view_evidence, admin, order.id)


async def test_a_dispute_is_no_inquiry_because_an_older_read_says_so(
    stack: WorkerStack, order: Order, admin: Member
) -> None:
    await escalate_while_it_is_read(stack, order, await open_inquiry(stack, order))
    assert await row_of(stack, order) == ("dispute", False, True)
    await stack.act(use_cases.view_evidence, admin, order.id)


async def test_an_inquiry_that_was_answered_before_stages_were_kept_becomes_a_dispute(
    stack: WorkerStack, order: Order, admin: Member
) -> None:
    await deliver_dispute(stack, order, inquiry=True)
    await stack.act(use_cases.answer_dispute, admin, order.id)
    await stack.run_due()
    await stack.sql("UPDATE dispute SET stage = 'dispute' WHERE order_id = :id", id=order.id)
    await deliver_dispute(stack, order, escalate=True)
    assert await row_of(stack, order) == ("escalated", False, True)
    told = await stack.notification_keys(order, stack.campus.admin_chat)
    assert told.count("notification-dispute-unanswered") == 1


async def test_an_answered_dispute_is_not_escalated_by_an_older_read(
    stack: WorkerStack, order: Order, admin: Member
) -> None:
    await deliver_dispute(stack, order)
    await stack.act(use_cases.answer_dispute, admin, order.id)
    await stack.run_due()
    async with stack.database() as work:
        ((name,),) = await stack.rows_of(order, "dispute", "dispute")
        opened = await lock_dispute(work, name)
    assert opened is not None
    assert opened.next_stage(is_inquiry=False, needs_answer=True) is DisputeStage.DISPUTE


async def test_events_in_the_wrong_order_end_as_stripe_says(stack: WorkerStack, order: Order) -> None:
    (intent,) = [one for one in await stack.intents(order.id) if one["status"] == "succeeded"]
    opened = await stack.control_stripe(f"disputes/{intent['latest_charge']}")
    lost = await stack.control_stripe(f"disputes/{intent['latest_charge']}", outcome="lost")
    told = [("closed", lost), ("funds_withdrawn", opened), ("updated", opened), ("created", opened)]
    for type_, found in told:
        await stack.sql(
            "INSERT INTO stripe_event (id, type, payload) VALUES (:id, :type, CAST(:payload AS jsonb))",
            id=f"evt_{type_}_{opened['id']}",
            type=f"charge.dispute.{type_}",
            payload=json.dumps({"data": {"object": found}}),
        )
        await handle_stripe_event(stack.context, f"evt_{type_}_{opened['id']}")
        await stack.run_due()
    assert await stack.rows_of(order, "dispute", "status, withdrawn") == [("lost", opened["amount"])]
    keys = [key for key in await stack.notification_keys(order, stack.campus.admin_chat) if "dispute" in key]
    assert keys == ["notification-dispute", "notification-dispute-lost"]
    assert await stack.breaches() == []
