"""Scenarios of runners: claims, hand-overs, earnings, pay-out accounts, and what an admin closes."""

from sandbox.crash.crash_scenario import (
    PREPARATION_TIMEOUT_SECONDS,
    CrashScenario,
    PrepareScenario,
    payment_intent_of_order,
    send_tap,
    wait_until_saga_waits,
)
from sandbox.crash.crash_stack import CrashStack
from sandbox.crash.order_scenarios import ORDER_ENDED, place_open_order
from sandbox.crash.point_watch import SagaSubject
from sandbox.launch.stack import STRIPE_SECRET_KEY
from sandbox.play.sandbox_client import PlayError
from sandbox.play.scene_context import SceneContext
from sandbox.play.scenes.scene_steps import GOOD_CARD, set_up_payout_account, start_bot
from sandbox.stripe.stripe_events import API_VERSION

MAY_BUY = "SELECT 1 FROM orders WHERE id = $1 AND status = 'ACCEPTED' AND hold_checked"
REOPENED = "SELECT 1 FROM orders WHERE id = $1 AND status = 'CREATED' AND runner_id IS NULL"
PAYABLE_IN_STATUS = (
    "SELECT 1 FROM orders JOIN payable ON payable.order_id = orders.id WHERE orders.id = $1"
    " AND orders.status = 'COMPLETED' AND payable.status = '{}'"
)
CLOSED = "SELECT 1 FROM orders WHERE id = $1 AND status = 'CANCELLED' AND end_reason = 'closed'"
LINK_SENT = "SELECT 1 FROM saga WHERE person_id = $1 AND kind = 'onboard_runner' AND waiting_until IS NOT NULL"
ACCOUNT_READY = "SELECT 1 FROM person WHERE id = $1 AND payouts_ready"


async def order_claimed(crash_stack: CrashStack, scene: SceneContext) -> CrashScenario:
    """The runner taps [Take it], and the saga checks whether the hold is still there."""
    ana = scene.ana
    await start_bot(ana)
    order = await place_open_order(crash_stack, scene.mei)
    claim_button = await ana.find_button("claim", subject_id=order)
    return CrashScenario(
        subject=SagaSubject(saga_kind="accept_order", person_id=ana.user_id, order_id=order),
        trigger=lambda: send_tap(ana, claim_button),
        end_query=MAY_BUY,
        end_argument=order,
        poll_call=f"GET /v1/payment_intents/{await payment_intent_of_order(crash_stack, order)}",
    )


async def order_claimed_without_hold(crash_stack: CrashStack, scene: SceneContext) -> CrashScenario:
    """The runner taps [Take it] when the hold has lapsed at Stripe."""
    scenario = await order_claimed(crash_stack, scene)
    await cancel_hold_at_stripe(scene, scenario.poll_call.rpartition("/")[2])
    return CrashScenario(
        subject=scenario.subject,
        trigger=scenario.trigger,
        end_query=ORDER_ENDED,
        end_argument=scenario.end_argument,
        poll_call=scenario.poll_call,
    )


async def cancel_hold_at_stripe(scene: SceneContext, intent: str) -> None:
    """Cancel a hold at Stripe without the bot's knowledge."""
    headers = {"Authorization": f"Bearer {STRIPE_SECRET_KEY}", "Stripe-Version": API_VERSION}
    url = f"{scene.stripe.base_url}/v1/payment_intents/{intent}/cancel"
    async with scene.stripe.session.post(url, headers=headers) as answer:
        if answer.status != 200:
            raise PlayError(f"The hold could not be cancelled: {await answer.text()}")


async def order_given_back(crash_stack: CrashStack, scene: SceneContext) -> CrashScenario:
    """The runner taps [Yes, give it back] before anything is bought."""
    ana = scene.ana
    await start_bot(ana)
    order = await place_open_order(crash_stack, scene.mei)
    await ana.tap("claim", subject_id=order)
    await ana.tap("release", subject_id=order)
    confirm_button = await ana.find_button("release_sure", subject_id=order)
    return CrashScenario(
        subject=SagaSubject(saga_kind="release_order", person_id=ana.user_id, order_id=order),
        trigger=lambda: send_tap(ana, confirm_button),
        end_query=REOPENED,
        end_argument=order,
    )


async def delivered_without_account(crash_stack: CrashStack, scene: SceneContext) -> CrashScenario:
    """The runner types the PIN and has no account yet."""
    await start_bot(scene.ana)
    order, pin = await order_at_handover(crash_stack, scene)
    return CrashScenario(
        subject=SagaSubject(saga_kind="complete_order", person_id=scene.ana.user_id, order_id=order),
        trigger=lambda: scene.ana.type_text(pin),
        end_query=PAYABLE_IN_STATUS.format("open"),
        end_argument=order,
    )


async def delivered_with_account(crash_stack: CrashStack, scene: SceneContext) -> CrashScenario:
    """The runner types the PIN and has a ready account: the capture, then the transfer."""
    await set_up_payout_account(scene.ana)
    order, pin = await order_at_handover(crash_stack, scene)
    return CrashScenario(
        subject=SagaSubject(saga_kind="pay_out_runner", person_id=scene.ana.user_id, order_id=order),
        trigger=lambda: scene.ana.type_text(pin),
        end_query=PAYABLE_IN_STATUS.format("paid"),
        end_argument=order,
    )


async def transfer_refused(crash_stack: CrashStack, scene: SceneContext) -> CrashScenario:
    """The runner types the PIN and Stripe has closed their account: the transfer is refused."""
    scenario = await delivered_with_account(crash_stack, scene)
    query = "SELECT stripe_account FROM person WHERE id = $1"
    account = (await crash_stack.query(query, scene.ana.user_id))[0]["stripe_account"]
    await scene.stripe.post(f"/sim/accounts/{account}", {"transfers": "inactive"})
    return CrashScenario(
        subject=scenario.subject,
        trigger=scenario.trigger,
        end_query=PAYABLE_IN_STATUS.format("open"),
        end_argument=scenario.end_argument,
    )


async def purchase_closed(crash_stack: CrashStack, scene: SceneContext) -> CrashScenario:
    """An admin closes an order whose food will not arrive, at the runner's cost."""
    ana, sam = scene.ana, scene.sam
    await start_bot(ana)
    order = await place_open_order(crash_stack, scene.mei)
    for action in ("claim", "bought", "bought_estimate"):
        await ana.tap(action, subject_id=order)
    admin_chat = sam.groups[-1]
    return CrashScenario(
        subject=SagaSubject(saga_kind="close_purchase", person_id=sam.user_id, order_id=order),
        trigger=lambda: sam.type_text(f"/close {order} runner it was dropped", in_group=admin_chat),
        end_query=f"{CLOSED} AND EXISTS ({ORDER_ENDED})",
        end_argument=order,
    )


async def account_requested(_crash_stack: CrashStack, scene: SceneContext) -> CrashScenario:
    """A runner without an account taps [Set up pay-out]."""
    ben = scene.ben
    await start_bot(ben)
    await ben.tap("deliver_food")
    set_up_button = await ben.find_button("set_up_payout")
    return CrashScenario(
        subject=SagaSubject(saga_kind="onboard_runner", person_id=ben.user_id),
        trigger=lambda: send_tap(ben, set_up_button),
        end_query=LINK_SENT,
        end_argument=ben.user_id,
    )


async def account_completed(crash_stack: CrashStack, scene: SceneContext) -> CrashScenario:
    """The runner finishes Stripe's onboarding. A poll of the saga will notice."""
    ben = scene.ben
    await start_bot(ben)
    await ben.tap("deliver_food")
    await ben.tap("set_up_payout")
    query = "SELECT stripe_account FROM person WHERE id = $1 AND stripe_account IS NOT NULL"
    account = (await crash_stack.wait_for_row(query, ben.user_id, timeout=PREPARATION_TIMEOUT_SECONDS))[
        "stripe_account"
    ]
    await wait_until_saga_waits(crash_stack, "onboard_runner", ben.user_id)
    return CrashScenario(
        subject=SagaSubject(saga_kind="onboard_runner", person_id=ben.user_id),
        trigger=ben.finish_onboarding,
        end_query=ACCOUNT_READY,
        end_argument=ben.user_id,
        poll_call=f"GET /v1/accounts/{account}",
    )


async def order_at_handover(
    crash_stack: CrashStack, scene: SceneContext, card: str | None = GOOD_CARD
) -> tuple[int, str]:
    """Bring an order to the customer's door, and return its number and its PIN."""
    order = await place_open_order(crash_stack, scene.mei, card)
    return order, await bring_to_handover(scene, order)


async def bring_to_handover(scene: SceneContext, order: int) -> str:
    """Let the runner claim the order and bring the food, and return the PIN."""
    for action in ("claim", "bought", "bought_estimate", "picked_up", "here"):
        await scene.ana.tap(action, subject_id=order)
    return await scene.mei.wait_for_pin(order)


DELIVERY_SCENARIOS: dict[str, PrepareScenario] = {
    prepare.__name__: prepare
    for prepare in (
        order_claimed,
        order_claimed_without_hold,
        order_given_back,
        delivered_without_account,
        delivered_with_account,
        transfer_refused,
        purchase_closed,
        account_requested,
        account_completed,
    )
}
