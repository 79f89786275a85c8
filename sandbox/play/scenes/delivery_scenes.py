"""Scenes of deliveries: one runner, two runners for one order, an order given back, a runner without an account."""

from sandbox.people.control_clients import PlayError
from sandbox.people.customer import CHARGED_AMOUNT, ORDER_OPEN_TEXT
from sandbox.people.populated_stack import SceneContext
from sandbox.people.runner import RUNNER_AMOUNT
from sandbox.play.money_check import ExpectedMoney


def delivered(order: int) -> tuple[ExpectedMoney]:
    """Return the money of a delivered order: the customer was charged, the runner was paid."""
    return (ExpectedMoney(order_id=order, charged=CHARGED_AMOUNT, paid_out=RUNNER_AMOUNT),)


async def play_happy(scene: SceneContext) -> tuple[ExpectedMoney, ...]:
    """Mei orders, Ana delivers, Mei is charged and Ana is paid."""
    mei, ana = scene.mei, scene.ana
    await ana.set_up_payout_account()
    order = await mei.order_laksa()
    await ana.tap("claim", subject_id=order)
    await mei.wait_for_message(f"#{order}", f"{ana.name} is on it")
    await ana.bring_order(mei, order)
    await ana.wait_until_paid(order)
    return delivered(order)


async def play_lost_claim(scene: SceneContext) -> tuple[ExpectedMoney, ...]:
    """Ana and Ben claim the same order. Ben is told that Ana was faster, and Ana delivers it."""
    mei, ana, ben = scene.mei, scene.ana, scene.ben
    await ana.set_up_payout_account()
    await ben.start_bot()
    order = await mei.order_laksa()
    claim_button = await ben.find_button("claim", subject_id=order)
    await ana.tap("claim", subject_id=order)
    toast = await ben.tap_button(claim_button)
    if "another runner was faster" not in toast.text:
        raise PlayError(f"Ben came too late, and was told {toast.text!r}.")
    await ben.wait_for_message(f"#{order}", f"Taken by {ana.name}")
    await ana.bring_order(mei, order)
    await ana.wait_until_paid(order)
    return delivered(order)


async def play_released(scene: SceneContext) -> tuple[ExpectedMoney, ...]:
    """Ana claims the order and gives it back. Ben delivers it."""
    mei, ana, ben = scene.mei, scene.ana, scene.ben
    await ana.start_bot()
    await ben.set_up_payout_account()
    order = await mei.order_laksa()
    for action in ("claim", "release", "release_sure"):
        await ana.tap(action, subject_id=order)
    await ana.wait_for_message(f"#{order} is no longer yours")
    await mei.wait_for_message(f"#{order}", ORDER_OPEN_TEXT, "could not do it")
    await ben.claim_and_bring(mei, order)
    return delivered(order)


async def play_runner_not_onboarded(scene: SceneContext) -> tuple[ExpectedMoney, ...]:
    """Ana delivers without an account: the money waits for the account, and is sent exactly once."""
    mei, ana = scene.mei, scene.ana
    await ana.start_bot()
    order = await mei.order_laksa()
    await ana.tap("claim", subject_id=order)
    await ana.bring_order(mei, order)
    await ana.wait_for_message(f"#{order}: delivered", "S$7.30 is safe and waits for you")
    await ana.tap("set_up_payout")
    await ana.finish_onboarding()
    await ana.wait_until_paid(order)
    return delivered(order)
