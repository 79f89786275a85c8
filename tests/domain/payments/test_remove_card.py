"""A removed card: forgotten at once, and detached at Stripe for good, whatever Stripe knows of it."""

import pytest

from domain.campuses.people import Member
from domain.errors import CardInUse, Stale
from domain.orders.use_cases import ordering
from domain.payments.use_cases import saved_cards
from tests.stack.worker_stack import WorkerStack


async def remove_card(stack: WorkerStack, member: Member) -> None:
    """Tap [Yes, remove it]."""
    await stack.act(saved_cards.remove_saved_card, member, "4242")


async def is_attached_at_stripe(stack: WorkerStack, member: Member) -> bool:
    """Whether the card is attached to a customer at Stripe."""
    assert member.card is not None
    methods = await stack.inspect_stripe("objects", kind="payment_method")
    (mine,) = [one for one in methods if one["id"] == member.card.payment_method]
    return mine["customer"] is not None


async def test_a_removed_card_is_detached_at_stripe_and_the_next_order_asks_for_one(stack: WorkerStack) -> None:
    member = await stack.add_member()
    assert await is_attached_at_stripe(stack, member)
    await remove_card(stack, member)
    assert (await stack.committed_member(member.person_id)).card is None, "before any worker ran"
    await stack.run_due()
    assert not await is_attached_at_stripe(stack, member)
    assert await stack.notifications_to(member) == ["notification-card-removed"]
    cardless = await stack.committed_member(member.person_id)
    assert isinstance(await stack.submit_draft(cardless, await stack.fill_basket(member)), ordering.CardRequired)
    with pytest.raises(Stale):
        await remove_card(stack, member)


async def test_a_card_that_stripe_detached_or_never_had_is_removed_all_the_same(stack: WorkerStack) -> None:
    detached, unknown = await stack.add_member(), await stack.add_member()
    assert detached.card is not None
    await stack.context.stripe.v1.payment_methods.detach_async(detached.card.payment_method)
    await stack.sql("UPDATE saved_card SET payment_method = 'pm_gone' WHERE person_id = :id", id=unknown.person_id)
    for member in (detached, await stack.committed_member(unknown.person_id)):
        await remove_card(stack, member)
        await stack.run_due()
        assert await stack.notifications_to(member) == ["notification-card-removed"]


async def test_an_outage_delays_the_detaching_and_nothing_else(stack: WorkerStack, customer: Member) -> None:
    await stack.inject_fault("POST /v1/payment_methods/*/detach", "lost_answer")
    await remove_card(stack, customer)
    await stack.run_due()
    await stack.clear_faults()
    await stack.run_now()
    assert not await is_attached_at_stripe(stack, customer)
    assert await stack.notifications_to(customer) == ["notification-card-removed"]


async def test_a_card_stays_while_the_hold_of_an_order_is_made_with_it(stack: WorkerStack, customer: Member) -> None:
    order = await stack.place_order(customer)
    with pytest.raises(CardInUse):
        await remove_card(stack, customer)
    await stack.run_due()
    await remove_card(stack, customer)
    await stack.run_due()
    assert not await is_attached_at_stripe(stack, customer)
    (intent,) = await stack.intents(order.id)
    assert intent["status"] == "requires_capture", "the hold is still held"
    await stack.cancel(customer, order)
    await stack.run_due()


async def test_a_card_that_another_one_replaces_is_not_kept_at_stripe(stack: WorkerStack, customer: Member) -> None:
    await stack.act(saved_cards.start_card_setup, customer)
    await stack.run_due()
    ((session,),) = await stack.rows(
        "SELECT data ->> 'session' FROM saga WHERE person_id = :id AND kind = 'save_card'", id=customer.person_id
    )
    await stack.control_stripe(f"checkout/{session}/complete", card="pm_card_mastercard")
    await stack.run_now()
    renewed = await stack.committed_member(customer.person_id)
    assert renewed.card is not None
    assert renewed.card.brand == "mastercard"
    assert await is_attached_at_stripe(stack, renewed)
    assert not await is_attached_at_stripe(stack, customer)
    assert await stack.notifications_to(customer) == ["notification-card-link", "notification-card-saved"]
