"""Scenarios after the delivery: lapsed holds and debts, refunds, and the events that Stripe sends about them."""

import json
import time
from dataclasses import replace

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
from sandbox.crash.scenarios.delivery_scenarios import (
    PAYABLE_OPEN,
    PAYABLE_PAID,
    STRIPE_ACCOUNT,
    cancel_hold_at_stripe,
    claim_and_bring_to_door,
    delivered_with_pin,
    order_at_handover,
)
from sandbox.launch.stack import STRIPE_CONNECT_WEBHOOK_SECRET, STRIPE_HEADERS, STRIPE_WEBHOOK_SECRET
from sandbox.people.control_clients import PlayError
from sandbox.people.customer import APPROVAL_REQUIRED_CARD, DECLINED_CARD, GOOD_CARD
from sandbox.people.populated_stack import SceneContext
from sandbox.stripe.webhook_sender import sign_webhook

LATE_REFUND_CARD = "4000 0000 0000 7726"
RETURNED_REFUND_CARD = "4000 0000 0000 5126"
EVENT_PAGE_SIZE = "100"  # newest first
CARD_CHARGED = f"{PAYABLE_OPEN} AND EXISTS (SELECT 1 FROM hold WHERE order_id = $1 AND status = 'captured')"
IN_DEBT = f"{PAYABLE_OPEN} AND EXISTS (SELECT 1 FROM customer_debt WHERE order_id = $1 AND status = 'open')"
STUCK_COMPLETION = "SELECT number FROM saga WHERE order_id = $1 AND kind = 'complete_order' AND status = 'stuck'"
APPROVAL_PENDING = "SELECT 1 FROM hold WHERE order_id = $1 AND status = 'approval'"
DEBT_PAID = "SELECT 1 FROM customer_debt WHERE order_id = $1 AND status = 'paid'"
DEBT_UNPAID = (
    "SELECT 1 FROM customer_debt JOIN saga ON saga.order_id = customer_debt.order_id AND saga.kind = 'settle_debt'"
    " WHERE customer_debt.order_id = $1 AND customer_debt.status = 'open' AND saga.status = 'compensated'"
)
REFUND_SUCCEEDED = "SELECT 1 FROM refund WHERE order_id = $1 AND status = 'succeeded' AND taken_back = runner_amount"
REFUND_FAILED = "SELECT 1 FROM refund WHERE order_id = $1 AND status = 'failed'"
STRIPE_REFUND = "SELECT refund FROM refund WHERE order_id = $1 AND refund IS NOT NULL"
REFUNDED = "SELECT 1 FROM saga WHERE kind = 'refund_order' AND order_id = $1 AND status = 'done'"
RUNNER_DEBT_OPEN = "SELECT 1 FROM debt WHERE order_id = $1 AND status = 'open'"
DEBT_NETTED = (
    "SELECT 1 FROM netting JOIN debt ON debt.id = debt_id AND debt.status = 'netted' WHERE payable_id = payable.id"
)
CAPTURED_CHARGE = "SELECT charge FROM hold WHERE order_id = $1 AND status = 'captured'"
PROOF_FROM_RECEIPT = (
    "UPDATE orders SET proof_photo = receipt_photo WHERE id = $1 AND receipt_photo IS NOT NULL RETURNING id"
)
DISPUTED = "SELECT 1 FROM dispute WHERE order_id = $1 AND status = 'open' AND withdrawn = amount"
ANSWERED = "SELECT 1 FROM dispute WHERE order_id = $1 AND answered_at IS NOT NULL"
ACCOUNT_DISABLED = "SELECT 1 FROM person WHERE id = $1 AND NOT payouts_ready"


async def hold_lapsed(scene: SceneContext) -> CrashScenario:
    """The runner types the PIN when the hold has lapsed at Stripe: the card is charged again."""
    await scene.ana.start_bot()
    order, pin = await order_at_handover(scene)
    await cancel_hold_at_stripe(scene, order)
    return delivered_with_pin(scene, "complete_order", order, pin, CARD_CHARGED)


async def recharge_declined(scene: SceneContext) -> CrashScenario:
    """The same, and the bank declines, as the customer is not there to approve."""
    order, pin = await _order_at_handover_without_hold(scene)
    return delivered_with_pin(scene, "complete_order", order, pin, IN_DEBT)


async def completion_resolved(scene: SceneContext) -> CrashScenario:
    """An admin resolves a capture that Stripe refused for good: the hold is released, and the customer owes."""
    sam = scene.sam
    await scene.ana.start_bot()
    order, pin = await order_at_handover(scene)
    path = f"POST /v1/payment_intents/{await payment_intent_of_order(scene, order)}/capture"

    async def get_stuck_and_resolve() -> None:
        await scene.stripe.post("faults", path=path, kind="status", status=400, code="not_today")
        await scene.ana.type_text(pin)
        number = await stored_id(scene, STUCK_COMPLETION, order)
        await sam.type_text(f"/resolve {number} the bank is closed", in_group=sam.campus.admin_chat)

    return CrashScenario(
        subject=saga_of(sam, "resolve_completion", order), trigger=get_stuck_and_resolve, end_query=IN_DEBT
    )


async def _order_at_handover_without_hold(scene: SceneContext) -> tuple[int, str]:
    """Bring an order whose bank always asks for approval, cancel its hold, and return number and PIN."""
    await scene.ana.start_bot()
    await scene.mei.place_order(APPROVAL_REQUIRED_CARD)
    await scene.mei.approve_at_bank()
    order = await newest_order_of(scene, "CREATED")
    pin = await claim_and_bring_to_door(scene, order)
    await cancel_hold_at_stripe(scene, order)
    return order, pin


async def debt_payment_started(scene: SceneContext) -> CrashScenario:
    """The customer taps [Pay S$8.30], and their bank asks for approval."""
    return await _debt_payment(scene, await _create_customer_debt(scene), APPROVAL_PENDING)


async def debt_declined(scene: SceneContext) -> CrashScenario:
    """The customer taps [Pay S$8.30] with a card that declines."""
    order = await _create_customer_debt(scene)
    await replace_card(scene, DECLINED_CARD)
    return await _debt_payment(scene, order, DEBT_UNPAID)


async def _debt_payment(scene: SceneContext, order: int, end_query: str) -> CrashScenario:
    return tapped(scene.mei, "settle_debt", await scene.mei.find_button("pay_debt"), end_query, order=order)


async def debt_approved(scene: SceneContext) -> CrashScenario:
    """The customer approves the payment of the debt at the bank. A poll of the saga will notice."""
    mei, order = scene.mei, await _create_customer_debt(scene)
    await mei.tap("pay_debt")
    intent = await payment_intent_of_order(scene, order, "approval")
    await wait_until_saga_waits(scene, mei, "settle_debt")
    return CrashScenario(
        subject=saga_of(mei, "settle_debt", order),
        trigger=mei.approve_at_bank,
        end_query=DEBT_PAID,
        poll_call=f"GET /v1/payment_intents/{intent}",
    )


async def _create_customer_debt(scene: SceneContext) -> int:
    """Create an order that was delivered and declined, and return its number."""
    order, pin = await _order_at_handover_without_hold(scene)
    await scene.ana.type_text(pin)
    await stored_id(scene, IN_DEBT, order)
    return order


async def refund_requested(scene: SceneContext) -> CrashScenario:
    """An admin refunds a part of the payment at the cost of a runner who was paid."""
    order = await deliver_paid_order(scene, GOOD_CARD)
    return CrashScenario(
        subject=saga_of(scene.sam, "refund_order", order),
        trigger=lambda: send_refund_command(scene, order),
        end_query=REFUND_SUCCEEDED,
    )


async def refund_refused(scene: SceneContext) -> CrashScenario:
    """The same, and Stripe refuses the refund."""
    return replace(await refund_requested(scene), end_query=REFUND_FAILED, is_refused_by_stripe=True)


async def refund_pending_at_bank(scene: SceneContext) -> CrashScenario:
    """A refund that stays pending at the customer's bank."""
    order = await deliver_paid_order(scene, LATE_REFUND_CARD)
    await send_refund_command(scene, order)
    refund = await stored_id(scene, STRIPE_REFUND, order)
    await wait_until_saga_waits(scene, scene.mei, "refund_order")
    return CrashScenario(
        subject=saga_of(scene.sam, "refund_order", order),
        trigger=lambda: scene.stripe.post(f"refunds/{refund}"),
        end_query=REFUND_SUCCEEDED,
        poll_call=f"GET /v1/refunds/{refund}",
    )


async def delivered_with_debt(scene: SceneContext) -> CrashScenario:
    """The PIN of a runner who owes us for a refund: the debt is netted, and the rest is sent, once."""
    first = await deliver_paid_order(scene, GOOD_CARD)
    account = await stored_id(scene, STRIPE_ACCOUNT, scene.ana.user_id)
    await scene.stripe.post(f"accounts/{account}", pay_out=True)
    await send_refund_command(scene, first)
    await stored_id(scene, RUNNER_DEBT_OPEN, first)
    order, pin = await order_at_handover(scene, None)
    end_query = f"{PAYABLE_PAID} AND payable.netted = 200 AND EXISTS ({DEBT_NETTED})"
    return delivered_with_pin(scene, "pay_out_runner", order, pin, end_query)


async def deliver_paid_order(scene: SceneContext, card: str) -> int:
    """Deliver an order with this card, wait until the runner is paid, and return its number."""
    await scene.ana.set_up_payout_account()
    order, pin = await order_at_handover(scene, card)
    await scene.ana.type_text(pin)
    await stored_id(scene, PAYABLE_PAID, order)
    return order


async def send_refund_command(scene: SceneContext, order: int) -> None:
    """Send an admin's /refund command."""
    await scene.sam.type_text(f"/refund {order} 2.00 runner it was cold", in_group=scene.sam.campus.admin_chat)


async def refund_returned(scene: SceneContext) -> CrashScenario:
    """A refund that was done, and that the customer's bank sent back."""
    order = await deliver_paid_order(scene, RETURNED_REFUND_CARD)
    await send_refund_command(scene, order)
    await stored_id(scene, REFUNDED, order)
    refund = await stored_id(scene, STRIPE_REFUND, order)
    await scene.stripe.post(f"refunds/{refund}")
    return CrashScenario(
        subject=saga_of(scene.ana, "check_refund", order),
        trigger=lambda: post_webhook(scene, "refund.failed", refund),
        end_query=REFUND_FAILED,
        poll_call=f"GET /v1/refunds/{refund}",
    )


async def payment_disputed(scene: SceneContext) -> CrashScenario:
    """A payment that the customer's bank took back until it has decided the dispute."""
    order = await deliver_paid_order(scene, GOOD_CARD)
    charge = await stored_id(scene, CAPTURED_CHARGE, order)
    dispute = (await scene.stripe.post(f"disputes/{charge}"))["id"]
    return CrashScenario(
        subject=saga_of(scene.ana, "follow_dispute", order),
        trigger=lambda: post_webhook(scene, "charge.dispute.created", dispute),
        end_query=f"{DISPUTED} AND EXISTS ({PAYABLE_PAID})",
        poll_call=f"GET /v1/disputes/{dispute}",
    )


async def dispute_answered(scene: SceneContext) -> CrashScenario:
    """An admin has the evidence sent to the bank that disputes a payment, with a photo as receipt and as proof."""
    await scene.ana.set_up_payout_account()
    order, pin = await order_at_handover(scene, GOOD_CARD)
    await scene.ana.send_photo()
    await stored_id(scene, PROOF_FROM_RECEIPT, order)
    await scene.ana.type_text(pin)
    await stored_id(scene, PAYABLE_PAID, order)
    charge = await stored_id(scene, CAPTURED_CHARGE, order)
    dispute = (await scene.stripe.post(f"disputes/{charge}"))["id"]
    await post_webhook(scene, "charge.dispute.created", dispute)
    await stored_id(scene, DISPUTED, order)
    await scene.sam.tap("answer_bank", subject_id=order)
    button = await scene.sam.find_button("answer_bank_sure", subject_id=order)
    return tapped(scene.sam, "answer_dispute", button, ANSWERED, order=order)


async def account_disabled(scene: SceneContext) -> CrashScenario:
    """A runner's account that Stripe no longer allows transfers to."""
    ana = scene.ana
    await ana.set_up_payout_account()
    account = await stored_id(scene, STRIPE_ACCOUNT, ana.user_id)
    await scene.stripe.post(f"accounts/{account}", transfers="inactive")
    return CrashScenario(
        subject=saga_of(ana, "follow_account"),
        trigger=lambda: post_webhook(scene, "account.updated", account, account=account),
        end_query=ACCOUNT_DISABLED,
        poll_call=f"GET /v1/accounts/{account}",
    )


async def post_webhook(scene: SceneContext, event_type: str, object_id: str, *, account: str | None = None) -> None:
    """Post the only webhook that gets through: the newest event of this type about this object, with a signature."""
    headers = STRIPE_HEADERS if account is None else {**STRIPE_HEADERS, "Stripe-Account": account}
    query = {"type": event_type, "limit": EVENT_PAGE_SIZE}
    events = (await scene.stripe.request("GET", "/v1/events", headers=headers, params=query))["data"]
    event = next((one for one in events if one["data"]["object"]["id"] == object_id), None)
    if event is None:
        raise PlayError(f"Stripe has no event {event_type} about {object_id}.")
    body = json.dumps(event)
    secret = STRIPE_WEBHOOK_SECRET if account is None else STRIPE_CONNECT_WEBHOOK_SECRET
    signature = {"Stripe-Signature": sign_webhook(secret, body, int(time.time()))}
    url = f"{scene.populated_stack.launched.bot_url}/stripe"
    async with scene.stripe.session.post(url, data=body, headers=signature) as answer:
        if not answer.ok:
            raise PlayError(f"The webhook {event_type} was refused: {await answer.text()}")
