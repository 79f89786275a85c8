"""A bank that disputes a payment is answered once, with what we know; the admins are reminded until it is."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from domain.campuses.people import Member
from domain.errors import AnotherAdminNeeded, Stale
from domain.messaging.outbox_repository import notify
from domain.orders.states import Order
from domain.refunds.dispute_repository import insert_dispute
from domain.refunds.evidence import use_cases
from domain.refunds.evidence.reminders import remind_of_disputes
from domain.refunds.notifications import dispute_unanswered
from tests.scenarios.refund_setup import completed_order, deliver_dispute, receive_event
from tests.scenarios.scenario_setup import new_admin
from tests.stack.worker_stack import WorkerStack

pytestmark = pytest.mark.drill

DAY_SECONDS = 86_400


@pytest.fixture
async def order(stack: WorkerStack) -> AsyncIterator[Order]:
    """A completed order whose payment a bank disputes."""
    runner = await stack.add_member(runner=True, card=None)
    made = await completed_order(stack, runner)
    await deliver_dispute(stack, made)
    yield made
    assert await stack.breaches() == []


@pytest.fixture
async def admin(stack: WorkerStack) -> Member:
    return await new_admin(stack)


async def dispute_of(stack: WorkerStack, order: Order) -> dict[str, Any]:
    intents = {one["id"] for one in await stack.intents(order.id)}
    found: list[dict[str, Any]] = await stack.inspect_stripe("objects", kind="dispute")
    return next(one for one in found if one["payment_intent"] in intents)


async def keys(stack: WorkerStack, order: Order) -> list[str]:
    told = await stack.notification_keys(order, stack.campus.admin_chat)
    return [key.removeprefix("notification-") for key in told if "dispute" in key or "evidence" in key]


async def wait_days(stack: WorkerStack, order: Order, days: float) -> None:
    """Let days pass here, and remind as a worker does."""
    await stack.sql(
        "UPDATE dispute SET answer_by = answer_by - make_interval(secs => :secs) WHERE order_id = :id",
        secs=days * DAY_SECONDS,
        id=order.id,
    )
    for _ in range(2):
        async with stack.database() as work:
            await remind_of_disputes(work)


async def wait_until_two_days_are_left(stack: WorkerStack, order: Order) -> None:
    """Let days pass here until the time for an answer ends in two."""
    await stack.sql("UPDATE dispute SET answer_by = now() + interval '2 days' WHERE order_id = :id", id=order.id)
    await wait_days(stack, order, 0)


async def test_the_bank_reads_the_timeline_and_the_time_of_the_pin_once(
    stack: WorkerStack, order: Order, admin: Member
) -> None:
    shown, evidence = await stack.act(use_cases.view_evidence, admin, order.id)
    text, done = evidence.uncategorized_text, await stack.order(order.id)
    assert shown.id == order.id and done.delivered_at is not None
    handed_over = f"{done.delivered_at.astimezone(stack.campus.zone):%Y-%m-%d %H:%M:%S}"
    assert f"the courier entered it at {handed_over}" in text
    assert "2 x chicken rice from Koufu, brought to SOB, lobby" in text
    assert "charged S$11.30" in text and text.count("\n") >= 3
    await stack.act(use_cases.answer_dispute, admin, order.id)
    with pytest.raises(Stale):
        await stack.act(use_cases.answer_dispute, admin, order.id)
    await stack.run_due()
    sent = await dispute_of(stack, order)
    assert sent["evidence"]["uncategorized_text"] == text
    assert sent["evidence"]["service_date"] == handed_over[:10]
    assert (sent["status"], sent["evidence_details"]["submission_count"]) == ("under_review", 1)
    assert (await keys(stack, order)).count("evidence-sent") == 1
    with pytest.raises(Stale):
        await stack.act(use_cases.answer_dispute, admin, order.id)
    await wait_days(stack, order, 9)
    assert "dispute-unanswered" not in await keys(stack, order)


async def test_the_admins_are_reminded_three_days_and_a_day_before_and_when_it_is_too_late(
    stack: WorkerStack, order: Order, admin: Member
) -> None:
    counts = []
    for days in (5, 1.5, 2, 0.9):
        await wait_days(stack, order, days)
        counts.append((await keys(stack, order)).count("dispute-unanswered"))
    assert counts == [0, 1, 2, 3]
    with pytest.raises(Stale):
        await stack.act(use_cases.answer_dispute, admin, order.id)


async def test_what_stripe_does_not_take_is_told_and_may_be_sent_again(
    stack: WorkerStack, order: Order, admin: Member
) -> None:
    await stack.inject_fault("POST /v1/disputes/*", "status", status=400, message="Not just now.")
    await stack.act(use_cases.answer_dispute, admin, order.id)
    await stack.run_due()
    assert "evidence-refused" in await keys(stack, order)
    await stack.act(use_cases.answer_dispute, admin, order.id)
    await stack.run_due()
    assert (await dispute_of(stack, order))["status"] == "under_review"
    assert "evidence-sent" in await keys(stack, order)


async def test_after_the_time_stripe_takes_no_answer(stack: WorkerStack, order: Order, admin: Member) -> None:
    await stack.control_stripe("clock", advance=9 * DAY_SECONDS + 1)
    await stack.act(use_cases.answer_dispute, admin, order.id)
    await stack.run_due()
    assert "evidence-refused" in await keys(stack, order)
    assert (await dispute_of(stack, order))["evidence_details"]["past_due"]


async def test_an_answer_in_stripes_dashboard_ends_the_reminders(
    stack: WorkerStack, order: Order, admin: Member
) -> None:
    await stack.control_stripe(f"dashboard/answer_dispute/{(await dispute_of(stack, order))['id']}")
    await receive_event(stack, "evt_answered", await dispute_of(stack, order))
    await wait_days(stack, order, 8.5)
    assert "dispute-unanswered" not in await keys(stack, order)
    with pytest.raises(Stale):
        await stack.act(use_cases.view_evidence, admin, order.id)


@pytest.mark.parametrize("is_answered", [True, False])
async def test_an_inquiry_that_becomes_a_dispute_is_told_and_needs_an_answer_anew(
    stack: WorkerStack, admin: Member, *, is_answered: bool
) -> None:
    order = await completed_order(stack, await stack.add_member(runner=True, card=None))
    await deliver_dispute(stack, order, inquiry=True)
    if is_answered:
        await stack.act(use_cases.answer_dispute, admin, order.id)
        await stack.run_due()
        assert (await dispute_of(stack, order))["status"] == "warning_under_review"
    else:
        await wait_until_two_days_are_left(stack, order)
        assert (await keys(stack, order)).count("dispute-unanswered") == 1
    before = await keys(stack, order)
    await deliver_dispute(stack, order, escalate=True)
    assert (await keys(stack, order))[len(before) :] == ["dispute-unanswered"]
    ((escalated,),) = await stack.rows(
        "SELECT args FROM notification WHERE key = 'notification-dispute-unanswered' AND order_id = :id"
        " ORDER BY id DESC LIMIT 1",
        id=order.id,
    )
    assert escalated["status"] == "again" and escalated["by"] != "-"
    await wait_until_two_days_are_left(stack, order)
    assert (await keys(stack, order))[len(before) :] == ["dispute-unanswered"] * 2
    await stack.act(use_cases.answer_dispute, admin, order.id)
    await stack.run_due()
    sent = await dispute_of(stack, order)
    assert (sent["status"], sent["evidence_details"]["submission_count"]) == ("under_review", 1 + is_answered)
    assert (await keys(stack, order)).count("evidence-sent") == 1 + is_answered
    with pytest.raises(Stale):
        await stack.act(use_cases.answer_dispute, admin, order.id)
    assert await stack.breaches() == []


async def test_the_answer_to_one_dispute_settles_no_question_about_another(
    stack: WorkerStack, order: Order, admin: Member
) -> None:
    async with stack.database() as work:
        values = {"campus_id": stack.campus.id, "order_id": order.id, "dispute": "dp_other", "reason": "general"}
        other = await insert_dispute(work, values | {"amount": 100, "currency": "sgd", "answer_by": work.now})
        await notify(work, dispute_unanswered(other, None, "first"))
    await stack.act(use_cases.answer_dispute, admin, order.id)
    await stack.run_due()
    asked = await stack.rows(
        "SELECT question.about, question.event FROM question JOIN notification ON notification.id = notification_id"
        " WHERE order_id = :id AND question.key LIKE 'notification-dispute%' ORDER BY question.id",
        id=order.id,
    )
    first = (await dispute_of(stack, order))["id"]
    assert [tuple(one) for one in asked] == [(f"dispute:{first}", "dispute-answered"), ("dispute:dp_other", None)]
    await stack.sql("DELETE FROM dispute WHERE dispute = 'dp_other'")


async def test_the_time_of_a_dispute_of_an_older_release_is_asked(stack: WorkerStack, order: Order) -> None:
    await stack.sql("UPDATE dispute SET answer_by = NULL WHERE order_id = :id", id=order.id)
    for _ in range(2):
        async with stack.database() as work:
            await remind_of_disputes(work)
    await stack.run_due()
    ((until,),) = await stack.rows_of(order, "dispute", "answer_by")
    assert until is not None


async def test_nobody_answers_about_their_own_order(stack: WorkerStack, order: Order, admin: Member) -> None:
    await stack.sql("UPDATE orders SET customer_id = :me WHERE id = :id", me=admin.person_id, id=order.id)
    await new_admin(stack)
    with pytest.raises(AnotherAdminNeeded):
        await stack.act(use_cases.view_evidence, admin, order.id)
