"""Scenarios of refunds: done, at the runner's cost, late, or refused."""

from dataclasses import replace

from sandbox.crash.crash_scenario import (
    PREPARATION_TIMEOUT_SECONDS,
    CrashScenario,
    PrepareScenario,
    wait_until_saga_waits,
)
from sandbox.crash.crash_stack import CrashStack
from sandbox.crash.delivery_scenarios import PAYABLE_IN_STATUS, order_at_handover
from sandbox.crash.point_watch import SagaSubject
from sandbox.play.scene_context import SceneContext
from sandbox.play.scenes.scene_steps import GOOD_CARD, set_up_payout_account

LATE_REFUND_CARD = "4000 0000 0000 7726"
REFUND_SUCCEEDED = "SELECT 1 FROM refund WHERE order_id = $1 AND status = 'succeeded' AND taken_back = runner_amount"
REFUND_FAILED = "SELECT 1 FROM refund WHERE order_id = $1 AND status = 'failed'"
STRIPE_ACCOUNT = "SELECT stripe_account FROM person WHERE id = $1"
RUNNER_DEBT_OPEN = "SELECT 1 FROM debt WHERE order_id = $1 AND status = 'open'"
DEBT_NETTED = (
    "SELECT 1 FROM netting JOIN debt ON debt.id = debt_id AND debt.status = 'netted' WHERE payable_id = payable.id"
)
STRIPE_REFUND = "SELECT refund FROM refund WHERE order_id = $1 AND refund IS NOT NULL"


async def refund_requested(crash_stack: CrashStack, scene: SceneContext) -> CrashScenario:
    """An admin refunds a part of the payment at the cost of a runner who was paid."""
    order = await deliver_paid_order(crash_stack, scene, GOOD_CARD)
    return CrashScenario(
        subject=SagaSubject(saga_kind="refund_order", person_id=scene.sam.user_id, order_id=order),
        trigger=lambda: send_refund_command(scene, order),
        end_query=REFUND_SUCCEEDED,
        end_argument=order,
    )


async def refund_refused(crash_stack: CrashStack, scene: SceneContext) -> CrashScenario:
    """The same, and Stripe refuses the refund."""
    return replace(await refund_requested(crash_stack, scene), end_query=REFUND_FAILED, is_refused_by_stripe=True)


async def refund_pending_at_bank(crash_stack: CrashStack, scene: SceneContext) -> CrashScenario:
    """A refund that stays pending at the customer's bank."""
    order = await deliver_paid_order(crash_stack, scene, LATE_REFUND_CARD)
    await send_refund_command(scene, order)
    refund = (await crash_stack.wait_for_row(STRIPE_REFUND, order, timeout=PREPARATION_TIMEOUT_SECONDS))["refund"]
    await wait_until_saga_waits(crash_stack, "refund_order", scene.mei.user_id)
    return CrashScenario(
        subject=SagaSubject(saga_kind="refund_order", person_id=scene.sam.user_id, order_id=order),
        trigger=lambda: scene.stripe.post(f"/sim/refunds/{refund}", {}),
        end_query=REFUND_SUCCEEDED,
        end_argument=order,
        poll_call=f"GET /v1/refunds/{refund}",
    )


async def delivered_with_debt(crash_stack: CrashStack, scene: SceneContext) -> CrashScenario:
    """The PIN of a runner who owes us for a refund: the debt is netted, and the rest is sent, once."""
    first = await deliver_paid_order(crash_stack, scene, GOOD_CARD)
    account = (await crash_stack.query(STRIPE_ACCOUNT, scene.ana.user_id))[0]["stripe_account"]
    await scene.stripe.post(f"/sim/accounts/{account}", {"pay_out": True})
    await send_refund_command(scene, first)
    await crash_stack.wait_for_row(RUNNER_DEBT_OPEN, first, timeout=PREPARATION_TIMEOUT_SECONDS)
    order, pin = await order_at_handover(crash_stack, scene, None)
    return CrashScenario(
        subject=SagaSubject(saga_kind="pay_out_runner", person_id=scene.ana.user_id, order_id=order),
        trigger=lambda: scene.ana.type_text(pin),
        end_query=f"{PAYABLE_IN_STATUS.format('paid')} AND payable.netted = 200 AND EXISTS ({DEBT_NETTED})",
        end_argument=order,
    )


async def deliver_paid_order(crash_stack: CrashStack, scene: SceneContext, card: str) -> int:
    """Deliver an order with this card, wait until the runner is paid, and return its number."""
    await set_up_payout_account(scene.ana)
    order, pin = await order_at_handover(crash_stack, scene, card)
    await scene.ana.type_text(pin)
    await crash_stack.wait_for_row(PAYABLE_IN_STATUS.format("paid"), order, timeout=PREPARATION_TIMEOUT_SECONDS)
    return order


async def send_refund_command(scene: SceneContext, order: int) -> None:
    """Send an admin's /refund command."""
    await scene.sam.type_text(f"/refund {order} 2.00 runner it was cold", in_group=scene.sam.groups[-1])


REFUND_SCENARIOS: dict[str, PrepareScenario] = {
    prepare.__name__: prepare
    for prepare in (refund_requested, refund_refused, refund_pending_at_bank, delivered_with_debt)
}
