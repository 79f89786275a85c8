"""Scenarios of price increases: held at once, approved at the bank, declined."""

from sandbox.crash.crash_scenario import (
    PREPARATION_TIMEOUT_SECONDS,
    CrashScenario,
    PrepareScenario,
    send_tap,
    wait_until_saga_waits,
)
from sandbox.crash.crash_stack import CrashStack
from sandbox.crash.order_scenarios import place_open_order
from sandbox.crash.point_watch import SagaSubject
from sandbox.play.scene_context import SceneContext
from sandbox.play.scenes.scene_steps import APPROVAL_REQUIRED_CARD, DECLINED_CARD
from sandbox.play.scripted_user import SeenButton

ONE_ACTIVE_HOLD = "(SELECT count(*) FROM hold WHERE order_id = $1 AND status IN ('requested', 'approval', 'held')) = 1"
ONE_CURRENT_HOLD = "EXISTS (SELECT 1 FROM hold WHERE order_id = $1 AND status = 'held' AND part = 'current'"
PRICE_INCREASED = (
    "SELECT 1 FROM saga WHERE order_id = $1 AND kind = 'replace_hold' AND status = 'done'"
    f" AND {ONE_ACTIVE_HOLD} AND {ONE_CURRENT_HOLD} AND amount = (SELECT ceiling FROM orders WHERE id = $1))"
)
PRICE_UNCHANGED = (
    "SELECT 1 FROM saga WHERE order_id = $1 AND kind = 'replace_hold' AND status = 'compensated'"
    f" AND {ONE_ACTIVE_HOLD} AND {ONE_CURRENT_HOLD} AND amount = (SELECT ceiling FROM orders WHERE id = $1))"
)
REPLACEMENT_INTENT = (
    "SELECT payment_intent FROM hold WHERE order_id = $1 AND part = 'replacement' AND status = 'approval'"
)


async def price_increased(crash_stack: CrashStack, scene: SceneContext) -> CrashScenario:
    """The customer confirms [Hold S$...] with a good card."""
    order = await place_open_order(crash_stack, scene.mei)
    return await _confirm_increase(crash_stack, scene, order, PRICE_INCREASED)


async def price_increase_declined(crash_stack: CrashStack, scene: SceneContext) -> CrashScenario:
    """The same with a card that now declines."""
    order = await place_open_order(crash_stack, scene.mei)
    await _replace_card(crash_stack, scene, DECLINED_CARD)
    return await _confirm_increase(crash_stack, scene, order, PRICE_UNCHANGED)


async def price_increase_approved(crash_stack: CrashStack, scene: SceneContext) -> CrashScenario:
    """The customer approves a higher fee at the bank. A poll of the saga will notice."""
    mei, order = scene.mei, await place_open_order(crash_stack, scene.mei)
    await _replace_card(crash_stack, scene, APPROVAL_REQUIRED_CARD)
    await mei.tap_button(await _find_confirm_button(crash_stack, scene, order))
    intent = (await crash_stack.wait_for_row(REPLACEMENT_INTENT, order, timeout=PREPARATION_TIMEOUT_SECONDS))[
        "payment_intent"
    ]
    await wait_until_saga_waits(crash_stack, "replace_hold", mei.user_id)
    return CrashScenario(
        subject=SagaSubject(saga_kind="replace_hold", person_id=mei.user_id, order_id=order),
        trigger=mei.approve_at_bank,
        end_query=PRICE_INCREASED,
        end_argument=order,
        poll_call=f"GET /v1/payment_intents/{intent}",
    )


async def _confirm_increase(crash_stack: CrashStack, scene: SceneContext, order: int, end_query: str) -> CrashScenario:
    confirm_button = await _find_confirm_button(crash_stack, scene, order)
    return CrashScenario(
        subject=SagaSubject(saga_kind="replace_hold", person_id=scene.mei.user_id, order_id=order),
        trigger=lambda: send_tap(scene.mei, confirm_button),
        end_query=end_query,
        end_argument=order,
    )


async def _find_confirm_button(crash_stack: CrashStack, scene: SceneContext, order: int) -> SeenButton:
    """Let the nudge come now, tap its [Raise fee], and return the button that confirms the increase."""
    await crash_stack.query("UPDATE timer SET due_at = now() WHERE order_id = $1 AND kind = 'nudge'", order)
    await scene.mei.tap("raise", subject_id=order)
    return await scene.mei.find_button("raise_sure", subject_id=order)


async def _replace_card(crash_stack: CrashStack, scene: SceneContext, card: str) -> None:
    mei = scene.mei
    await mei.type_text("/me")
    await mei.tap("add_card")
    await mei.save_card(card)
    card_replaced = "SELECT 1 FROM saga WHERE person_id = $1 AND kind = 'detach_replaced_card' AND status = 'done'"
    await crash_stack.wait_for_row(card_replaced, mei.user_id, timeout=PREPARATION_TIMEOUT_SECONDS)


PRICE_INCREASE_SCENARIOS: dict[str, PrepareScenario] = {
    prepare.__name__: prepare for prepare in (price_increased, price_increase_declined, price_increase_approved)
}
