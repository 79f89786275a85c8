"""Tests of how much people have to do: taps, typed lines, and how many notifications make a sound."""

from collections import Counter
from dataclasses import dataclass

import pytest

from domain.messaging.notification.sound import MAX_AUDIBLE_NOTIFICATIONS
from sandbox.people.customer import GOOD_CARD, ORDER_OPEN_TEXT
from sandbox.people.observed_messages import ObservedMessage
from sandbox.people.populated_stack import PopulatedStack
from tests.journeys.running_scenes import running_scene

FIRST_ORDER_TAPS = 7
FIRST_ORDER_LINES = 1
USUAL_TAPS = 2
DELIVERY_TAPS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class TapCounts:
    """What the people of the counted orders did, and the new messages the customer received after [Place order]."""

    first_order: Counter[str]
    usual: Counter[str]
    claim: Counter[str]
    delivery: Counter[str]  # the claim included
    received: list[ObservedMessage]
    tap_answers: int


@pytest.fixture(scope="module")
async def tap_counts(stack: PopulatedStack) -> TapCounts:
    """A first order with a saved card and a known store, delivered and paid; then the usual order again."""
    async with running_scene(stack, "south") as context:
        mei, ana = context.mei, context.ana
        await ana.set_up_payout_account()
        await mei.start_bot()
        await mei.tap("me")
        await mei.tap("add_card")
        await mei.save_card(GOOD_CARD)
        await mei.wait_for_message("Your card is saved")
        mei.actions.clear()
        await mei.fill_basket()
        before = context.observer.last_event
        await mei.tap("place")
        first_order = mei.actions.copy()
        order = await mei.wait_for_order_number(ORDER_OPEN_TEXT)
        ana.actions.clear()
        toast = await ana.tap("claim", subject_id=order)
        claim = ana.actions.copy()
        await ana.bring_order(mei, order)
        await ana.wait_until_paid(order)
        received = [one for one in mei.seen_messages() if one.created_event > before]
        await mei.type_text("/start")
        mei.actions.clear()
        await mei.tap("usual")
        await mei.tap("place")
        usual = mei.actions.copy()
        await mei.cancel_order(await mei.wait_for_order_number(ORDER_OPEN_TEXT))
        return TapCounts(
            first_order=first_order,
            usual=usual,
            claim=claim,
            delivery=ana.actions.copy(),
            received=received,
            tap_answers=1 if toast.text else 0,
        )


async def test_a_first_order_is_seven_taps_and_one_line(tap_counts: TapCounts) -> None:
    print(f"first order: {tap_counts.first_order}")
    assert tap_counts.first_order["taps"] <= FIRST_ORDER_TAPS
    assert tap_counts.first_order["lines typed"] <= FIRST_ORDER_LINES


async def test_the_usual_order_again_is_two_taps(tap_counts: TapCounts) -> None:
    print(f"the usual: {tap_counts.usual}")
    assert tap_counts.usual == {"taps": USUAL_TAPS}


async def test_a_claim_is_one_tap_and_a_delivery_six_taps_and_a_pin(tap_counts: TapCounts) -> None:
    print(f"claim: {tap_counts.claim}; delivery: {tap_counts.delivery}")
    assert tap_counts.claim["taps"] == tap_counts.tap_answers == 1
    assert tap_counts.delivery["taps"] <= DELIVERY_TAPS
    assert (tap_counts.delivery["lines typed"], tap_counts.delivery["photos sent"]) == (1, 0)


async def test_a_customer_gets_one_order_message_and_at_most_four_notifications(tap_counts: TapCounts) -> None:
    silent = sum(message.silent for message in tap_counts.received)
    loud = len(tap_counts.received) - silent
    print(f"from [Place order] to the end: {loud} with a sound, {silent} without")
    assert silent == 2, "the order message, and that the food is bought"
    assert 0 < loud <= MAX_AUDIBLE_NOTIFICATIONS
