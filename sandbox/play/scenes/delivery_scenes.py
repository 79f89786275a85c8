"""Scenes of deliveries: one runner, two runners for one order, an order given back, a runner without an account."""

from sandbox.play.sandbox_client import PlayError
from sandbox.play.scene_context import ExpectedMoney, SceneContext
from sandbox.play.scenes.scene_steps import (
    CHARGED_AMOUNT,
    ORDER_OPEN_TEXT,
    RUNNER_AMOUNT,
    bring_order_to_customer,
    order_laksa,
    set_up_payout_account,
    start_bot,
    wait_until_runner_paid,
)


async def play_happy(scene: SceneContext) -> tuple[ExpectedMoney, ...]:
    """Mei orders, Ana delivers, Mei is charged and Ana is paid."""
    mei, ana = scene.mei, scene.ana
    await set_up_payout_account(ana)
    order = await order_laksa(mei)
    await ana.tap("claim", subject_id=order)
    await mei.wait_for_message(f"#{order}", f"{ana.name} is on it")
    await bring_order_to_customer(ana, mei, order)
    await wait_until_runner_paid(ana, order)
    return (ExpectedMoney(order_id=order, charged=CHARGED_AMOUNT, paid_out=RUNNER_AMOUNT),)


async def play_lost_claim(scene: SceneContext) -> tuple[ExpectedMoney, ...]:
    """Ana and Ben claim the same order. Ben is told that Ana was faster, and Ana delivers it."""
    mei, ana, ben = scene.mei, scene.ana, scene.ben
    await set_up_payout_account(ana)
    await start_bot(ben)
    order = await order_laksa(mei)
    claim_button = await ben.find_button("claim", subject_id=order)
    await ana.tap("claim", subject_id=order)
    toast = await ben.tap_button(claim_button)
    if "another runner was faster" not in toast.text:
        raise PlayError(f"Ben came too late, and was told {toast.text!r}.")
    await ben.wait_for_message(f"#{order}", f"Taken by {ana.name}")
    await bring_order_to_customer(ana, mei, order)
    await wait_until_runner_paid(ana, order)
    return (ExpectedMoney(order_id=order, charged=CHARGED_AMOUNT, paid_out=RUNNER_AMOUNT),)


async def play_released(scene: SceneContext) -> tuple[ExpectedMoney, ...]:
    """Ana claims the order and gives it back. Ben delivers it."""
    mei, ana, ben = scene.mei, scene.ana, scene.ben
    await start_bot(ana)
    await set_up_payout_account(ben)
    order = await order_laksa(mei)
    await ana.tap("claim", subject_id=order)
    await ana.tap("release", subject_id=order)
    await ana.tap("release_sure", subject_id=order)
    await ana.wait_for_message(f"#{order} is no longer yours")
    await mei.wait_for_message(f"#{order}", ORDER_OPEN_TEXT, "could not do it")
    await ben.tap("claim", subject_id=order)
    await bring_order_to_customer(ben, mei, order)
    await wait_until_runner_paid(ben, order)
    return (ExpectedMoney(order_id=order, charged=CHARGED_AMOUNT, paid_out=RUNNER_AMOUNT),)


async def play_runner_not_onboarded(scene: SceneContext) -> tuple[ExpectedMoney, ...]:
    """Ana delivers without an account: the money waits for the account, and is sent exactly once."""
    mei, ana = scene.mei, scene.ana
    await start_bot(ana)
    order = await order_laksa(mei)
    await ana.tap("claim", subject_id=order)
    await bring_order_to_customer(ana, mei, order)
    await ana.wait_for_message(f"#{order}: delivered", "S$7.30 is safe and waits for you")
    await ana.tap("set_up_payout")
    await ana.finish_onboarding()
    await wait_until_runner_paid(ana, order)
    return (ExpectedMoney(order_id=order, charged=CHARGED_AMOUNT, paid_out=RUNNER_AMOUNT),)
