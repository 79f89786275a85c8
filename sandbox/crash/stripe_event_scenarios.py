"""Scenarios that a Stripe event starts: a refund came back, a payment is disputed, an account is disabled."""

import json
import time

from sandbox.crash.crash_scenario import PREPARATION_TIMEOUT_SECONDS, CrashScenario, PrepareScenario
from sandbox.crash.crash_stack import CrashStack
from sandbox.crash.delivery_scenarios import PAYABLE_IN_STATUS
from sandbox.crash.point_watch import SagaSubject
from sandbox.crash.refund_scenarios import REFUND_FAILED, STRIPE_REFUND, deliver_paid_order, send_refund_command
from sandbox.launch.stack import STRIPE_CONNECT_WEBHOOK_SECRET, STRIPE_SECRET_KEY, STRIPE_WEBHOOK_SECRET
from sandbox.play.sandbox_client import PlayError, json_object, json_objects
from sandbox.play.scene_context import SceneContext
from sandbox.play.scenes.scene_steps import GOOD_CARD, set_up_payout_account
from sandbox.stripe.stripe_events import API_VERSION
from sandbox.stripe.webhook_sender import sign_webhook

RETURNED_REFUND_CARD = "4000 0000 0000 5126"
REFUNDED = "SELECT 1 FROM saga WHERE kind = 'refund_order' AND order_id = $1 AND status = 'done'"
CAPTURED_CHARGE = "SELECT charge FROM hold WHERE order_id = $1 AND status = 'captured'"
DISPUTED = "SELECT 1 FROM dispute WHERE order_id = $1 AND status = 'open' AND withdrawn = amount"
STRIPE_ACCOUNT = "SELECT stripe_account FROM person WHERE id = $1"
ACCOUNT_DISABLED = "SELECT 1 FROM person WHERE id = $1 AND NOT payouts_ready"
EVENT_PAGE_SIZE = "100"  # newest first


async def refund_returned(crash_stack: CrashStack, scene: SceneContext) -> CrashScenario:
    """A refund that was done, and that the customer's bank sent back."""
    order = await deliver_paid_order(crash_stack, scene, RETURNED_REFUND_CARD)
    await send_refund_command(scene, order)
    await crash_stack.wait_for_row(REFUNDED, order, timeout=PREPARATION_TIMEOUT_SECONDS)
    refund = str((await crash_stack.query(STRIPE_REFUND, order))[0]["refund"])
    await scene.stripe.post(f"/sim/refunds/{refund}", {})
    return CrashScenario(
        subject=SagaSubject(saga_kind="check_refund", person_id=scene.ana.user_id, order_id=order),
        trigger=lambda: post_webhook(crash_stack, scene, "refund.failed", refund),
        end_query=REFUND_FAILED,
        end_argument=order,
        poll_call=f"GET /v1/refunds/{refund}",
    )


async def payment_disputed(crash_stack: CrashStack, scene: SceneContext) -> CrashScenario:
    """A payment that the customer's bank took back until it has decided the dispute."""
    order = await deliver_paid_order(crash_stack, scene, GOOD_CARD)
    charge = (await crash_stack.query(CAPTURED_CHARGE, order))[0]["charge"]
    dispute = str(json_object(await scene.stripe.post(f"/sim/disputes/{charge}", {}))["id"])
    return CrashScenario(
        subject=SagaSubject(saga_kind="follow_dispute", person_id=scene.ana.user_id, order_id=order),
        trigger=lambda: post_webhook(crash_stack, scene, "charge.dispute.created", dispute),
        end_query=f"{DISPUTED} AND EXISTS ({PAYABLE_IN_STATUS.format('paid')})",
        end_argument=order,
        poll_call=f"GET /v1/disputes/{dispute}",
    )


async def account_disabled(crash_stack: CrashStack, scene: SceneContext) -> CrashScenario:
    """A runner's account that Stripe no longer allows transfers to."""
    ana = scene.ana
    await set_up_payout_account(ana)
    account = str((await crash_stack.query(STRIPE_ACCOUNT, ana.user_id))[0]["stripe_account"])
    await scene.stripe.post(f"/sim/accounts/{account}", {"transfers": "inactive"})
    return CrashScenario(
        subject=SagaSubject(saga_kind="follow_account", person_id=ana.user_id),
        trigger=lambda: post_webhook(crash_stack, scene, "account.updated", account, account=account),
        end_query=ACCOUNT_DISABLED,
        end_argument=ana.user_id,
        poll_call=f"GET /v1/accounts/{account}",
    )


async def post_webhook(
    crash_stack: CrashStack, scene: SceneContext, event_type: str, object_id: str, *, account: str | None = None
) -> None:
    """Post the only webhook that gets through: the newest event of this type about this object, with a signature."""
    headers = {"Authorization": f"Bearer {STRIPE_SECRET_KEY}", "Stripe-Version": API_VERSION}
    account_headers = {} if account is None else {"Stripe-Account": account}
    url = f"{scene.stripe.base_url}/v1/events"
    query = {"type": event_type, "limit": EVENT_PAGE_SIZE}
    async with scene.stripe.session.get(url, headers={**headers, **account_headers}, params=query) as answer:
        events = json_objects(json_object(await answer.json()).get("data"))
    matching_events = [one for one in events if json_object(json_object(one["data"])["object"])["id"] == object_id]
    if not matching_events:
        raise PlayError(f"Stripe has no event {event_type} about {object_id}.")
    body = json.dumps(matching_events[0])
    secret = STRIPE_WEBHOOK_SECRET if account is None else STRIPE_CONNECT_WEBHOOK_SECRET
    signature_headers = {"Stripe-Signature": sign_webhook(secret, body, int(time.time()))}
    async with scene.stripe.session.post(
        f"{crash_stack.stack.bot_url}/stripe", data=body, headers=signature_headers
    ) as answer:
        if not answer.ok:
            raise PlayError(f"The webhook {event_type} was refused: {await answer.text()}")


STRIPE_EVENT_SCENARIOS: dict[str, PrepareScenario] = {
    prepare.__name__: prepare for prepare in (refund_returned, payment_disputed, account_disabled)
}
