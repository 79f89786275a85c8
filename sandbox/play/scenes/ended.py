"""Scenes of orders that end before anybody buys: nobody came, or nobody wants it any more."""

from sandbox.play.scenes.parts import orders_laksa
from sandbox.play.stage import Ending, Stage

EXPIRY_PATIENCE = 30.0  # seconds; the hasty campus closes a job after four


async def expired(stage: Stage) -> tuple[Ending, ...]:
    """Nobody takes the job: it closes by itself, and Mei pays nothing."""
    mei, ben = stage.mei, stage.ben
    order = await orders_laksa(mei)
    await ben.spots("claim", about=order)
    await mei.reads(f"#{order}: nobody could take it in time", "Released", within=EXPIRY_PATIENCE)
    await ben.reads(f"#{order}", "Closed")
    return (Ending(order=order),)


async def cancelled(stage: Stage) -> tuple[Ending, ...]:
    """Mei changes her mind while nobody has the job."""
    mei, ben = stage.mei, stage.ben
    order = await orders_laksa(mei)
    await ben.spots("claim", about=order)
    await mei.taps("cancel", about=order)
    await mei.taps("cancel_sure", about=order)
    await mei.reads(f"#{order}: cancelled", "Released")
    await ben.reads(f"#{order}", "Closed")
    return (Ending(order=order),)
