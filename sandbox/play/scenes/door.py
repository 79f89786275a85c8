"""Scenes at the customer's door, and what the two sides write to each other on the way to it."""

from sandbox.play.scenes.parts import CHARGED, PAID, RUNNER_GETS, orders_laksa, sets_up_payout
from sandbox.play.stage import Ending, Stage


async def absent(stage: Stage) -> tuple[Ending, ...]:
    """Mei and Ana write to each other; Mei does not come to the door, so Ana leaves the food with a photo."""
    mei, ana = stage.mei, stage.ana
    await sets_up_payout(ana)
    order = await orders_laksa(mei)
    await ana.taps("claim", about=order)
    await ana.reads(f"#{order}", f"Reply to this card to write to {mei.name}")
    news = await mei.reads(f"{ana.name} is on it")
    await mei.types("I may be in class. The shelf is fine.", to=news)
    heard = await ana.reads(f"{mei.name} about #{order}", "I may be in class.")
    await ana.types("All right!", to=heard)
    await mei.reads(f"{ana.name} about #{order}", "All right!")
    await ana.taps("bought", about=order)
    await ana.shows("5.50")
    await mei.spots("see_receipt", about=order)
    await ana.taps("picked_up", about=order)
    await ana.taps("here", about=order)
    await mei.reads(f"{ana.name} is waiting", "PIN")
    await ana.taps("leave", about=order)
    await ana.shows()
    await mei.reads(f"Order #{order} is delivered", "Left at Science Library, lobby shelf")
    await mei.reads(f"#{order}", PAID, "with a photo")
    await ana.reads(f"S$7.30 sent for job #{order}")
    return (Ending(order=order, charged=CHARGED, paid_out=RUNNER_GETS),)
