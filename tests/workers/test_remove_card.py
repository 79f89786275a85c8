"""A card that is taken back: forgotten at once, detached at Stripe for good, whatever Stripe knew of it."""

import pytest

from domain.errors import CardInUse, Stale
from domain.people import Member
from domain.store.use_cases import membership, ordering
from tests.town import Town
from workers.stripe_gateway import send


async def remove_card(town: Town, member: Member) -> None:
    """[Yes, remove it]."""
    async with town.database() as work:
        await membership.remove_card(work, town.campus, member, "4242")


async def is_kept(town: Town, member: Member) -> bool:
    """Whether the card is a customer's at Stripe."""
    assert member.card is not None
    methods = await town.look("objects", kind="payment_method")
    (mine,) = [one for one in methods if one["id"] == member.card.payment_method]
    return mine["customer"] is not None


async def said(town: Town, member: Member) -> list[str]:
    """The sentences pushed to her."""
    rows = await town.rows("SELECT key FROM push WHERE chat_id = :id ORDER BY id", id=member.person_id)
    return [row.key for row in rows]


async def test_a_removed_card_is_nobodys_at_stripe_and_the_next_order_asks_for_one(shared_town: Town) -> None:
    town = shared_town
    member = await town.member()
    assert await is_kept(town, member)
    await remove_card(town, member)
    assert (await town.known(member.person_id)).card is None, "before any worker looked at it"
    await town.drive()
    assert not await is_kept(town, member)
    assert await said(town, member) == ["push-card-removed"]
    draft = await town.draft(member)
    async with town.database() as work:
        ceiling = draft.price(town.campus.fees).ceiling
        cardless = await town.known(member.person_id)
        wanted = await ordering.place(work, town.campus, cardless, version=draft.version, ceiling=ceiling)
    assert isinstance(wanted, ordering.CardWanted)
    with pytest.raises(Stale):
        await remove_card(town, member)


async def test_a_card_that_stripe_let_go_or_never_knew_is_removed_all_the_same(shared_town: Town) -> None:
    town = shared_town
    detached, unknown = await town.member(), await town.member()
    assert detached.card is not None
    await send(town.workshop.stripe.v1.payment_methods.detach_async(detached.card.payment_method))
    await town.sql("UPDATE saved_card SET payment_method = 'pm_gone' WHERE person_id = :id", id=unknown.person_id)
    for member in (detached, await town.known(unknown.person_id)):
        await remove_card(town, member)
        await town.drive()
        assert await said(town, member) == ["push-card-removed"]


async def test_an_outage_delays_the_detaching_and_nothing_else(shared_town: Town) -> None:
    town = shared_town
    member = await town.member()
    await town.fault("POST /v1/payment_methods/*/detach", "lost_answer")
    await remove_card(town, member)
    await town.drive()
    await town.no_faults()
    await town.hurry()
    assert not await is_kept(town, member)
    assert await said(town, member) == ["push-card-removed"]


async def test_a_card_stays_while_the_hold_of_an_order_is_made_with_it(shared_town: Town) -> None:
    town = shared_town
    member = await town.member()
    order = await town.place(member)
    with pytest.raises(CardInUse):
        await remove_card(town, member)
    await town.drive()
    await remove_card(town, member)
    await town.drive()
    assert not await is_kept(town, member)
    (intent,) = await town.intents(order.id)
    assert intent["status"] == "requires_capture", "what is held stays held"
    await town.cancel(member, order)
    await town.drive()


async def test_a_card_that_another_one_replaces_is_not_kept_at_stripe(shared_town: Town) -> None:
    town = shared_town
    member = await town.member()
    async with town.database() as work:
        await ordering.add_card(work, town.campus, member)
    await town.drive()
    ((session,),) = await town.rows(
        "SELECT data ->> 'session' FROM saga WHERE person_id = :id AND kind = 'save_card'", id=member.person_id
    )
    await town.control(f"checkout/{session}/complete", card="pm_card_mastercard")
    await town.hurry()
    renewed = await town.known(member.person_id)
    assert renewed.card is not None
    assert renewed.card.brand == "mastercard"
    assert await is_kept(town, renewed)
    assert not await is_kept(town, member)
    assert await said(town, member) == ["push-card-link", "push-card-saved"]
