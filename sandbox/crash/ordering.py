"""Errands of those who order: cards, holds, the bank, orders that end before anybody buys."""

from sandbox.crash.errand import Errand, Prepare, at_rest, intent_of, order_of, presses
from sandbox.crash.ground import Ground
from sandbox.crash.watch import Subject
from sandbox.play.player import Player
from sandbox.play.scenes.parts import ASKS_THE_BANK, DECLINED_LATER, GOOD_CARD, INVITATION, fills_basket
from sandbox.play.stage import Stage

LINK_SENT = "SELECT 1 FROM saga WHERE person_id = $1 AND kind = 'save_card' AND waiting_until IS NOT NULL"
LOOKED_FOR = (
    "SELECT 1 FROM orders JOIN hold ON hold.order_id = orders.id"
    " WHERE customer_id = $1 AND orders.status = 'CREATED' AND hold.status = 'held'"
)
NO_ORDER_LEFT = (
    "SELECT 1 FROM orders JOIN hold ON hold.order_id = orders.id"
    " WHERE customer_id = $1 AND orders.status = 'CANCELLED' AND hold.status IN ('refused', 'released')"
)
ENDED = (
    "SELECT 1 FROM orders JOIN hold ON hold.order_id = orders.id WHERE orders.id = $1"
    " AND orders.status IN ('CANCELLED', 'EXPIRED') AND hold.status = 'released'"
)
CARD_GONE = (
    "SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM saved_card WHERE person_id = $1)"
    " AND EXISTS (SELECT 1 FROM saga WHERE person_id = $1 AND kind = 'remove_card' AND status = 'done')"
)
FORMER_CARD_GONE = (
    "SELECT 1 FROM saga JOIN saved_card ON saved_card.person_id = saga.person_id WHERE saga.person_id = $1"
    " AND kind = 'let_card_go' AND status = 'done' AND data ->> 'payment_method' <> saved_card.payment_method"
)


async def first_card(_ground: Ground, stage: Stage) -> Errand:
    """[Place order] of somebody without a card."""
    mei = stage.mei
    await fills_basket(mei)
    place = await mei.spots("place")
    return Errand(
        subject=Subject(saga="save_card", person=mei.number),
        set_off=lambda: presses(mei, place),
        ends=LINK_SENT,
        about=mei.number,
    )


async def card_typed(ground: Ground, stage: Stage) -> Errand:
    """The Checkout page of a first order, filled in: a look will notice."""
    mei = stage.mei
    await fills_basket(mei)
    await mei.taps("place")
    query = "SELECT data ->> 'session' AS session FROM saga WHERE person_id = $1 AND data ? 'session'"
    session = (await ground.until(query, mei.number, within=20.0))["session"]
    await at_rest(ground, "save_card", mei.number)
    return Errand(
        subject=Subject(saga="save_card", person=mei.number),
        set_off=lambda: mei.saves_card(GOOD_CARD),
        ends=LOOKED_FOR,
        about=mei.number,
        look=f"GET /v1/checkout/sessions/{session}",
    )


async def first_order(_ground: Ground, stage: Stage) -> Errand:
    """An order that places itself once its card is saved."""
    return await _placed_by_card(stage, GOOD_CARD, LOOKED_FOR)


async def declined(_ground: Ground, stage: Stage) -> Errand:
    """An order whose card is refused when the money is to be held."""
    return await _placed_by_card(stage, DECLINED_LATER, NO_ORDER_LEFT)


async def _placed_by_card(stage: Stage, card: str, ends: str) -> Errand:
    mei = stage.mei
    await fills_basket(mei)
    await mei.taps("place")
    return Errand(
        subject=Subject(saga="create_order", person=mei.number),
        set_off=lambda: mei.saves_card(card),
        ends=ends,
        about=mei.number,
    )


async def bank_asked(ground: Ground, stage: Stage) -> Errand:
    """An order that waits for a yes at the bank."""
    mei = stage.mei
    await fills_basket(mei)
    await mei.taps("place")
    await mei.saves_card(ASKS_THE_BANK)
    order = await order_of(ground, mei, "PENDING")
    intent = await intent_of(ground, order)
    await at_rest(ground, "create_order", mei.number)
    return Errand(
        subject=Subject(saga="create_order", person=mei.number, order=order),
        set_off=mei.approves_at_bank,
        ends=LOOKED_FOR,
        about=mei.number,
        look=f"GET /v1/payment_intents/{intent}",
    )


async def known_card(ground: Ground, stage: Stage) -> Errand:
    """[Place order] of somebody whose card is known."""
    mei = stage.mei
    await has_card(ground, mei)
    await fills_basket(mei)
    place = await mei.spots("place")
    return Errand(
        subject=Subject(saga="create_order", person=mei.number),
        set_off=lambda: presses(mei, place),
        ends=LOOKED_FOR,
        about=mei.number,
    )


async def card_given_up(ground: Ground, stage: Stage) -> Errand:
    """[Yes, remove it]."""
    mei = stage.mei
    await has_card(ground, mei)
    await mei.types("/me")
    await mei.taps("remove_card")
    sure = await mei.spots("remove_card_sure")
    return Errand(
        subject=Subject(saga="remove_card", person=mei.number),
        set_off=lambda: presses(mei, sure),
        ends=CARD_GONE,
        about=mei.number,
    )


async def card_replaced(ground: Ground, stage: Stage) -> Errand:
    """A second card that takes the first one's place."""
    mei = stage.mei
    await has_card(ground, mei)
    await mei.types("/me")
    await mei.taps("add_card")
    await at_rest(ground, "save_card", mei.number)
    return Errand(
        subject=Subject(saga="let_card_go", person=mei.number),
        set_off=lambda: mei.saves_card(GOOD_CARD),
        ends=FORMER_CARD_GONE,
        about=mei.number,
    )


async def cancelled(ground: Ground, stage: Stage) -> Errand:
    """[Yes, cancel] while runners are looked for."""
    mei = stage.mei
    order = await looked_for(ground, mei)
    await mei.taps("cancel", about=order)
    sure = await mei.spots("cancel_sure", about=order)
    return Errand(
        subject=Subject(saga="cancel_order", person=mei.number, order=order),
        set_off=lambda: presses(mei, sure),
        ends=ENDED,
        about=order,
    )


async def expired(ground: Ground, stage: Stage) -> Errand:
    """A job nobody takes in time."""
    order = await looked_for(ground, stage.mei)
    return Errand(
        subject=Subject(saga="expire_order", person=stage.mei.number, order=order),
        set_off=lambda: ground.ask("UPDATE timer SET due_at = now() WHERE order_id = $1 AND kind = 'expire'", order),
        ends=ENDED,
        about=order,
    )


async def looked_for(ground: Ground, mei: Player, card: str | None = GOOD_CARD) -> int:
    """An order runners can take, with a new card or (None) with the one that is known; returns its number."""
    await fills_basket(mei)
    await mei.taps("place")
    if card is not None:
        await mei.saves_card(card)
    return await order_of(ground, mei, "CREATED")


async def has_card(ground: Ground, mei: Player) -> None:
    """A card saved without an order waiting for it."""
    await mei.types(f"/start {INVITATION}")
    await mei.types("/me")
    await mei.taps("add_card")
    await mei.saves_card(GOOD_CARD)
    await ground.until("SELECT 1 FROM saved_card WHERE person_id = $1", mei.number, within=20.0)


ORDERING: dict[str, Prepare] = {
    prepare.__name__: prepare
    for prepare in (
        first_card,
        card_typed,
        first_order,
        declined,
        bank_asked,
        known_card,
        card_given_up,
        card_replaced,
        cancelled,
        expired,
    )
}
