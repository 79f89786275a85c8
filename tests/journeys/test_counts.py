"""How much people have to do, counted on the wire: taps, typed lines, and how often a phone rings."""

from dataclasses import dataclass

import pytest

from domain.loudness import MOST_LOUD
from sandbox.play.player import Player
from sandbox.play.scenes.parts import GOOD_CARD, INVITATION, LOOKING, PAID, fills_basket, sets_up_payout
from sandbox.play.stage import Stage
from sandbox.play.tally import Received, Tally, received
from tests.journeys.town import Town

FIRST_ORDER_TAPS = 7
FIRST_ORDER_LINES = 1
USUAL_TAPS = 2
JOB_TAPS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """What the people of one evening did, and got after [Place order]."""

    first_order: Tally
    usual: Tally
    claim: Tally
    job: Tally
    received: Received
    toasts: int


@pytest.fixture(scope="module")
async def counted(town: Town) -> Counted:
    """A first order with a saved card and a known store, brought and paid; then the usual again."""
    async with town.stage("south") as stage:
        return await evening(stage)


async def evening(stage: Stage) -> Counted:
    mei, ana = stage.mei, stage.ana
    await sets_up_payout(ana)
    await saves_a_card(mei)
    mei.tally.reset()
    await fills_basket(mei)
    before = stage.eyes.last_event
    await mei.taps("place")
    first_order = take(mei.tally)
    order = await mei.reads_number(LOOKING)
    ana.tally.reset()
    toast = await ana.taps("claim", about=order)
    claim = take(ana.tally)
    await works(ana, mei, order)
    job = Tally(taps=claim.taps + ana.tally.taps, lines=ana.tally.lines, photos=ana.tally.photos)
    got = received(stage.eyes.in_places(mei.chats), after=before)
    mei.tally.reset()
    usual = await orders_the_usual(mei)
    return Counted(
        first_order=first_order, usual=usual, claim=claim, job=job, received=got, toasts=1 if toast.text else 0
    )


async def saves_a_card(mei: Player) -> None:
    """Long before she orders."""
    await mei.types(f"/start {INVITATION}")
    await mei.taps("me")
    await mei.taps("add_card")
    await mei.saves_card(GOOD_CARD)
    await mei.reads("Your card is saved")


async def works(ana: Player, mei: Player, order: int) -> None:
    ana.tally.reset()
    await ana.taps("bought", about=order)
    await ana.taps("bought_estimate", about=order)
    await ana.taps("picked_up", about=order)
    await ana.taps("here", about=order)
    await ana.types(await mei.reads_pin(order))
    await mei.reads(f"#{order}", PAID)
    await ana.reads(f"#{order}: delivered", "was sent")


async def orders_the_usual(mei: Player) -> Tally:
    await mei.types("/start")
    mei.tally.reset()
    await mei.taps("usual")
    await mei.taps("place")
    done = take(mei.tally)
    order = await mei.reads_number(LOOKING)
    await mei.taps("cancel", about=order)
    await mei.taps("cancel_sure", about=order)
    await mei.reads(f"#{order}: cancelled", "Released")
    return done


def take(tally: Tally) -> Tally:
    """A copy that counts no further."""
    return Tally(taps=tally.taps, lines=tally.lines, photos=tally.photos)


async def test_a_first_order_is_seven_taps_and_one_line(counted: Counted) -> None:
    print(f"first order: {counted.first_order}")
    assert counted.first_order.taps <= FIRST_ORDER_TAPS
    assert counted.first_order.lines <= FIRST_ORDER_LINES


async def test_the_usual_again_is_two_taps(counted: Counted) -> None:
    print(f"the usual: {counted.usual}")
    assert (counted.usual.taps, counted.usual.lines) == (USUAL_TAPS, 0)


async def test_a_claim_is_one_tap_and_a_job_six_taps_and_a_pin(counted: Counted) -> None:
    print(f"claim: {counted.claim}; job: {counted.job}")
    assert counted.claim.taps == counted.toasts == 1
    assert counted.job.taps <= JOB_TAPS
    assert (counted.job.lines, counted.job.photos) == (1, 0)


async def test_a_customer_gets_one_card_and_at_most_four_pushes(counted: Counted) -> None:
    print(f"from [Place order] to the end: {counted.received}")
    assert counted.received.silent == 1, "the card"
    assert 0 < counted.received.loud <= MOST_LOUD
