"""The limits about cards at their shipped numbers, over all people and campuses: what is refused, and what is read."""

from collections import Counter
from functools import partial
from uuid import uuid4

import pytest

from domain.campuses.people import Member
from domain.orders.states import OrderStatus
from domain.risk.refusals import CardDaySumReached, CardOwes, TooManyCards
from tests.scenarios.customer_debt_setup import DECLINED_CARD, owed_order, pay_debt_with
from tests.scenarios.limit_setup import basket_of, join_elsewhere, place_order_of, read, state_limits
from tests.scenarios.price_increase_setup import increase_fee
from tests.stack.races import race, race_starts, refusal_of
from tests.stack.worker_stack import WorkerStack

pytestmark = pytest.mark.drill


@pytest.fixture(autouse=True)
async def shipped_limits(stack: WorkerStack) -> None:
    """Let the shipped limits count at the begin of a test."""
    await state_limits(stack)


async def holds_of(stack: WorkerStack, customer: Member) -> int:
    """How many holds the customer's orders asked for."""
    counted = "SELECT count(*) FROM hold JOIN orders ON orders.id = hold.order_id WHERE customer_id = :id"
    ((count,),) = await stack.rows(counted, id=customer.person_id)
    return int(count)


async def test_a_new_card_pays_for_little_in_a_day_whoever_orders_with_it(stack: WorkerStack) -> None:
    first, second = [await stack.add_member(card="pm_card_visa#family") for _ in range(2)]
    south = await join_elsewhere(stack, second)
    await place_order_of(stack, first, 9_000)
    for place in (stack, south):
        refused = await refusal_of(partial(place_order_of, place, second, 2_000))
        assert isinstance(refused, CardDaySumReached)
        assert read(refused).startswith("A card that is new here pays for S$120.00 in 24 hours at most. There is room")
    order = await place_order_of(stack, second, 1_600)
    assert isinstance(await refusal_of(partial(increase_fee, stack, second, order)), CardDaySumReached)
    await stack.save_test_card(second.person_id, "pm_card_visa")
    assert (await place_order_of(stack, second, 2_000)).status is OrderStatus.CREATED


async def test_of_two_accounts_that_place_with_one_new_card_at_one_instant_one_is_refused(stack: WorkerStack) -> None:
    for start in race_starts(2, 6, seed=16):
        card = f"pm_card_visa#pair-{uuid4()}"
        people = [await stack.add_member(card=card) for _ in range(2)]
        taps = [
            partial(refusal_of, partial(stack.submit_draft, each, await basket_of(stack, each, 7_000)))
            for each in people
        ]
        refusals = await race(start, *taps)
        assert Counter(map(type, refusals)) == {type(None): 1, CardDaySumReached: 1}, start


async def test_a_card_that_paid_three_days_ago_is_not_new_any_more(stack: WorkerStack, runner: Member) -> None:
    first, second = [await stack.add_member(card="pm_card_visa#flat") for _ in range(2)]
    await stack.delivered_order(runner, first)
    await stack.run_due()
    await place_order_of(stack, first, 9_000)
    assert isinstance(await refusal_of(partial(place_order_of, stack, second, 2_000)), CardDaySumReached)
    await stack.sql("UPDATE orders SET completed_at = completed_at - interval '3 days' WHERE completed_at IS NOT NULL")
    assert (await place_order_of(stack, second, 2_000)).status is OrderStatus.CREATED


async def test_a_card_on_which_somebody_owes_pays_for_nobody_until_it_is_settled(
    stack: WorkerStack, runner: Member
) -> None:
    owing, friend = [await stack.add_member(card="pm_card_visa#friends") for _ in range(2)]
    south = await join_elsewhere(stack, friend)
    order = await owed_order(stack, owing, runner=runner)
    for place in (stack, south):
        refused = await refusal_of(partial(place.place_order, friend))
        assert isinstance(refused, CardOwes)
        assert "something is still owed on it. Take another card" in read(refused)
    assert await holds_of(stack, friend) == 0
    await state_limits(stack, cards=9, declines=9)
    await pay_debt_with(stack, owing, order)
    assert (await stack.open_order(friend)).status is OrderStatus.CREATED


async def test_of_ten_good_cards_that_are_held_and_cancelled_the_fourth_is_refused(
    stack: WorkerStack, customer: Member
) -> None:
    south = await join_elsewhere(stack, customer)
    refused = []
    for number in range(10):
        place = south if number % 2 else stack
        await stack.save_test_card(customer.person_id, f"pm_card_visa#good-{number}-{customer.person_id}")
        try:
            order = await place.open_order(await place.committed_member(customer.person_id))
        except TooManyCards as refusal:
            refused.append(read(refusal))
        else:
            await place.cancel(customer, order)
            await place.run_due()
    assert len(refused) == 7
    assert await holds_of(stack, customer) == 3
    assert refused[0].startswith("You used 3 cards in 24 hours. Take one of them, or come back from ")
    await stack.save_test_card(customer.person_id, f"pm_card_visa#good-1-{customer.person_id}")
    assert (await stack.open_order(customer)).status is OrderStatus.CREATED
    await stack.save_test_card(customer.person_id, f"pm_card_visa#good-9-{customer.person_id}")
    earlier = "UPDATE orders SET placed_at = placed_at - interval '1 day' WHERE customer_id = :id"
    await stack.sql(earlier, id=customer.person_id)
    assert (await stack.open_order(customer)).status is OrderStatus.CREATED


async def test_cards_that_a_bank_declined_count_as_tried(stack: WorkerStack, customer: Member) -> None:
    for number in range(3):
        await stack.save_test_card(customer.person_id, f"{DECLINED_CARD}#bad-{number}")
        await stack.place_order(await stack.committed_member(customer.person_id))
        await stack.run_due()
    await stack.save_test_card(customer.person_id, "pm_card_visa")
    assert isinstance(await refusal_of(partial(stack.place_order, customer)), TooManyCards)
