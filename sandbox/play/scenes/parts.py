"""Passages that several scenes share: an order of one laksa, a pay-out account, a delivery."""

from sandbox.play.player import Player

INVITATION = "north-2026"  # the code of every campus of the plays, as their files have it
GOOD_CARD = "4242 4242 4242 4242"
DECLINED_LATER = "4000 0000 0000 0341"  # can be saved, and declines when money is to be held
ASKS_THE_BANK = "4000 0027 6000 3184"

# Laksa 5.50, delivery 2.00 (the runner keeps 90 %), service 0.80; bought for exactly the estimate.
CHARGED = 830
RUNNER_GETS = 730

LOOKING = "looking for a runner"
PAID = "delivered and paid"


async def fills_basket(mei: Player) -> None:
    """One laksa from Koufu to the library, as far as the review."""
    await mei.types(f"/start {INVITATION}")  # what Telegram writes for who follows the campus' link
    await mei.taps("order_food")
    await mei.taps("store", "Koufu")
    await mei.taps("menu_item", "Laksa")
    await mei.taps("items_done")
    await mei.taps("drop_point", "Science Library")
    await mei.spots("place")


async def orders_laksa(mei: Player, card: str = GOOD_CARD) -> int:
    """The first order of somebody without a card, up to the search for a runner; returns its number."""
    await fills_basket(mei)
    await mei.taps("place")
    await mei.saves_card(card)
    return await mei.reads_number(LOOKING)


async def comes_in(runner: Player) -> None:
    """The first word: Telegram lets no bot write to somebody who never wrote to it."""
    await runner.types(f"/start {INVITATION}")
    await runner.spots("deliver_food")


async def sets_up_payout(runner: Player) -> None:
    """From the first word to an account that money can be sent to."""
    await comes_in(runner)
    await runner.taps("deliver_food")
    await runner.taps("set_up_payout")
    await runner.finishes_onboarding()
    await runner.reads("pay-out is ready")


async def brings(runner: Player, mei: Player, order: int) -> None:
    """From the claimed job to the PIN."""
    await runner.taps("bought", about=order)
    await runner.taps("bought_estimate", about=order)
    await runner.taps("picked_up", about=order)
    await runner.taps("here", about=order)
    await runner.types(await mei.reads_pin(order))
    await mei.reads(f"#{order}", PAID)


async def is_paid(runner: Player, order: int) -> None:
    """The runner's own card says that the money was sent."""
    await runner.reads(f"#{order}: delivered", "S$7.30 was sent")
