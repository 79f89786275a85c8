"""Scenes of orders that end before anybody buys: nobody came, or nobody wants it any more."""

from sandbox.play.scene_context import ExpectedMoney, SceneContext
from sandbox.play.scenes.scene_steps import order_laksa

EXPIRY_TIMEOUT_SECONDS = 30.0  # seconds; the hasty campus closes a job after four


async def play_expired(scene: SceneContext) -> tuple[ExpectedMoney, ...]:
    """Nobody takes the job: it closes by itself, and Mei pays nothing."""
    mei, ben = scene.mei, scene.ben
    order = await order_laksa(mei)
    await ben.find_button("claim", subject_id=order)
    await mei.wait_for_message(f"#{order}: nobody could take it in time", "Released", timeout=EXPIRY_TIMEOUT_SECONDS)
    await ben.wait_for_message(f"#{order}", "Closed")
    return (ExpectedMoney(order_id=order),)


async def play_cancelled(scene: SceneContext) -> tuple[ExpectedMoney, ...]:
    """Mei changes her mind while nobody has the job."""
    mei, ben = scene.mei, scene.ben
    order = await order_laksa(mei)
    await ben.find_button("claim", subject_id=order)
    await mei.tap("cancel", subject_id=order)
    await mei.tap("cancel_sure", subject_id=order)
    await mei.wait_for_message(f"#{order}: cancelled", "Released")
    await ben.wait_for_message(f"#{order}", "Closed")
    return (ExpectedMoney(order_id=order),)
