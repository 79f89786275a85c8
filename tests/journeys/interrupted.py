"""One order, card or account for each saga, brought to just before the saga's call, and the call that then hangs."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from sandbox.play.scenes.parts import comes_in, fills_basket, orders_laksa, sets_up_payout
from sandbox.play.stage import Stage
from tests.journeys.town import Town

HANG = 60.0  # seconds; longer than any of this lasts
START_WITHIN = 15.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Interruption:
    """A saga that waits for an answer which will never come, and what sets it off."""

    call: str  # verb and path of the call that hangs
    saga: str  # a query for the saga's id and position, $1 being the subject
    subject: int
    set_off: Callable[[], Awaitable[object]]


Prepare = Callable[[Town, Stage], Awaitable[Interruption]]

CALLING = "SELECT saga.id, position, call ->> 'name' AS name FROM saga"
OF_ORDER = f"{CALLING} WHERE kind = '{{}}' AND order_id = $1 AND call ->> 'name' IS NOT NULL"
OF_PERSON = f"{CALLING} WHERE kind = '{{}}' AND person_id = $1 AND call ->> 'name' IS NOT NULL"


async def save_card(_town: Town, stage: Stage) -> Interruption:
    """The Checkout page of a first order."""
    mei = stage.mei
    await fills_basket(mei)
    return Interruption(
        call="POST /v1/checkout/sessions",
        saga=OF_PERSON.format("save_card"),
        subject=mei.number,
        set_off=lambda: mei.taps("place"),
    )


async def create_order(_town: Town, stage: Stage) -> Interruption:
    """The hold, of somebody whose card is known."""
    mei = stage.mei
    first = await orders_laksa(mei)
    await mei.taps("cancel", about=first)
    await mei.taps("cancel_sure", about=first)
    await mei.reads(f"#{first}: cancelled", "Released")
    await mei.taps("try_again", about=first)
    offer = await mei.spots("place")
    return Interruption(
        call="POST /v1/payment_intents",
        saga=f"{CALLING} JOIN orders ON orders.id = order_id"
        " WHERE kind = 'create_order' AND customer_id = $1 AND call ->> 'name' IS NOT NULL",
        subject=mei.number,
        set_off=lambda: mei.taps_on(offer),
    )


async def accept_order(town: Town, stage: Stage) -> Interruption:
    """The look at the hold after a claim."""
    await comes_in(stage.ana)
    order = await orders_laksa(stage.mei)
    return Interruption(
        call=f"GET /v1/payment_intents/{await intent_of(town, order)}",
        saga=OF_ORDER.format("accept_order"),
        subject=order,
        set_off=lambda: stage.ana.taps("claim", about=order),
    )


async def cancel_order(town: Town, stage: Stage) -> Interruption:
    """The release of the hold after a cancel."""
    order = await orders_laksa(stage.mei)
    await stage.mei.taps("cancel", about=order)
    return Interruption(
        call=f"POST /v1/payment_intents/{await intent_of(town, order)}/cancel",
        saga=OF_ORDER.format("cancel_order"),
        subject=order,
        set_off=lambda: stage.mei.taps("cancel_sure", about=order),
    )


async def expire_order(town: Town, stage: Stage) -> Interruption:
    """The release of the hold after nobody came."""
    order = await orders_laksa(stage.mei)
    return Interruption(
        call=f"POST /v1/payment_intents/{await intent_of(town, order)}/cancel",
        saga=OF_ORDER.format("expire_order"),
        subject=order,
        set_off=lambda: town.ask("UPDATE timer SET due_at = now() WHERE order_id = $1 AND kind = 'expire'", order),
    )


async def complete_order(town: Town, stage: Stage) -> Interruption:
    """The capture after the PIN."""
    order, pin = await brought(stage)
    return Interruption(
        call=f"POST /v1/payment_intents/{await intent_of(town, order)}/capture",
        saga=OF_ORDER.format("complete_order"),
        subject=order,
        set_off=lambda: stage.ana.types(pin),
    )


async def pay_out_runner(_town: Town, stage: Stage) -> Interruption:
    """The transfer after the capture."""
    await sets_up_payout(stage.ana)
    order, pin = await brought(stage)
    return Interruption(
        call="POST /v1/transfers",
        saga=OF_ORDER.format("pay_out_runner"),
        subject=order,
        set_off=lambda: stage.ana.types(pin),
    )


async def onboard_runner(_town: Town, stage: Stage) -> Interruption:
    """The account of a runner who sets up her pay-out."""
    ben = stage.ben
    await comes_in(ben)
    await ben.taps("deliver_food")
    return Interruption(
        call="POST /v1/accounts",
        saga=OF_PERSON.format("onboard_runner"),
        subject=ben.number,
        set_off=lambda: ben.taps("set_up_payout"),
    )


async def brought(stage: Stage) -> tuple[int, str]:
    """An order at the door: its number and its PIN."""
    mei, ana = stage.mei, stage.ana
    await comes_in(ana)
    order = await orders_laksa(mei)
    for action in ("claim", "bought", "bought_estimate", "picked_up", "here"):
        await ana.taps(action, about=order)
    return order, await mei.reads_pin(order)


async def intent_of(town: Town, order: int) -> str:
    """Stripe's name of the hold of an order."""
    return str((await town.ask("SELECT payment_intent FROM hold WHERE order_id = $1", order))[0]["payment_intent"])


PREPARATIONS: dict[str, Prepare] = {
    "save_card": save_card,
    "create_order": create_order,
    "accept_order": accept_order,
    "cancel_order": cancel_order,
    "expire_order": expire_order,
    "complete_order": complete_order,
    "pay_out_runner": pay_out_runner,
    "onboard_runner": onboard_runner,
}
