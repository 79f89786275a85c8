"""Scenes at the till: a card that declines, a bank that asks."""

from sandbox.play.scenes.parts import (
    ASKS_THE_BANK,
    CHARGED,
    DECLINED_LATER,
    GOOD_CARD,
    LOOKING,
    RUNNER_GETS,
    brings,
    fills_basket,
    is_paid,
    sets_up_payout,
)
from sandbox.play.stage import Ending, Stage


async def declined(stage: Stage) -> tuple[Ending, ...]:
    """The bank says no: Mei is told, takes another card, and orders again."""
    mei, ana = stage.mei, stage.ana
    await sets_up_payout(ana)
    await fills_basket(mei)
    await mei.taps("place")
    await mei.saves_card(DECLINED_LATER)
    refused = await mei.reads_number("cancelled", "Your bank said no")
    await mei.taps("add_card", about=refused)
    await mei.saves_card(GOOD_CARD)
    await mei.reads("Your card is saved", "4242")
    await mei.taps("try_again", about=refused, unchanged=True)
    await mei.taps("place")
    order = await mei.reads_number(LOOKING)
    await ana.taps("claim", about=order)
    await brings(ana, mei, order)
    await is_paid(ana, order)
    return Ending(order=refused), Ending(order=order, charged=CHARGED, paid_out=RUNNER_GETS)


async def bank_approval(stage: Stage) -> tuple[Ending, ...]:
    """Mei's bank wants a yes of hers before it holds the money."""
    mei, ana = stage.mei, stage.ana
    await sets_up_payout(ana)
    await fills_basket(mei)
    await mei.taps("place")
    await mei.saves_card(ASKS_THE_BANK)
    order = await mei.reads_number("your bank wants a yes from you")
    await mei.approves_at_bank()
    await mei.reads(f"#{order}", LOOKING)
    await ana.taps("claim", about=order)
    await brings(ana, mei, order)
    await is_paid(ana, order)
    return (Ending(order=order, charged=CHARGED, paid_out=RUNNER_GETS),)
