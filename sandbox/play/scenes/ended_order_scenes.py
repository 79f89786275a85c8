"""Scenes of orders that end before a runner buys the food: expired, or cancelled."""

from sandbox.play.scene_context import ExpectedMoney, SceneContext
from sandbox.play.scenes.scene_steps import order_laksa

EXPIRY_TIMEOUT_SECONDS = 30.0  # the hasty campus closes an unclaimed order after four seconds


async def play_expired(scene: SceneContext) -> tuple[ExpectedMoney, ...]:
    """No runner claims the order: it expires, and Mei pays nothing."""
    mei, ben = scene.mei, scene.ben
    order = await order_laksa(mei)
    await ben.find_button("claim", subject_id=order)
    await mei.wait_for_message(f"#{order}: nobody could take it in time", "Released", timeout=EXPIRY_TIMEOUT_SECONDS)
    await ben.wait_for_message(f"#{order}", "Closed")
    return (ExpectedMoney(order_id=order),)


async def play_cancelled(scene: SceneContext) -> tuple[ExpectedMoney, ...]:
    """Mei cancels before a runner claims the order."""
    mei, ben = scene.mei, scene.ben
    order = await order_laksa(mei)
    await ben.find_button("claim", subject_id=order)
    await mei.tap("cancel", subject_id=order)
    await mei.tap("cancel_sure", subject_id=order)
    await mei.wait_for_message(f"#{order}: cancelled", "Released")
    await ben.wait_for_message(f"#{order}", "Closed")
    return (ExpectedMoney(order_id=order),)
