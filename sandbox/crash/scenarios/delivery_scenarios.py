"""Scenarios of runners: claims, hand-overs, earnings, pay-out accounts, and what an admin closes."""

from dataclasses import replace

from sandbox.crash.scenarios.crash_scenario import (
    CrashScenario,
    payment_intent_of_order,
    saga_of,
    stored_id,
    tapped,
    wait_until_saga_waits,
)
from sandbox.crash.scenarios.order_scenarios import ORDER_ENDED, place_open_order
from sandbox.launch.stack import STRIPE_HEADERS
from sandbox.people.customer import GOOD_CARD
from sandbox.people.populated_stack import SceneContext

MAY_BUY = "SELECT 1 FROM orders WHERE id = $1 AND status = 'ACCEPTED' AND hold_checked"
REOPENED = "SELECT 1 FROM orders WHERE id = $1 AND status = 'CREATED' AND runner_id IS NULL"
PAYABLE_IN_STATUS = (
    "SELECT 1 FROM orders JOIN payable ON payable.order_id = orders.id WHERE orders.id = $1"
    " AND orders.status = 'COMPLETED' AND payable.status = '{}'"
)
PAYABLE_OPEN, PAYABLE_PAID = PAYABLE_IN_STATUS.format("open"), PAYABLE_IN_STATUS.format("paid")
CLOSED = "SELECT 1 FROM orders WHERE id = $1 AND status = 'CANCELLED' AND end_reason = 'closed'"
LINK_SENT = "SELECT 1 FROM saga WHERE person_id = $1 AND kind = 'onboard_runner' AND waiting_until IS NOT NULL"
ACCOUNT_READY = "SELECT 1 FROM person WHERE id = $1 AND payouts_ready"
STRIPE_ACCOUNT = "SELECT stripe_account FROM person WHERE id = $1 AND stripe_account IS NOT NULL"


async def order_claimed(scene: SceneContext) -> CrashScenario:
    """The runner taps [Take it], and the saga checks whether the hold is still there."""
    ana = scene.ana
    await ana.start_bot()
    order = await place_open_order(scene)
    claim_button = await ana.find_button("claim", subject_id=order)
    return CrashScenario(
        subject=saga_of(ana, "accept_order", order),
        trigger=lambda: ana.send_tap(claim_button),
        end_query=MAY_BUY,
        poll_call=f"GET /v1/payment_intents/{await payment_intent_of_order(scene, order)}",
    )


async def order_claimed_without_hold(scene: SceneContext) -> CrashScenario:
    """The runner taps [Take it] when the hold has lapsed at Stripe."""
    scenario = await order_claimed(scene)
    await cancel_hold_at_stripe(scene, scenario.end_argument)
    return replace(scenario, end_query=ORDER_ENDED)


async def cancel_hold_at_stripe(scene: SceneContext, order: int) -> None:
    """Cancel the hold of an order at Stripe without the bot's knowledge."""
    intent = await payment_intent_of_order(scene, order)
    await scene.stripe.request("POST", f"/v1/payment_intents/{intent}/cancel", headers=STRIPE_HEADERS)


async def order_given_back(scene: SceneContext) -> CrashScenario:
    """The runner taps [Yes, give it back] before anything is bought."""
    ana = scene.ana
    await ana.start_bot()
    order = await place_open_order(scene)
    await ana.tap("claim", subject_id=order)
    await ana.tap("release", subject_id=order)
    return tapped(ana, "release_order", await ana.find_button("release_sure", subject_id=order), REOPENED, order=order)


async def delivered_without_account(scene: SceneContext) -> CrashScenario:
    """The runner types the PIN and has no account yet."""
    await scene.ana.start_bot()
    return await _delivered(scene, "complete_order", PAYABLE_OPEN)


async def delivered_with_account(scene: SceneContext) -> CrashScenario:
    """The runner types the PIN and has a ready account: the capture, then the transfer."""
    await scene.ana.set_up_payout_account()
    return await _delivered(scene, "pay_out_runner", PAYABLE_PAID)


async def _delivered(scene: SceneContext, kind: str, end_query: str) -> CrashScenario:
    order, pin = await order_at_handover(scene)
    return delivered_with_pin(scene, kind, order, pin, end_query)


def delivered_with_pin(scene: SceneContext, kind: str, order: int, pin: str, end_query: str) -> CrashScenario:
    """The runner types the PIN, which starts this saga of the order."""
    return CrashScenario(
        subject=saga_of(scene.ana, kind, order), trigger=lambda: scene.ana.type_text(pin), end_query=end_query
    )


async def transfer_refused(scene: SceneContext) -> CrashScenario:
    """The runner types the PIN and Stripe has closed their account: the transfer is refused."""
    scenario = await delivered_with_account(scene)
    account = await stored_id(scene, STRIPE_ACCOUNT, scene.ana.user_id)
    await scene.stripe.post(f"accounts/{account}", transfers="inactive")
    return replace(scenario, end_query=PAYABLE_OPEN)


async def purchase_closed(scene: SceneContext) -> CrashScenario:
    """An admin closes an order whose food will not arrive, at the runner's cost."""
    ana, sam = scene.ana, scene.sam
    await ana.start_bot()
    order = await place_open_order(scene)
    for action in ("claim", "bought", "bought_estimate"):
        await ana.tap(action, subject_id=order)
    command = f"/close {order} runner it was dropped"
    return CrashScenario(
        subject=saga_of(sam, "close_purchase", order),
        trigger=lambda: sam.type_text(command, in_group=sam.campus.admin_chat),
        end_query=f"{CLOSED} AND EXISTS ({ORDER_ENDED})",
    )


async def account_requested(scene: SceneContext) -> CrashScenario:
    """A runner without an account taps [Set up pay-out]."""
    ben = scene.ben
    await ben.start_bot()
    await ben.tap("deliver_food")
    return tapped(ben, "onboard_runner", await ben.find_button("set_up_payout"), LINK_SENT)


async def account_completed(scene: SceneContext) -> CrashScenario:
    """The runner finishes Stripe's onboarding. A poll of the saga will notice."""
    ben = scene.ben
    await ben.start_bot()
    await ben.tap("deliver_food")
    await ben.tap("set_up_payout")
    account = await stored_id(scene, STRIPE_ACCOUNT, ben.user_id)
    await wait_until_saga_waits(scene, ben, "onboard_runner")
    return CrashScenario(
        subject=saga_of(ben, "onboard_runner"),
        trigger=ben.finish_onboarding,
        end_query=ACCOUNT_READY,
        poll_call=f"GET /v1/accounts/{account}",
    )


async def order_at_handover(scene: SceneContext, card: str | None = GOOD_CARD) -> tuple[int, str]:
    """Bring an order to the customer's door, and return its number and its PIN."""
    order = await place_open_order(scene, card)
    return order, await claim_and_bring_to_door(scene, order)


async def claim_and_bring_to_door(scene: SceneContext, order: int) -> str:
    """Let the runner claim the order and bring the food, and return the PIN."""
    await scene.ana.tap("claim", subject_id=order)
    return await scene.ana.bring_to_door(scene.mei, order)
