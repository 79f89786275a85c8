"""A scene of a problem after the delivery: something is missing, and an admin answers until the case is closed."""

from sandbox.people.populated_stack import SceneContext
from sandbox.play.money_check import ExpectedMoney
from sandbox.play.scenes.delivery_scenes import delivered


async def play_problem(scene: SceneContext) -> tuple[ExpectedMoney, ...]:
    """Mei rates Ana well and reports missing chopsticks. Sam answers in the admin chat and closes the case."""
    mei, ana, sam = scene.mei, scene.ana, scene.sam
    await ana.set_up_payout_account()
    order = await mei.order_laksa()
    await ana.tap("claim", subject_id=order)
    await ana.bring_order(mei, order)
    await mei.tap("thumb_up", subject_id=order)
    await mei.tap("thumb_reason", "Fast", subject_id=order)
    await mei.wait_for_message(f"#{order}: delivered", "You said: 👍 fast")
    await mei.tap("problem", subject_id=order)
    await mei.tap("problem_kind", "Missing", subject_id=order)
    await mei.type_text("No chopsticks in the bag")
    report = await sam.wait_for_message(
        f"order #{order}: something is missing", "No chopsticks in the bag", "with the PIN"
    )
    await sam.type_text("We bring you a pair", in_group=sam.campus.admin_chat, reply_to=report)
    answer = await mei.wait_for_message("The campus team writes", "We bring you a pair")
    await mei.type_text("They are here, thank you", reply_to=answer)
    await sam.wait_for_message(f"order #{order}", "They are here, thank you")
    await sam.tap("case_close")
    await sam.tap("case_close_sure", "solved")
    await mei.wait_for_message("is closed", "Thank you for telling us")
    await ana.wait_until_paid(order)
    return delivered(order)
