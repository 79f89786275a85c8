"""Steps that several scenes share: an order of one laksa, a pay-out account, a delivery."""

from sandbox.play.scripted_user import ScriptedUser

INVITATION = "north-2026"  # the invite code in the campus files of all scenes
GOOD_CARD = "4242 4242 4242 4242"
DECLINED_CARD = "4000 0000 0000 0341"  # can be saved, and declines a hold
APPROVAL_REQUIRED_CARD = "4000 0027 6000 3184"

# Laksa 5.50, delivery 2.00 (the runner keeps 90 %), service 0.80; bought for exactly the estimate.
CHARGED_AMOUNT = 830
RUNNER_AMOUNT = 730

ORDER_OPEN_TEXT = "looking for a runner"
DELIVERED_AND_PAID_TEXT = "delivered and paid"


async def fill_basket(mei: ScriptedUser) -> None:
    """Put one laksa from Koufu for the library into the basket, and wait for the review."""
    await mei.type_text(f"/start {INVITATION}")  # what Telegram sends when a person follows the campus' invite link
    await mei.tap("order_food")
    await mei.tap("store", "Koufu")
    await mei.tap("menu_item", "Laksa")
    await mei.tap("items_done")
    await mei.tap("drop_point", "Science Library")
    await mei.find_button("place")


async def order_laksa(mei: ScriptedUser, card: str = GOOD_CARD) -> int:
    """Place the first order of a person without a card. Wait until it is open, and return its number."""
    await fill_basket(mei)
    await mei.tap("place")
    await mei.save_card(card)
    return await mei.wait_for_order_number(ORDER_OPEN_TEXT)


async def start_bot(runner: ScriptedUser) -> None:
    """Send /start, because a bot may not write first to a person on Telegram."""
    await runner.type_text(f"/start {INVITATION}")
    await runner.find_button("deliver_food")


async def set_up_payout_account(runner: ScriptedUser) -> None:
    """Send /start and set up an account that can receive money."""
    await start_bot(runner)
    await runner.tap("deliver_food")
    await runner.tap("set_up_payout")
    await runner.finish_onboarding()
    await runner.wait_for_message("pay-out is ready")


async def bring_order_to_customer(runner: ScriptedUser, mei: ScriptedUser, order: int) -> None:
    """Buy, pick up and deliver a claimed order, with the PIN at the end."""
    await runner.tap("bought", subject_id=order)
    await runner.tap("bought_estimate", subject_id=order)
    await runner.tap("picked_up", subject_id=order)
    await runner.tap("here", subject_id=order)
    await runner.type_text(await mei.wait_for_pin(order))
    await mei.wait_for_message(f"#{order}", DELIVERED_AND_PAID_TEXT)


async def wait_until_runner_paid(runner: ScriptedUser, order: int) -> None:
    """Wait until the runner's order message says that the money was sent."""
    await runner.wait_for_message(f"#{order}: delivered", "S$7.30 was sent")
