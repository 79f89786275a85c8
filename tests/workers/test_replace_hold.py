"""A hold that is raised: the new one first, then the old one goes; and whatever comes between, at most one counts."""

import asyncio

import pytest

from domain.errors import CampusGError, NotAllowed, OrderClosed, PriceMoved, RaiseUnderWay
from domain.order import Order, OrderStatus
from domain.people import Member
from tests.town import Town
from tests.workers.owing import ASKING, DECLINING
from tests.workers.raising import at_stripe, held_at_stripe, hold_more, parts, raise_fee
from tests.workers.scenes import paid_once

BEFORE, AFTER = 1240, 1270  # the ceiling of an order here, and after one raise of the fee
RAISED = [("former", "released", BEFORE), ("current", "held", AFTER)]
AS_BEFORE = [("current", "held", BEFORE), ("former", "released", AFTER)]


async def replaced(town: Town, order: Order) -> str:
    """How the order's newest replace_hold stands."""
    return str((await town.saga(order, "replace_hold")).status)


async def test_a_raised_fee_counts_once_it_is_held_and_the_old_hold_goes(shared_town: Town) -> None:
    town = shared_town
    customer = await town.member()
    order = await town.open_job(customer)
    await raise_fee(town, customer, order)
    assert await parts(town, order) == [("current", "held", BEFORE), ("candidate", "requested", AFTER)]
    assert (await town.order(order.id)).price == order.price, "nothing counts before it is held"
    await town.drive()
    raised = await town.order(order.id)
    assert (raised.price.ceiling, raised.price.delivery_fee, raised.status) == (AFTER, 230, OrderStatus.CREATED)
    assert await parts(town, order) == RAISED
    assert await at_stripe(town, order) == [("canceled", BEFORE), ("requires_capture", AFTER)]
    assert await town.breaches() == []


async def test_what_is_captured_in_the_end_comes_from_the_new_hold(shared_town: Town) -> None:
    town = shared_town
    customer, runner = await town.member(), await town.member(runner=True, card=None)
    order = await town.open_job(customer)
    await raise_fee(town, customer, order)
    await town.drive()
    await town.claim(runner, order)
    await town.drive()
    await town.carry(runner, order)
    await town.hand_over(runner, order)
    await town.drive()
    done = await town.order(order.id)
    assert (done.status, done.total) == (OrderStatus.COMPLETED, 850 + 230 + 80)
    assert await parts(town, order) == [("former", "released", BEFORE), ("current", "captured", AFTER)]
    assert await at_stripe(town, order) == [("canceled", BEFORE), ("succeeded", AFTER)]
    await paid_once(town, order.id)
    assert await town.breaches() == []


async def test_a_fee_may_be_raised_twice(shared_town: Town) -> None:
    town = shared_town
    customer = await town.member()
    order = await town.open_job(customer)
    for _ in range(2):
        await raise_fee(town, customer, order)
        await town.drive()
    assert (await town.order(order.id)).price.delivery_fee == 260
    assert [part for part, _, _ in await parts(town, order)] == ["former", "former", "current"]
    assert await held_at_stripe(town, order) == [AFTER + 30]
    assert await town.breaches() == []


async def asked(town: Town, customer: Member) -> Order:
    """An open order whose raised hold waits for the bank."""
    order = await town.open_job(customer)
    await town.give_card(customer.person_id, ASKING)
    await raise_fee(town, customer, order)
    await town.drive()
    return await town.order(order.id)


async def approve(town: Town, order: Order, *, ok: bool = True) -> None:
    """What she says at her bank."""
    (intent,) = [one for one in await town.intents(order.id) if one["status"] == "requires_action"]
    await town.control(f"approve/{intent['id']}", ok=ok)


async def test_her_bank_may_want_a_word_first(shared_town: Town) -> None:
    town = shared_town
    customer = await town.member()
    order = await asked(town, customer)
    assert order.price.ceiling == BEFORE
    assert (await town.told(order, customer.person_id))[-1] == "push-raise-approval"
    assert await town.breaches() == [], "two live intents are fine while one takes the other's place"
    await approve(town, order)
    await town.hurry()
    assert await parts(town, order) == RAISED
    assert await held_at_stripe(town, order) == [AFTER]
    assert await town.breaches() == []


async def test_a_no_at_the_bank_leaves_the_old_hold_and_the_old_price(shared_town: Town) -> None:
    town = shared_town
    customer = await town.member()
    order = await asked(town, customer)
    await approve(town, order, ok=False)
    await town.hurry()
    await kept(town, order)
    assert (await town.told(order, customer.person_id))[-1] == "push-raise-declined"


async def test_a_yes_that_never_comes_leaves_all_as_it_was(shared_town: Town) -> None:
    town = shared_town
    customer = await town.member()
    order = await asked(town, customer)
    await town.sql("UPDATE saga SET waiting_until = now() WHERE order_id = :id AND kind = 'replace_hold'", id=order.id)
    await town.hurry()
    await kept(town, order)
    assert (await town.told(order, customer.person_id))[-1] == "push-raise-unapproved"


async def test_a_card_that_says_no_leaves_all_as_it_was_and_another_try_is_possible(shared_town: Town) -> None:
    town = shared_town
    customer = await town.member()
    order = await town.open_job(customer)
    await town.give_card(customer.person_id, DECLINING)
    await raise_fee(town, customer, order)
    await town.drive()
    await kept(town, order)
    assert (await town.told(order, customer.person_id))[-1] == "push-raise-declined"
    await town.give_card(customer.person_id, "pm_card_visa")
    await raise_fee(town, customer, order)
    await town.drive()
    assert await held_at_stripe(town, order) == [AFTER]
    assert await town.breaches() == []


async def kept(town: Town, order: Order) -> None:
    """The raise was undone: one hold, the old price, nothing leaked."""
    assert await replaced(town, order) == "undone"
    assert (await town.order(order.id)).price == order.price
    assert await parts(town, order) == AS_BEFORE
    assert await held_at_stripe(town, order) == [BEFORE]
    assert await town.breaches() == []


async def cancels(town: Town, order: Order) -> None:
    await town.cancel(await town.known(order.customer_id), order)


async def expires(town: Town, order: Order) -> None:
    await town.sql("UPDATE timer SET due_at = now() WHERE order_id = :id AND kind = 'expire'", id=order.id)


async def is_claimed(town: Town, order: Order) -> None:
    await town.claim(await town.member(runner=True, card=None), order)


MEANWHILE = {"cancelled": cancels, "expired": expires, "claimed": is_claimed}


@pytest.mark.parametrize("happens", MEANWHILE)
async def test_an_order_that_goes_on_first_keeps_its_old_hold_or_none(shared_town: Town, happens: str) -> None:
    """It is overtaken while her bank is asked: the signal turns it back at once, without a deadline."""
    town = shared_town
    order = await asked(town, await town.member())
    await MEANWHILE[happens](town, order)
    await town.drive()
    assert await replaced(town, order) == "undone"
    await settled(town, order, happens, BEFORE)


@pytest.mark.parametrize("happens", MEANWHILE)
async def test_an_approval_on_the_heels_of_it_changes_nothing(shared_town: Town, happens: str) -> None:
    """She said yes at her bank, and before anybody looked the order went on."""
    town = shared_town
    order = await asked(town, await town.member())
    await approve(town, order)
    await MEANWHILE[happens](town, order)
    await town.hurry()
    assert await replaced(town, order) == "undone"
    await settled(town, order, happens, BEFORE)


@pytest.mark.parametrize("happens", ["cancelled", "claimed"])
async def test_without_the_signal_the_order_itself_says_no(shared_town: Town, happens: str) -> None:
    town = shared_town
    customer = await town.member()
    order = await town.open_job(customer)
    await raise_fee(town, customer, order)
    await MEANWHILE[happens](town, order)
    await town.sql("DELETE FROM saga_signal WHERE name = 'overtaken'")
    await town.drive()
    row = await town.saga(order, "replace_hold")
    assert (row.status, row.reason) == ("undone", OrderClosed.key)
    await settled(town, order, happens, BEFORE)


@pytest.mark.parametrize("happens", MEANWHILE)
async def test_an_order_that_goes_on_afterwards_goes_on_with_the_new_hold(shared_town: Town, happens: str) -> None:
    """The new hold counts, and the old one has yet to go when the next thing happens."""
    town = shared_town
    customer = await town.member()
    order = await town.open_job(customer)
    await town.fault("POST /v1/payment_intents/*/cancel", "status", status=429, times=1)
    await raise_fee(town, customer, order)
    await town.drive()
    assert (await town.order(order.id)).price.ceiling == AFTER
    assert len(await held_at_stripe(town, order)) == 2
    await MEANWHILE[happens](town, order)
    await town.no_faults()
    await town.hurry()
    assert await replaced(town, order) == "done"
    await settled(town, order, happens, AFTER)


async def settled(town: Town, order: Order, happens: str, ceiling: int) -> None:
    """Claimed: the one hold of this amount is left; else nothing is held; nobody is stuck, every promise is kept."""
    await town.hurry()
    assert await held_at_stripe(town, order) == ([ceiling] if happens == "claimed" else [])
    assert (await town.order(order.id)).price.ceiling == ceiling
    assert "stuck" not in (await town.saga_states(order.id)).values()
    assert await town.breaches() == []


async def test_of_a_raise_and_what_comes_at_the_same_instant_both_come_to_an_end(shared_town: Town) -> None:
    """Whoever has the order's lock first."""
    town = shared_town
    for number, happens in enumerate(["cancelled", "claimed", "expired"] * 4):
        customer = await town.member()
        order = await town.open_job(customer)

        async def tap(customer: Member = customer, order: Order = order) -> None:
            try:
                await raise_fee(town, customer, order)
            except CampusGError:
                return

        async def other(happens: str = happens, order: Order = order, rounds: int = number) -> None:
            for _ in range(rounds * 3):
                await asyncio.sleep(0)
            await MEANWHILE[happens](town, order)

        await asyncio.gather(tap(), other(), town.drive())
        await town.drive()
        ceiling = (await town.order(order.id)).price.ceiling
        await settled(town, order, happens, ceiling)


async def test_eight_taps_ask_for_one_hold(shared_town: Town) -> None:
    town = shared_town
    customer = await town.member()
    order = await town.open_job(customer)

    async def tap() -> bool:
        try:
            return await hold_more(town, customer, order, AFTER) is not None
        except RaiseUnderWay:
            return False

    assert sorted(await asyncio.gather(*(tap() for _ in range(8)))) == [False] * 7 + [True]
    await town.drive()
    with pytest.raises(PriceMoved):
        await hold_more(town, customer, order, AFTER)
    assert await held_at_stripe(town, order) == [AFTER]
    assert await town.breaches() == []


async def test_a_stranger_raises_nothing(shared_town: Town) -> None:
    town = shared_town
    order = await town.open_job(await town.member())
    with pytest.raises(NotAllowed):
        await hold_more(town, await town.member(), order, AFTER)
