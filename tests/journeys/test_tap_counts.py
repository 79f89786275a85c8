"""Tests of how much people have to do: taps, typed lines, and how many notifications make a sound."""

from dataclasses import dataclass

import pytest

from domain.messaging.notification_sound import MAX_AUDIBLE_NOTIFICATIONS
from sandbox.play.activity_count import ActivityCount, ReceivedCount, count_received
from sandbox.play.scene_context import SceneContext
from sandbox.play.scenes.scene_steps import (
    DELIVERED_AND_PAID_TEXT,
    GOOD_CARD,
    INVITATION,
    ORDER_OPEN_TEXT,
    fill_basket,
    set_up_payout_account,
)
from sandbox.play.scripted_user import ScriptedUser
from tests.journeys.journey_stack import JourneyStack

FIRST_ORDER_TAPS = 7
FIRST_ORDER_LINES = 1
USUAL_TAPS = 2
DELIVERY_TAPS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class TapCounts:
    """What the people of the counted orders did, and what the customer received after [Place order]."""

    first_order: ActivityCount
    usual: ActivityCount
    claim: ActivityCount
    delivery: ActivityCount
    received: ReceivedCount
    tap_answers: int


@pytest.fixture(scope="module")
async def tap_counts(stack: JourneyStack) -> TapCounts:
    """A first order with a saved card and a known store, delivered and paid; then the usual order again."""
    async with stack.running_scene("south") as context:
        return await play_counted_orders(context)


async def play_counted_orders(context: SceneContext) -> TapCounts:
    mei, ana = context.mei, context.ana
    await set_up_payout_account(ana)
    await save_card(mei)
    mei.tally.reset()
    await fill_basket(mei)
    before = context.observer.last_event
    await mei.tap("place")
    first_order = snapshot(mei.tally)
    order = await mei.wait_for_order_number(ORDER_OPEN_TEXT)
    ana.tally.reset()
    toast = await ana.tap("claim", subject_id=order)
    claim = snapshot(ana.tally)
    await deliver_order(ana, mei, order)
    delivery = ActivityCount(
        taps=claim.taps + ana.tally.taps, typed_lines=ana.tally.typed_lines, photos=ana.tally.photos
    )
    received = count_received(context.observer.messages_in(mei.chats), after=before)
    mei.tally.reset()
    usual = await order_the_usual(mei)
    return TapCounts(
        first_order=first_order,
        usual=usual,
        claim=claim,
        delivery=delivery,
        received=received,
        tap_answers=1 if toast.text else 0,
    )


async def save_card(mei: ScriptedUser) -> None:
    """Save a card long before the first order."""
    await mei.type_text(f"/start {INVITATION}")
    await mei.tap("me")
    await mei.tap("add_card")
    await mei.save_card(GOOD_CARD)
    await mei.wait_for_message("Your card is saved")


async def deliver_order(ana: ScriptedUser, mei: ScriptedUser, order: int) -> None:
    ana.tally.reset()
    await ana.tap("bought", subject_id=order)
    await ana.tap("bought_estimate", subject_id=order)
    await ana.tap("picked_up", subject_id=order)
    await ana.tap("here", subject_id=order)
    await ana.type_text(await mei.wait_for_pin(order))
    await mei.wait_for_message(f"#{order}", DELIVERED_AND_PAID_TEXT)
    await ana.wait_for_message(f"#{order}: delivered", "was sent")


async def order_the_usual(mei: ScriptedUser) -> ActivityCount:
    await mei.type_text("/start")
    mei.tally.reset()
    await mei.tap("usual")
    await mei.tap("place")
    done = snapshot(mei.tally)
    order = await mei.wait_for_order_number(ORDER_OPEN_TEXT)
    await mei.tap("cancel", subject_id=order)
    await mei.tap("cancel_sure", subject_id=order)
    await mei.wait_for_message(f"#{order}: cancelled", "Released")
    return done


def snapshot(tally: ActivityCount) -> ActivityCount:
    """Copy the counts, because the original is reset."""
    return ActivityCount(taps=tally.taps, typed_lines=tally.typed_lines, photos=tally.photos)


async def test_a_first_order_is_seven_taps_and_one_line(tap_counts: TapCounts) -> None:
    print(f"first order: {tap_counts.first_order}")
    assert tap_counts.first_order.taps <= FIRST_ORDER_TAPS
    assert tap_counts.first_order.typed_lines <= FIRST_ORDER_LINES


async def test_the_usual_order_again_is_two_taps(tap_counts: TapCounts) -> None:
    print(f"the usual: {tap_counts.usual}")
    assert (tap_counts.usual.taps, tap_counts.usual.typed_lines) == (USUAL_TAPS, 0)


async def test_a_claim_is_one_tap_and_a_delivery_six_taps_and_a_pin(tap_counts: TapCounts) -> None:
    print(f"claim: {tap_counts.claim}; delivery: {tap_counts.delivery}")
    assert tap_counts.claim.taps == tap_counts.tap_answers == 1
    assert tap_counts.delivery.taps <= DELIVERY_TAPS
    assert (tap_counts.delivery.typed_lines, tap_counts.delivery.photos) == (1, 0)


async def test_a_customer_gets_one_order_message_and_at_most_four_notifications(tap_counts: TapCounts) -> None:
    print(f"from [Place order] to the end: {tap_counts.received}")
    assert tap_counts.received.silent == 1, "the order message"
    assert 0 < tap_counts.received.loud <= MAX_AUDIBLE_NOTIFICATIONS
