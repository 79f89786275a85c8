"""Scenes of the hand-over, and of the messages customer and runner send each other before it."""

from sandbox.play.scene_context import ExpectedMoney, SceneContext
from sandbox.play.scenes.scene_steps import (
    CHARGED_AMOUNT,
    DELIVERED_AND_PAID_TEXT,
    RUNNER_AMOUNT,
    order_laksa,
    set_up_payout_account,
)


async def play_absent(scene: SceneContext) -> tuple[ExpectedMoney, ...]:
    """Mei and Ana write to each other. Mei does not come to the door, so Ana leaves the food with a photo."""
    mei, ana = scene.mei, scene.ana
    await set_up_payout_account(ana)
    order = await order_laksa(mei)
    await ana.tap("claim", subject_id=order)
    await ana.wait_for_message(f"#{order}", f"Reply to this card to write to {mei.name}")
    runner_assigned_message = await mei.wait_for_message(f"{ana.name} is on it")
    await mei.type_text("I may be in class. The shelf is fine.", reply_to=runner_assigned_message)
    relayed_message = await ana.wait_for_message(f"{mei.name} about #{order}", "I may be in class.")
    await ana.type_text("All right!", reply_to=relayed_message)
    await mei.wait_for_message(f"{ana.name} about #{order}", "All right!")
    await ana.tap("bought", subject_id=order)
    await ana.send_photo("5.50")
    await mei.find_button("see_receipt", subject_id=order)
    await ana.tap("picked_up", subject_id=order)
    await ana.tap("here", subject_id=order)
    await mei.wait_for_message(f"{ana.name} is waiting", "PIN")
    await ana.tap("leave", subject_id=order)
    await ana.send_photo()
    await mei.wait_for_message(f"Order #{order} is delivered", "Left at Science Library, lobby shelf")
    await mei.wait_for_message(f"#{order}", DELIVERED_AND_PAID_TEXT, "with a photo")
    await ana.wait_for_message(f"S$7.30 sent for job #{order}")
    return (ExpectedMoney(order_id=order, charged=CHARGED_AMOUNT, paid_out=RUNNER_AMOUNT),)
