"""Stripe sends its receipts to the address that a customer gave with the card, and to nobody else."""

import pytest

from domain.payments.use_cases import saved_cards
from tests.stack.worker_stack import WorkerStack


async def receipt_address(stack: WorkerStack, email: str | None, *, receipts: bool = True) -> str | None:
    """Save a card with this address on Stripe's page, order with it, and return where the receipt goes."""
    member = await stack.add_member(card=None)
    run = await stack.act(saved_cards.start_card_setup, member)
    await stack.run_due()
    ((session,),) = await stack.rows("SELECT data ->> 'session' FROM saga WHERE id = :id", id=run.id)
    await stack.control_stripe(f"checkout/{session}/complete", card=f"pm_card_visa#{member.person_id}", email=email)
    await stack.run_now()
    await stack.sql("UPDATE campus SET receipts = :on WHERE id = :id", on=receipts, id=stack.campus.id)
    order = await stack.open_order(await stack.committed_member(member.person_id))
    await stack.sql("UPDATE campus SET receipts = true WHERE id = :id", id=stack.campus.id)
    (intent,) = await stack.intents(order.id)
    assert intent["status"] == "requires_capture"
    address: str | None = intent["receipt_email"]
    return address


@pytest.mark.parametrize("email", ["mei@example.com", None])
async def test_a_receipt_goes_where_the_customer_said_or_nowhere(shared_stack: WorkerStack, email: str | None) -> None:
    assert await receipt_address(shared_stack, email) == email


async def test_a_campus_may_have_no_receipts_sent(shared_stack: WorkerStack) -> None:
    assert await receipt_address(shared_stack, "mei@example.com", receipts=False) is None


async def test_an_address_that_stripe_does_not_take_stops_no_order(shared_stack: WorkerStack) -> None:
    assert await receipt_address(shared_stack, "no address") is None


async def test_the_address_goes_with_the_card(shared_stack: WorkerStack) -> None:
    stack = shared_stack
    await receipt_address(stack, "mei@example.com")
    ((number,),) = await stack.rows("SELECT person_id FROM saved_card ORDER BY saved_at DESC LIMIT 1")
    member = await stack.committed_member(number)
    assert member.card is not None and member.card.receipt_email == "mei@example.com"
    await stack.act(saved_cards.remove_saved_card, member, member.card.last4)
    assert await stack.rows("SELECT 1 FROM saved_card WHERE person_id = :id", id=number) == []
