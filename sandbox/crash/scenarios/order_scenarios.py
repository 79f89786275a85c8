"""Scenarios of customers: cards, holds, the bank, higher fees, and orders that end before anything is bought."""

from sandbox.crash.scenarios.crash_scenario import (
    CrashScenario,
    newest_order_of,
    payment_intent_of_order,
    replace_card,
    saga_of,
    stored_id,
    tapped,
    wait_until_saga_waits,
)
from sandbox.people.customer import APPROVAL_REQUIRED_CARD, DECLINED_CARD, GOOD_CARD
from sandbox.people.observed_messages import SeenButton
from sandbox.people.populated_stack import SceneContext

LINK_SENT = "SELECT 1 FROM saga WHERE person_id = $1 AND kind = 'save_card' AND waiting_until IS NOT NULL"
CHECKOUT_SESSION = "SELECT data ->> 'session' FROM saga WHERE person_id = $1 AND data ? 'session'"
ORDER_OPEN = (
    "SELECT 1 FROM orders JOIN hold ON hold.order_id = orders.id"
    " WHERE customer_id = $1 AND orders.status = 'CREATED' AND hold.status = 'held'"
)
ORDER_CANCELLED = (
    "SELECT 1 FROM orders JOIN hold ON hold.order_id = orders.id"
    " WHERE customer_id = $1 AND orders.status = 'CANCELLED' AND hold.status IN ('refused', 'released')"
)
SETUP_CHECKED = "SELECT 1 FROM notification WHERE chat_id = $1 AND key = 'notification-check'"
ORDER_ENDED = (
    "SELECT 1 FROM orders JOIN hold ON hold.order_id = orders.id WHERE orders.id = $1"
    " AND orders.status IN ('CANCELLED', 'EXPIRED') AND hold.status = 'released'"
)
CARD_REMOVED = (
    "SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM saved_card WHERE person_id = $1)"
    " AND EXISTS (SELECT 1 FROM saga WHERE person_id = $1 AND kind = 'remove_card' AND status = 'done')"
)
FORMER_CARD_REMOVED = (
    "SELECT 1 FROM saga JOIN saved_card ON saved_card.person_id = saga.person_id WHERE saga.person_id = $1"
    " AND kind = 'detach_replaced_card' AND status = 'done' AND data ->> 'payment_method' <> saved_card.payment_method"
)
HELD_FOR_PRICE = (  # the saga ended in this status, and one hold of the order's ceiling is left
    "SELECT 1 FROM saga WHERE order_id = $1 AND kind = 'replace_hold' AND status = '{}' AND"
    " (SELECT count(*) FROM hold WHERE order_id = $1 AND status IN ('requested', 'approval', 'held')) = 1 AND"
    " EXISTS (SELECT 1 FROM hold WHERE order_id = $1 AND status = 'held' AND part = 'current'"
    " AND amount = (SELECT ceiling FROM orders WHERE id = $1))"
)


async def order_without_card(scene: SceneContext) -> CrashScenario:
    """A customer without a card taps [Place order]."""
    mei = scene.mei
    await mei.fill_basket()
    return tapped(mei, "save_card", await mei.find_button("place"), LINK_SENT)


async def checkout_completed(scene: SceneContext) -> CrashScenario:
    """The customer fills in the Checkout page of a first order. A poll of the saga will notice."""
    mei = scene.mei
    await mei.fill_basket()
    await mei.tap("place")
    session = await stored_id(scene, CHECKOUT_SESSION, mei.user_id)
    await wait_until_saga_waits(scene, mei, "save_card")
    return CrashScenario(
        subject=saga_of(mei, "save_card"),
        trigger=lambda: mei.save_card(GOOD_CARD),
        end_query=ORDER_OPEN,
        poll_call=f"GET /v1/checkout/sessions/{session}",
    )


async def first_order(scene: SceneContext) -> CrashScenario:
    """An order that is placed by itself once its card is saved."""
    return await _order_placed_by_card(scene, GOOD_CARD, ORDER_OPEN)


async def first_hold_declined(scene: SceneContext) -> CrashScenario:
    """An order whose card declines the hold."""
    return await _order_placed_by_card(scene, DECLINED_CARD, ORDER_CANCELLED)


async def _order_placed_by_card(scene: SceneContext, card: str, end_query: str) -> CrashScenario:
    mei = scene.mei
    await mei.fill_basket()
    await mei.tap("place")
    return CrashScenario(subject=saga_of(mei, "create_order"), trigger=lambda: mei.save_card(card), end_query=end_query)


async def bank_approval_pending(scene: SceneContext) -> CrashScenario:
    """The customer approves at the bank while the order waits for it."""
    mei = scene.mei
    await mei.place_order(APPROVAL_REQUIRED_CARD)
    intent = await payment_intent_of_order(scene, await newest_order_of(scene, "PENDING"))
    await wait_until_saga_waits(scene, mei, "create_order")
    return CrashScenario(
        subject=saga_of(mei, "create_order"),
        trigger=mei.approve_at_bank,
        end_query=ORDER_OPEN,
        poll_call=f"GET /v1/payment_intents/{intent}",
    )


async def order_with_saved_card(scene: SceneContext) -> CrashScenario:
    """A customer with a saved card taps [Place order]."""
    mei = scene.mei
    await save_first_card(scene)
    await mei.fill_basket()
    return tapped(mei, "create_order", await mei.find_button("place"), ORDER_OPEN)


async def card_removed(scene: SceneContext) -> CrashScenario:
    """The customer taps [Yes, remove it]."""
    mei = scene.mei
    await save_first_card(scene)
    await mei.type_text("/me")
    await mei.tap("remove_card")
    return tapped(mei, "remove_card", await mei.find_button("remove_card_sure"), CARD_REMOVED)


async def card_replaced(scene: SceneContext) -> CrashScenario:
    """A second card replaces the first one."""
    mei = scene.mei
    await save_first_card(scene)
    await mei.type_text("/me")
    await mei.tap("add_card")
    await wait_until_saga_waits(scene, mei, "save_card")
    return CrashScenario(
        subject=saga_of(mei, "detach_replaced_card"),
        trigger=lambda: mei.save_card(GOOD_CARD),
        end_query=FORMER_CARD_REMOVED,
    )


async def order_cancelled(scene: SceneContext) -> CrashScenario:
    """The customer taps [Yes, cancel] while the order is open."""
    mei, order = scene.mei, await place_open_order(scene)
    await mei.tap("cancel", subject_id=order)
    return tapped(mei, "cancel_order", await mei.find_button("cancel_sure", subject_id=order), ORDER_ENDED, order=order)


async def order_expired(scene: SceneContext) -> CrashScenario:
    """An order that no runner claims in time."""
    order = await place_open_order(scene)
    return CrashScenario(
        subject=saga_of(scene.mei, "expire_order", order),
        trigger=lambda: scene.populated_stack.fire_timer(order, "expire"),
        end_query=ORDER_ENDED,
    )


async def price_increased(scene: SceneContext) -> CrashScenario:
    """The customer confirms [Hold S$...] with a good card."""
    return await _confirm_increase(scene, await place_open_order(scene), "done")


async def price_increase_declined(scene: SceneContext) -> CrashScenario:
    """The same with a card that now declines."""
    order = await place_open_order(scene)
    await replace_card(scene, DECLINED_CARD)
    return await _confirm_increase(scene, order, "compensated")


async def _confirm_increase(scene: SceneContext, order: int, end_status: str) -> CrashScenario:
    confirm_button = await _find_confirm_button(scene, order)
    return tapped(scene.mei, "replace_hold", confirm_button, HELD_FOR_PRICE.format(end_status), order=order)


async def _find_confirm_button(scene: SceneContext, order: int) -> SeenButton:
    """Let the nudge come now, tap its [Raise fee], and return the button that confirms the increase."""
    await scene.populated_stack.fire_timer(order, "nudge")
    await scene.mei.tap("raise", subject_id=order)
    return await scene.mei.find_button("raise_sure", subject_id=order)


async def price_increase_approved(scene: SceneContext) -> CrashScenario:
    """The customer approves a higher fee at the bank. A poll of the saga will notice."""
    mei, order = scene.mei, await place_open_order(scene)
    await replace_card(scene, APPROVAL_REQUIRED_CARD)
    await mei.tap_button(await _find_confirm_button(scene, order))
    intent = await payment_intent_of_order(scene, order, "approval")
    await wait_until_saga_waits(scene, mei, "replace_hold")
    return CrashScenario(
        subject=saga_of(mei, "replace_hold", order),
        trigger=mei.approve_at_bank,
        end_query=HELD_FOR_PRICE.format("done"),
        poll_call=f"GET /v1/payment_intents/{intent}",
    )


async def place_open_order(scene: SceneContext, card: str | None = GOOD_CARD) -> int:
    """Place an order until it is open, with a new card or (None) with the saved one. Return its number."""
    if card is None:
        await scene.mei.fill_basket()
        await scene.mei.tap("place")
    else:
        await scene.mei.place_order(card)
    return await newest_order_of(scene, "CREATED")


async def save_first_card(scene: SceneContext) -> None:
    """Save a card without an order that waits for it."""
    await scene.mei.start_bot()
    await scene.mei.add_card(GOOD_CARD)
    await stored_id(scene, "SELECT 1 FROM saved_card WHERE person_id = $1", scene.mei.user_id)


async def setup_checked(scene: SceneContext) -> CrashScenario:
    """An admin asks whether all that the campus needs works."""
    await scene.sam.start_bot()
    return CrashScenario(
        subject=saga_of(scene.sam, "check_setup"),
        trigger=lambda: scene.sam.type_text("/check"),
        end_query=SETUP_CHECKED,
        poll_call="GET /v1/webhook_endpoints",
    )
