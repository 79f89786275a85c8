"""Holds: declined, asked about by the bank, never approved; the customer hears it and no money is kept."""

import pytest

from domain.errors import DraftChanged, Stale
from domain.order import Order, OrderStatus
from domain.payment import HoldEvent, HoldStatus
from domain.store.drafts import change_draft
from domain.store.money import move_hold
from domain.store.use_cases import ordering
from tests.town import Town

BANK_ASKS = "pm_card_authenticationRequired"


async def states(town: Town, order: Order) -> tuple[OrderStatus, list[str], list[str]]:
    """The order's status, its holds' and its intents' at Stripe."""
    holds = await town.rows("SELECT status FROM hold WHERE order_id = :id ORDER BY id", id=order.id)
    intents = await town.intents(order.id)
    return (await town.order(order.id)).status, [row.status for row in holds], [one["status"] for one in intents]


async def test_s7_a_declined_card_ends_the_order_at_once_and_is_told(shared_town: Town) -> None:
    """S7, M17."""
    town = shared_town
    order = await town.place(await town.member(card="pm_card_chargeCustomerFail"))
    await town.drive()
    assert await states(town, order) == (OrderStatus.CANCELLED, ["released"], ["canceled"])
    assert await town.told(order) == ["push-declined"]
    assert (await town.saga(order, "create_order")).status == "undone"


async def test_s7_without_a_card_the_customer_is_asked_for_one_and_nothing_waits(shared_town: Town) -> None:
    """S7: no order before there is a card to hold money on."""
    town = shared_town
    member = await town.member(card=None)
    draft = await town.draft(member)
    ceiling = draft.price(town.campus.fees).ceiling
    async with town.database() as work:
        placed = await ordering.place(work, town.campus, member, version=draft.version, ceiling=ceiling)
    assert placed == ordering.CardWanted()
    await town.drive()
    links = await town.rows("SELECT key FROM push WHERE chat_id = :id", id=member.person_id)
    assert links == [("push-card-link",)]
    assert await town.rows("SELECT id FROM orders WHERE customer_id = :id", id=member.person_id) == []


async def test_s7_a_card_that_is_gone_by_then_ends_the_order_and_is_told(shared_town: Town) -> None:
    """S7: it was removed between the tap and the hold."""
    town = shared_town
    member = await town.member()
    order = await town.place(member)
    await town.sql("DELETE FROM saved_card WHERE person_id = :id", id=member.person_id)
    await town.drive()
    assert await states(town, order) == (OrderStatus.CANCELLED, ["released"], [])
    assert await town.told(order) == ["push-declined"]


async def test_s7_a_card_stripe_does_not_know_any_more_ends_the_order_and_is_told(shared_town: Town) -> None:
    """S7: whatever the reason of a refusal, the customer hears of it."""
    town = shared_town
    member = await town.member()
    assert member.card is not None
    await town.workshop.stripe.v1.payment_methods.detach_async(member.card.payment_method)
    order = await town.place(member)
    await town.drive()
    assert (await town.order(order.id)).status is OrderStatus.CANCELLED
    assert await town.told(order) == ["push-declined"]


async def test_m13_a_bank_that_wants_a_word_gets_it_and_the_order_goes_on(shared_town: Town) -> None:
    """M13."""
    town = shared_town
    order = await town.place(await town.member(card=BANK_ASKS))
    await town.drive()
    assert await states(town, order) == (OrderStatus.PENDING, ["approval"], ["requires_action"])
    ((link,),) = await town.rows("SELECT approval_url FROM hold WHERE order_id = :id", id=order.id)
    (intent,) = await town.intents(order.id)
    assert intent["id"] in link
    await town.hurry()
    assert (await town.order(order.id)).status is OrderStatus.PENDING
    await town.control(f"approve/{intent['id']}", ok=True)
    await town.hurry()
    assert await states(town, order) == (OrderStatus.CREATED, ["held"], ["requires_capture"])
    assert await town.rows("SELECT approval_url FROM hold WHERE order_id = :id", id=order.id) == [(None,)]


async def test_m13_a_bank_that_says_no_ends_the_order(shared_town: Town) -> None:
    """M13: and the intent does not stay open."""
    town = shared_town
    order = await town.place(await town.member(card=BANK_ASKS))
    await town.drive()
    (intent,) = await town.intents(order.id)
    await town.control(f"approve/{intent['id']}", ok=False)
    await town.hurry()
    assert await states(town, order) == (OrderStatus.CANCELLED, ["released"], ["canceled"])
    assert await town.told(order) == ["push-declined"]


async def test_m13_an_approval_never_given_ends_the_order_at_its_deadline(shared_town: Town) -> None:
    """M13, S6."""
    town = shared_town
    order = await town.place(await town.member(card=BANK_ASKS))
    await town.drive()
    ((left,),) = await town.rows(
        "SELECT extract(epoch FROM waiting_until - now()) FROM saga WHERE order_id = :id", id=order.id
    )
    assert 14 * 60 < float(left) <= 15 * 60
    await town.sql("UPDATE saga SET waiting_until = now() WHERE order_id = :id", id=order.id)
    await town.hurry()
    assert await states(town, order) == (OrderStatus.CANCELLED, ["released"], ["canceled"])
    assert await town.told(order) == ["push-unpaid"]


async def test_the_deadline_of_an_approval_is_not_moved_by_looking(shared_town: Town) -> None:
    """S6: each look would else be a fresh quarter of an hour."""
    town = shared_town
    order = await town.place(await town.member(card=BANK_ASKS))
    await town.drive()
    first = (await town.saga(order, "create_order")).waiting_until
    for _ in range(3):
        await town.hurry()
    assert (await town.saga(order, "create_order")).waiting_until == first
    await town.cancel(await town.known(order.customer_id), order)
    await town.drive()


async def test_an_approval_given_after_the_end_finds_no_intent_to_approve(shared_town: Town) -> None:
    town = shared_town
    order = await town.place(await town.member(card=BANK_ASKS))
    await town.drive()
    await town.cancel(await town.known(order.customer_id), order)
    await town.drive()
    (intent,) = await town.intents(order.id)
    async with town.http.post(f"{town.stripe_url}/sim/approve/{intent['id']}", json={"ok": True}) as answer:
        assert answer.status == 400
    assert (await town.order(order.id)).status is OrderStatus.CANCELLED


async def test_s9_a_double_tap_on_place_order_is_one_order(shared_town: Town) -> None:
    """S9, M2."""
    town = shared_town
    member = await town.member()
    draft = await town.draft(member)
    ceiling = draft.price(town.campus.fees).ceiling
    for tap in range(3):
        async with town.database() as work:
            if tap == 0:
                await ordering.place(work, town.campus, member, version=draft.version, ceiling=ceiling)
                continue
            with pytest.raises(Stale):
                await ordering.place(work, town.campus, member, version=draft.version, ceiling=ceiling)
    await town.drive()
    ((order_id,),) = await town.rows("SELECT id FROM orders WHERE customer_id = :id", id=member.person_id)
    assert len(await town.intents(order_id)) == 1


async def test_m12_the_price_held_is_the_price_tapped(shared_town: Town) -> None:
    """M12, M11: the ceiling to the cent, or no order."""
    town = shared_town
    member = await town.member()
    draft = await town.draft(member)
    ceiling = draft.price(town.campus.fees).ceiling
    async with town.database() as work:
        with pytest.raises(DraftChanged):
            await ordering.place(work, town.campus, member, version=draft.version, ceiling=ceiling - 1)
    order = await town.open_job(member)
    (intent,) = await town.intents(order.id)
    assert intent["amount"] == order.price.ceiling == ceiling


@pytest.mark.parametrize("amount", [1999, 1909, 2909, 5735, 8705, 9999])
async def test_m11_no_amount_loses_a_cent_on_its_way_to_stripe_and_back(shared_town: Town, amount: int) -> None:
    """M11: 19.99 was 1998 once. All amounts are tried in tests/domain; these go the whole way."""
    town = shared_town
    member, runner = await town.member(), await town.member(runner=True, card=None)
    items = [{"name": "odd", "quantity": 1, "price": amount}]
    await town.draft(member)
    async with town.database() as work:
        draft = await change_draft(work, town.campus.id, member.person_id, items=items)
        ceiling = draft.price(town.campus.fees).ceiling
        placed = await ordering.place(work, town.campus, member, version=draft.version, ceiling=ceiling)
    assert isinstance(placed, ordering.Placed)
    await town.drive()
    order = await town.order(placed.order_id)
    await town.claim(runner, order)
    await town.drive()
    await town.carry(runner, order, receipt=amount)
    await town.hand_over(runner, order)
    await town.drive()
    (intent,) = await town.intents(order.id)
    (transfer,) = await town.transfers(order.id)
    assert (intent["amount"], intent["amount_received"], transfer["amount"]) == (
        ceiling,
        amount + 280,
        amount + 180,
    )


@pytest.mark.parametrize("status", [HoldStatus.RELEASED, HoldStatus.CAPTURED])
async def test_s8_a_hold_that_is_over_stays_over(shared_town: Town, status: HoldStatus) -> None:
    """S8: whatever comes late."""
    town = shared_town
    if status is HoldStatus.CAPTURED:
        order = await town.delivered(await town.member(runner=True, card=None))
    else:
        order = await town.place(await town.member(card="pm_card_chargeCustomerFail"))
    await town.drive()
    before = await town.rows("SELECT * FROM hold WHERE order_id = :id", id=order.id)
    assert before[0].status == status
    async with town.database() as work:
        for happened in HoldEvent:
            assert await move_hold(work, order.id, happened) is None
    assert await town.rows("SELECT * FROM hold WHERE order_id = :id", id=order.id) == before


async def test_the_towns_books_are_right_after_all_this(shared_town: Town) -> None:
    assert await shared_town.breaches() == []


async def test_s6_an_outage_longer_than_the_payment_window_ends_the_order_and_says_so(shared_town: Town) -> None:
    """S6: PENDING has a deadline, also when Stripe never answers at all."""
    town = shared_town
    member = await town.member()
    await town.fault("POST /v1/payment_intents", "status", status=429, times=100)
    order = await town.place(member)
    await town.drive()
    await town.sql(
        "UPDATE saga SET failing_since = now() - interval '16 minutes',"
        " data = jsonb_set(data, '{hold_call,at}', to_jsonb(extract(epoch FROM now() - interval '16 minutes')))"
        " WHERE order_id = :id",
        id=order.id,
    )
    await town.hurry()
    await town.no_faults()
    assert await states(town, order) == (OrderStatus.CANCELLED, ["released"], [])
    assert await town.told(order) == ["push-not-started"]
