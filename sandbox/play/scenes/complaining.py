"""A scene after the delivery: something is missing, and the campus team answers until it is settled."""

from sandbox.play.scenes.parts import CHARGED, RUNNER_GETS, brings, is_paid, orders_laksa, sets_up_payout
from sandbox.play.stage import Ending, Stage


async def problem(stage: Stage) -> tuple[Ending, ...]:
    """Mei likes Ana and misses her chopsticks; Sam answers in the admin chat, and says the last word."""
    mei, ana, sam = stage.mei, stage.ana, stage.sam
    await sets_up_payout(ana)
    order = await orders_laksa(mei)
    await ana.taps("claim", about=order)
    await brings(ana, mei, order)
    await mei.taps("thumb_up", about=order)
    await mei.taps("thumb_reason", "Fast", about=order)
    await mei.reads(f"#{order}: delivered", "You said: 👍 fast")
    await mei.taps("problem", about=order)
    await mei.taps("problem_kind", "Missing", about=order)
    await mei.types("No chopsticks in the bag")
    report = await sam.reads(f"order #{order}: something is missing", "No chopsticks in the bag", "with the PIN")
    await sam.types("We bring you a pair", in_group=sam.groups[-1], to=report)
    answer = await mei.reads("The campus team writes", "We bring you a pair")
    await mei.types("They are here, thank you", to=answer)
    await sam.reads(f"order #{order}", "They are here, thank you")
    await sam.taps("case_close")
    await sam.taps("case_close_sure", "solved")
    await mei.reads("is closed", "Thank you for telling us")
    await is_paid(ana, order)
    return (Ending(order=order, charged=CHARGED, paid_out=RUNNER_GETS),)
