"""Scenes of orders that take another way: expired, cancelled, declined, approved at the bank, left at the door."""

from sandbox.people.customer import (
    APPROVAL_REQUIRED_CARD,
    DECLINED_CARD,
    DELIVERED_AND_PAID_TEXT,
    GOOD_CARD,
    ORDER_OPEN_TEXT,
)
from sandbox.people.populated_stack import SceneContext
from sandbox.play.money_check import ExpectedMoney
from sandbox.play.scenes.delivery_scenes import delivered

EXPIRY_TIMEOUT_SECONDS = 30.0  # the hasty campus closes an unclaimed order after four seconds


async def play_expired(scene: SceneContext) -> tuple[ExpectedMoney, ...]:
    """No runner claims the order: it expires, and Mei pays nothing."""
    mei, ben = scene.mei, scene.ben
    order = await mei.order_laksa()
    await ben.find_button("claim", subject_id=order)
    await mei.wait_for_message(f"#{order}: nobody could take it in time", "Released", timeout=EXPIRY_TIMEOUT_SECONDS)
    await ben.wait_for_message(f"#{order}", "Closed")
    return (ExpectedMoney(order_id=order),)


async def play_cancelled(scene: SceneContext) -> tuple[ExpectedMoney, ...]:
    """Mei cancels before a runner claims the order."""
    mei, ben = scene.mei, scene.ben
    order = await mei.order_laksa()
    await ben.find_button("claim", subject_id=order)
    await mei.cancel_order(order)
    await ben.wait_for_message(f"#{order}", "Closed")
    return (ExpectedMoney(order_id=order),)


async def play_declined(scene: SceneContext) -> tuple[ExpectedMoney, ...]:
    """The card is declined: Mei is told, adds another card, and orders again."""
    mei, ana = scene.mei, scene.ana
    await ana.set_up_payout_account()
    await mei.place_order(DECLINED_CARD)
    refused = await mei.wait_for_order_number("cancelled", "Your bank said no")
    await mei.tap("add_card", subject_id=refused)
    await mei.save_card(GOOD_CARD)
    await mei.wait_for_message("Your card is saved", "4242")
    await mei.tap("try_again", subject_id=refused, allow_unchanged=True)
    await mei.tap("place")
    order = await mei.wait_for_order_number(ORDER_OPEN_TEXT)
    await ana.claim_and_bring(mei, order)
    return ExpectedMoney(order_id=refused), *delivered(order)


async def play_bank_approval(scene: SceneContext) -> tuple[ExpectedMoney, ...]:
    """Mei's bank asks for approval before it holds the money."""
    mei, ana = scene.mei, scene.ana
    await ana.set_up_payout_account()
    await mei.place_order(APPROVAL_REQUIRED_CARD)
    order = await mei.wait_for_order_number("your bank wants a yes from you")
    await mei.approve_at_bank()
    await mei.wait_for_message(f"#{order}", ORDER_OPEN_TEXT)
    await ana.claim_and_bring(mei, order)
    return delivered(order)


async def play_absent(scene: SceneContext) -> tuple[ExpectedMoney, ...]:
    """Mei and Ana write to each other. Mei does not come to the door, so Ana leaves the food with a photo.

    Ana's pay waits until Mei can report no problem any more. The campus file of this scene says 6 s, not 24 hours.
    """
    mei, ana = scene.mei, scene.ana
    await ana.set_up_payout_account()
    order = await mei.order_laksa()
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
    await ana.wait_for_message(f"#{order}: delivered", "Your S$7.30 goes out on", "without the PIN")
    await ana.wait_for_message(f"S$7.30 sent for job #{order}")
    return delivered(order)
