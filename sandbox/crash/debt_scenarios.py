"""Scenarios of holds that lapse during the delivery: charged again, declined and owed, and the debt paid or not."""

from sandbox.crash.crash_scenario import (
    PREPARATION_TIMEOUT_SECONDS,
    CrashScenario,
    PrepareScenario,
    newest_order_of,
    payment_intent_of_order,
    send_tap,
    wait_until_saga_waits,
)
from sandbox.crash.crash_stack import CrashStack
from sandbox.crash.delivery_scenarios import (
    PAYABLE_IN_STATUS,
    bring_to_handover,
    cancel_hold_at_stripe,
    order_at_handover,
)
from sandbox.crash.point_watch import SagaSubject
from sandbox.play.scene_context import SceneContext
from sandbox.play.scenes.scene_steps import APPROVAL_REQUIRED_CARD, DECLINED_CARD, fill_basket, start_bot

CARD_CHARGED = (
    f"{PAYABLE_IN_STATUS.format('open')} AND EXISTS (SELECT 1 FROM hold WHERE order_id = $1 AND status = 'captured')"
)
IN_DEBT = (
    f"{PAYABLE_IN_STATUS.format('open')}"
    " AND EXISTS (SELECT 1 FROM customer_debt WHERE order_id = $1 AND status = 'open')"
)
APPROVAL_PENDING = "SELECT 1 FROM hold WHERE order_id = $1 AND status = 'approval'"
DEBT_PAID = "SELECT 1 FROM customer_debt WHERE order_id = $1 AND status = 'paid'"
DEBT_UNPAID = (
    "SELECT 1 FROM customer_debt JOIN saga ON saga.order_id = customer_debt.order_id AND saga.kind = 'settle_debt'"
    " WHERE customer_debt.order_id = $1 AND customer_debt.status = 'open' AND saga.status = 'compensated'"
)
SETTLEMENT_INTENT = "SELECT payment_intent FROM hold WHERE order_id = $1 AND status = 'approval'"


async def hold_lapsed(crash_stack: CrashStack, scene: SceneContext) -> CrashScenario:
    """The runner types the PIN when the hold has lapsed at Stripe: the card is charged again."""
    await start_bot(scene.ana)
    order, pin = await order_at_handover(crash_stack, scene)
    await cancel_hold_at_stripe(scene, await payment_intent_of_order(crash_stack, order))
    return CrashScenario(
        subject=SagaSubject(saga_kind="complete_order", person_id=scene.ana.user_id, order_id=order),
        trigger=lambda: scene.ana.type_text(pin),
        end_query=CARD_CHARGED,
        end_argument=order,
    )


async def recharge_declined(crash_stack: CrashStack, scene: SceneContext) -> CrashScenario:
    """The same, and the bank declines, as the customer is not there to approve."""
    order, pin = await _order_at_handover_without_hold(crash_stack, scene)
    return CrashScenario(
        subject=SagaSubject(saga_kind="complete_order", person_id=scene.ana.user_id, order_id=order),
        trigger=lambda: scene.ana.type_text(pin),
        end_query=IN_DEBT,
        end_argument=order,
    )


async def debt_payment_started(crash_stack: CrashStack, scene: SceneContext) -> CrashScenario:
    """The customer taps [Pay S$8.30], and their bank asks for approval."""
    mei, order = scene.mei, await _create_customer_debt(crash_stack, scene)
    pay_button = await mei.find_button("pay_debt")
    return CrashScenario(
        subject=SagaSubject(saga_kind="settle_debt", person_id=mei.user_id, order_id=order),
        trigger=lambda: send_tap(mei, pay_button),
        end_query=APPROVAL_PENDING,
        end_argument=order,
    )


async def debt_approved(crash_stack: CrashStack, scene: SceneContext) -> CrashScenario:
    """The customer approves the payment of the debt at the bank. A poll of the saga will notice."""
    mei, order = scene.mei, await _create_customer_debt(crash_stack, scene)
    await mei.tap("pay_debt")
    intent = (await crash_stack.wait_for_row(SETTLEMENT_INTENT, order, timeout=PREPARATION_TIMEOUT_SECONDS))[
        "payment_intent"
    ]
    await wait_until_saga_waits(crash_stack, "settle_debt", mei.user_id)
    return CrashScenario(
        subject=SagaSubject(saga_kind="settle_debt", person_id=mei.user_id, order_id=order),
        trigger=mei.approve_at_bank,
        end_query=DEBT_PAID,
        end_argument=order,
        poll_call=f"GET /v1/payment_intents/{intent}",
    )


async def debt_declined(crash_stack: CrashStack, scene: SceneContext) -> CrashScenario:
    """The customer taps [Pay S$8.30] with a card that declines."""
    mei, order = scene.mei, await _create_customer_debt(crash_stack, scene)
    await mei.type_text("/me")
    await mei.tap("add_card")
    await mei.save_card(DECLINED_CARD)
    card_replaced = "SELECT 1 FROM saga WHERE person_id = $1 AND kind = 'detach_replaced_card' AND status = 'done'"
    await crash_stack.wait_for_row(card_replaced, mei.user_id, timeout=PREPARATION_TIMEOUT_SECONDS)
    pay_button = await mei.find_button("pay_debt")
    return CrashScenario(
        subject=SagaSubject(saga_kind="settle_debt", person_id=mei.user_id, order_id=order),
        trigger=lambda: send_tap(mei, pay_button),
        end_query=DEBT_UNPAID,
        end_argument=order,
    )


async def _create_customer_debt(crash_stack: CrashStack, scene: SceneContext) -> int:
    """Create an order that was delivered and declined, and return its number."""
    order, pin = await _order_at_handover_without_hold(crash_stack, scene)
    await scene.ana.type_text(pin)
    await crash_stack.wait_for_row(IN_DEBT, order, timeout=PREPARATION_TIMEOUT_SECONDS)
    return order


async def _order_at_handover_without_hold(crash_stack: CrashStack, scene: SceneContext) -> tuple[int, str]:
    """Bring an order whose bank always asks for approval, cancel its hold, and return number and PIN."""
    await start_bot(scene.ana)
    mei = scene.mei
    await fill_basket(mei)
    await mei.tap("place")
    await mei.save_card(APPROVAL_REQUIRED_CARD)
    await mei.approve_at_bank()
    order = await newest_order_of(crash_stack, mei, "CREATED")
    pin = await bring_to_handover(scene, order)
    await cancel_hold_at_stripe(scene, await payment_intent_of_order(crash_stack, order))
    return order, pin


DEBT_SCENARIOS: dict[str, PrepareScenario] = {
    prepare.__name__: prepare
    for prepare in (hold_lapsed, recharge_declined, debt_payment_started, debt_approved, debt_declined)
}
