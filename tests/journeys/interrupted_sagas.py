"""Brings one order, card or account for each saga to the moment before the saga's call, which then hangs."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from sandbox.play.scene_context import SceneContext
from sandbox.play.scenes.scene_steps import fill_basket, order_laksa, set_up_payout_account, start_bot
from tests.journeys.journey_stack import JourneyStack

HANG_SECONDS = 60.0  # longer than any test lasts
START_TIMEOUT_SECONDS = 15.0


@dataclass(frozen=True, slots=True, kw_only=True)
class InterruptedSaga:
    """A saga whose call will never be answered, and what starts it."""

    call: str  # verb and path of the call that hangs
    saga: str  # a query for the saga's id and position; $1 is the subject
    subject: int
    trigger: Callable[[], Awaitable[object]]


PrepareSaga = Callable[[JourneyStack, SceneContext], Awaitable[InterruptedSaga]]

SAGA_IN_CALL_SQL = "SELECT saga.id, position, call ->> 'name' AS name FROM saga"
ORDER_SAGA_SQL = f"{SAGA_IN_CALL_SQL} WHERE kind = '{{}}' AND order_id = $1 AND call ->> 'name' IS NOT NULL"
PERSON_SAGA_SQL = f"{SAGA_IN_CALL_SQL} WHERE kind = '{{}}' AND person_id = $1 AND call ->> 'name' IS NOT NULL"


async def save_card(_stack: JourneyStack, context: SceneContext) -> InterruptedSaga:
    """The Checkout page of a first order."""
    mei = context.mei
    await fill_basket(mei)
    return InterruptedSaga(
        call="POST /v1/checkout/sessions",
        saga=PERSON_SAGA_SQL.format("save_card"),
        subject=mei.user_id,
        trigger=lambda: mei.tap("place"),
    )


async def create_order(_stack: JourneyStack, context: SceneContext) -> InterruptedSaga:
    """The hold of a customer with a saved card."""
    mei = context.mei
    first = await order_laksa(mei)
    await mei.tap("cancel", subject_id=first)
    await mei.tap("cancel_sure", subject_id=first)
    await mei.wait_for_message(f"#{first}: cancelled", "Released")
    await mei.tap("try_again", subject_id=first)
    offer = await mei.find_button("place")
    return InterruptedSaga(
        call="POST /v1/payment_intents",
        saga=f"{SAGA_IN_CALL_SQL} JOIN orders ON orders.id = order_id"
        " WHERE kind = 'create_order' AND customer_id = $1 AND call ->> 'name' IS NOT NULL",
        subject=mei.user_id,
        trigger=lambda: mei.tap_button(offer),
    )


async def accept_order(stack: JourneyStack, context: SceneContext) -> InterruptedSaga:
    """The check of the hold after a claim."""
    await start_bot(context.ana)
    order = await order_laksa(context.mei)
    return InterruptedSaga(
        call=f"GET /v1/payment_intents/{await hold_intent_of(stack, order)}",
        saga=ORDER_SAGA_SQL.format("accept_order"),
        subject=order,
        trigger=lambda: context.ana.tap("claim", subject_id=order),
    )


async def cancel_order(stack: JourneyStack, context: SceneContext) -> InterruptedSaga:
    """The release of the hold after a cancellation."""
    order = await order_laksa(context.mei)
    await context.mei.tap("cancel", subject_id=order)
    return InterruptedSaga(
        call=f"POST /v1/payment_intents/{await hold_intent_of(stack, order)}/cancel",
        saga=ORDER_SAGA_SQL.format("cancel_order"),
        subject=order,
        trigger=lambda: context.mei.tap("cancel_sure", subject_id=order),
    )


async def expire_order(stack: JourneyStack, context: SceneContext) -> InterruptedSaga:
    """The release of the hold after the expiry."""
    order = await order_laksa(context.mei)
    return InterruptedSaga(
        call=f"POST /v1/payment_intents/{await hold_intent_of(stack, order)}/cancel",
        saga=ORDER_SAGA_SQL.format("expire_order"),
        subject=order,
        trigger=lambda: stack.fetch_rows(
            "UPDATE timer SET due_at = now() WHERE order_id = $1 AND kind = 'expire'", order
        ),
    )


async def complete_order(stack: JourneyStack, context: SceneContext) -> InterruptedSaga:
    """The capture after the PIN."""
    order, pin = await order_at_drop_point(context)
    return InterruptedSaga(
        call=f"POST /v1/payment_intents/{await hold_intent_of(stack, order)}/capture",
        saga=ORDER_SAGA_SQL.format("complete_order"),
        subject=order,
        trigger=lambda: context.ana.type_text(pin),
    )


async def pay_out_runner(_stack: JourneyStack, context: SceneContext) -> InterruptedSaga:
    """The transfer after the capture."""
    await set_up_payout_account(context.ana)
    order, pin = await order_at_drop_point(context)
    return InterruptedSaga(
        call="POST /v1/transfers",
        saga=ORDER_SAGA_SQL.format("pay_out_runner"),
        subject=order,
        trigger=lambda: context.ana.type_text(pin),
    )


async def onboard_runner(_stack: JourneyStack, context: SceneContext) -> InterruptedSaga:
    """The account of a runner who sets up the pay-out."""
    ben = context.ben
    await start_bot(ben)
    await ben.tap("deliver_food")
    return InterruptedSaga(
        call="POST /v1/accounts",
        saga=PERSON_SAGA_SQL.format("onboard_runner"),
        subject=ben.user_id,
        trigger=lambda: ben.tap("set_up_payout"),
    )


async def order_at_drop_point(context: SceneContext) -> tuple[int, str]:
    """Bring an order to the door, and return its number and its PIN."""
    mei, ana = context.mei, context.ana
    await start_bot(ana)
    order = await order_laksa(mei)
    for action in ("claim", "bought", "bought_estimate", "picked_up", "here"):
        await ana.tap(action, subject_id=order)
    return order, await mei.wait_for_pin(order)


async def hold_intent_of(stack: JourneyStack, order: int) -> str:
    """Return the payment intent of an order's hold."""
    return str(
        (await stack.fetch_rows("SELECT payment_intent FROM hold WHERE order_id = $1", order))[0]["payment_intent"]
    )


PREPARATIONS: dict[str, PrepareSaga] = {
    "save_card": save_card,
    "create_order": create_order,
    "accept_order": accept_order,
    "cancel_order": cancel_order,
    "expire_order": expire_order,
    "complete_order": complete_order,
    "pay_out_runner": pay_out_runner,
    "onboard_runner": onboard_runner,
}
