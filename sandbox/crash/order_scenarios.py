"""Scenarios of customers: cards, holds, the bank, and orders that end before anything is bought."""

from sandbox.crash.crash_scenario import (
    CrashScenario,
    PrepareScenario,
    newest_order_of,
    payment_intent_of_order,
    send_tap,
    wait_until_saga_waits,
)
from sandbox.crash.crash_stack import CrashStack
from sandbox.crash.point_watch import SagaSubject
from sandbox.play.scene_context import SceneContext
from sandbox.play.scenes.scene_steps import APPROVAL_REQUIRED_CARD, DECLINED_CARD, GOOD_CARD, INVITATION, fill_basket
from sandbox.play.scripted_user import ScriptedUser

LINK_SENT = "SELECT 1 FROM saga WHERE person_id = $1 AND kind = 'save_card' AND waiting_until IS NOT NULL"
ORDER_OPEN = (
    "SELECT 1 FROM orders JOIN hold ON hold.order_id = orders.id"
    " WHERE customer_id = $1 AND orders.status = 'CREATED' AND hold.status = 'held'"
)
ORDER_CANCELLED = (
    "SELECT 1 FROM orders JOIN hold ON hold.order_id = orders.id"
    " WHERE customer_id = $1 AND orders.status = 'CANCELLED' AND hold.status IN ('refused', 'released')"
)
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


async def order_without_card(_crash_stack: CrashStack, scene: SceneContext) -> CrashScenario:
    """A customer without a card taps [Place order]."""
    mei = scene.mei
    await fill_basket(mei)
    place_button = await mei.find_button("place")
    return CrashScenario(
        subject=SagaSubject(saga_kind="save_card", person_id=mei.user_id),
        trigger=lambda: send_tap(mei, place_button),
        end_query=LINK_SENT,
        end_argument=mei.user_id,
    )


async def checkout_completed(crash_stack: CrashStack, scene: SceneContext) -> CrashScenario:
    """The customer fills in the Checkout page of a first order. A poll of the saga will notice."""
    mei = scene.mei
    await fill_basket(mei)
    await mei.tap("place")
    query = "SELECT data ->> 'session' AS session FROM saga WHERE person_id = $1 AND data ? 'session'"
    session = (await crash_stack.wait_for_row(query, mei.user_id, timeout=20.0))["session"]
    await wait_until_saga_waits(crash_stack, "save_card", mei.user_id)
    return CrashScenario(
        subject=SagaSubject(saga_kind="save_card", person_id=mei.user_id),
        trigger=lambda: mei.save_card(GOOD_CARD),
        end_query=ORDER_OPEN,
        end_argument=mei.user_id,
        poll_call=f"GET /v1/checkout/sessions/{session}",
    )


async def first_order(_crash_stack: CrashStack, scene: SceneContext) -> CrashScenario:
    """An order that is placed by itself once its card is saved."""
    return await _order_placed_by_card(scene, GOOD_CARD, ORDER_OPEN)


async def first_hold_declined(_crash_stack: CrashStack, scene: SceneContext) -> CrashScenario:
    """An order whose card declines the hold."""
    return await _order_placed_by_card(scene, DECLINED_CARD, ORDER_CANCELLED)


async def _order_placed_by_card(scene: SceneContext, card: str, end_query: str) -> CrashScenario:
    mei = scene.mei
    await fill_basket(mei)
    await mei.tap("place")
    return CrashScenario(
        subject=SagaSubject(saga_kind="create_order", person_id=mei.user_id),
        trigger=lambda: mei.save_card(card),
        end_query=end_query,
        end_argument=mei.user_id,
    )


async def bank_approval_pending(crash_stack: CrashStack, scene: SceneContext) -> CrashScenario:
    """The customer approves at the bank while the order waits for it."""
    mei = scene.mei
    await fill_basket(mei)
    await mei.tap("place")
    await mei.save_card(APPROVAL_REQUIRED_CARD)
    order = await newest_order_of(crash_stack, mei, "PENDING")
    intent = await payment_intent_of_order(crash_stack, order)
    await wait_until_saga_waits(crash_stack, "create_order", mei.user_id)
    return CrashScenario(
        subject=SagaSubject(saga_kind="create_order", person_id=mei.user_id, order_id=order),
        trigger=mei.approve_at_bank,
        end_query=ORDER_OPEN,
        end_argument=mei.user_id,
        poll_call=f"GET /v1/payment_intents/{intent}",
    )


async def order_with_saved_card(crash_stack: CrashStack, scene: SceneContext) -> CrashScenario:
    """A customer with a saved card taps [Place order]."""
    mei = scene.mei
    await save_first_card(crash_stack, mei)
    await fill_basket(mei)
    place_button = await mei.find_button("place")
    return CrashScenario(
        subject=SagaSubject(saga_kind="create_order", person_id=mei.user_id),
        trigger=lambda: send_tap(mei, place_button),
        end_query=ORDER_OPEN,
        end_argument=mei.user_id,
    )


async def card_removed(crash_stack: CrashStack, scene: SceneContext) -> CrashScenario:
    """The customer taps [Yes, remove it]."""
    mei = scene.mei
    await save_first_card(crash_stack, mei)
    await mei.type_text("/me")
    await mei.tap("remove_card")
    confirm_button = await mei.find_button("remove_card_sure")
    return CrashScenario(
        subject=SagaSubject(saga_kind="remove_card", person_id=mei.user_id),
        trigger=lambda: send_tap(mei, confirm_button),
        end_query=CARD_REMOVED,
        end_argument=mei.user_id,
    )


async def card_replaced(crash_stack: CrashStack, scene: SceneContext) -> CrashScenario:
    """A second card replaces the first one."""
    mei = scene.mei
    await save_first_card(crash_stack, mei)
    await mei.type_text("/me")
    await mei.tap("add_card")
    await wait_until_saga_waits(crash_stack, "save_card", mei.user_id)
    return CrashScenario(
        subject=SagaSubject(saga_kind="detach_replaced_card", person_id=mei.user_id),
        trigger=lambda: mei.save_card(GOOD_CARD),
        end_query=FORMER_CARD_REMOVED,
        end_argument=mei.user_id,
    )


async def order_cancelled(crash_stack: CrashStack, scene: SceneContext) -> CrashScenario:
    """The customer taps [Yes, cancel] while the order is open."""
    mei = scene.mei
    order = await place_open_order(crash_stack, mei)
    await mei.tap("cancel", subject_id=order)
    confirm_button = await mei.find_button("cancel_sure", subject_id=order)
    return CrashScenario(
        subject=SagaSubject(saga_kind="cancel_order", person_id=mei.user_id, order_id=order),
        trigger=lambda: send_tap(mei, confirm_button),
        end_query=ORDER_ENDED,
        end_argument=order,
    )


async def order_expired(crash_stack: CrashStack, scene: SceneContext) -> CrashScenario:
    """An order that no runner claims in time."""
    order = await place_open_order(crash_stack, scene.mei)
    return CrashScenario(
        subject=SagaSubject(saga_kind="expire_order", person_id=scene.mei.user_id, order_id=order),
        trigger=lambda: crash_stack.query(
            "UPDATE timer SET due_at = now() WHERE order_id = $1 AND kind = 'expire'", order
        ),
        end_query=ORDER_ENDED,
        end_argument=order,
    )


async def place_open_order(crash_stack: CrashStack, mei: ScriptedUser, card: str | None = GOOD_CARD) -> int:
    """Place an order until it is open, with a new card or (None) with the saved one. Return its number."""
    await fill_basket(mei)
    await mei.tap("place")
    if card is not None:
        await mei.save_card(card)
    return await newest_order_of(crash_stack, mei, "CREATED")


async def save_first_card(crash_stack: CrashStack, mei: ScriptedUser) -> None:
    """Save a card without an order that waits for it."""
    await mei.type_text(f"/start {INVITATION}")
    await mei.type_text("/me")
    await mei.tap("add_card")
    await mei.save_card(GOOD_CARD)
    await crash_stack.wait_for_row("SELECT 1 FROM saved_card WHERE person_id = $1", mei.user_id, timeout=20.0)


ORDER_SCENARIOS: dict[str, PrepareScenario] = {
    prepare.__name__: prepare
    for prepare in (
        order_without_card,
        checkout_completed,
        first_order,
        first_hold_declined,
        bank_approval_pending,
        order_with_saved_card,
        card_removed,
        card_replaced,
        order_cancelled,
        order_expired,
    )
}
