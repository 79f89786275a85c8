"""Scenes of those who deliver: one of them, two for one job, a job given back, a runner without an account."""

from sandbox.play.scenes.parts import (
    CHARGED,
    LOOKING,
    RUNNER_GETS,
    brings,
    comes_in,
    is_paid,
    orders_laksa,
    sets_up_payout,
)
from sandbox.play.stage import Ending, Stage
from sandbox.play.wire import PlayError


async def happy(stage: Stage) -> tuple[Ending, ...]:
    """Mei orders, Ana brings it, everybody has what is theirs."""
    mei, ana = stage.mei, stage.ana
    await sets_up_payout(ana)
    order = await orders_laksa(mei)
    await ana.taps("claim", about=order)
    await mei.reads(f"#{order}", f"{ana.name} is on it")
    await brings(ana, mei, order)
    await is_paid(ana, order)
    return (Ending(order=order, charged=CHARGED, paid_out=RUNNER_GETS),)


async def lost_claim(stage: Stage) -> tuple[Ending, ...]:
    """Ana and Ben reach for the same job; Ben hears the truth, and Ana brings it."""
    mei, ana, ben = stage.mei, stage.ana, stage.ben
    await sets_up_payout(ana)
    await comes_in(ben)
    order = await orders_laksa(mei)
    seen = await ben.spots("claim", about=order)
    await ana.taps("claim", about=order)
    toast = await ben.taps_on(seen)
    if "another runner was faster" not in toast.text:
        raise PlayError(f"Ben came too late, and was told {toast.text!r}.")
    await ben.reads(f"#{order}", f"Taken by {ana.name}")
    await brings(ana, mei, order)
    await is_paid(ana, order)
    return (Ending(order=order, charged=CHARGED, paid_out=RUNNER_GETS),)


async def released(stage: Stage) -> tuple[Ending, ...]:
    """Ana takes the job and can't do it; Ben brings it."""
    mei, ana, ben = stage.mei, stage.ana, stage.ben
    await comes_in(ana)
    await sets_up_payout(ben)
    order = await orders_laksa(mei)
    await ana.taps("claim", about=order)
    await ana.taps("release", about=order)
    await ana.taps("release_sure", about=order)
    await ana.reads(f"#{order} is no longer yours")
    await mei.reads(f"#{order}", LOOKING, "could not do it")
    await ben.taps("claim", about=order)
    await brings(ben, mei, order)
    await is_paid(ben, order)
    return (Ending(order=order, charged=CHARGED, paid_out=RUNNER_GETS),)


async def runner_not_onboarded(stage: Stage) -> tuple[Ending, ...]:
    """Ana delivers before she has an account: her money waits for her, and is sent exactly once."""
    mei, ana = stage.mei, stage.ana
    await comes_in(ana)
    order = await orders_laksa(mei)
    await ana.taps("claim", about=order)
    await brings(ana, mei, order)
    await ana.reads(f"#{order}: delivered", "S$7.30 is safe and waits for you")
    await ana.taps("set_up_payout")
    await ana.finishes_onboarding()
    await is_paid(ana, order)
    return (Ending(order=order, charged=CHARGED, paid_out=RUNNER_GETS),)
