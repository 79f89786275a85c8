"""Errands of a fee that is raised while nobody came: held at once, asked about by the bank, declined, overtaken."""

from sandbox.crash.errand import PREPARED_WITHIN, Errand, Prepare, at_rest, presses
from sandbox.crash.ground import Ground
from sandbox.crash.ordering import looked_for
from sandbox.crash.watch import Subject
from sandbox.play.player import Spotted
from sandbox.play.scenes.parts import ASKS_THE_BANK, DECLINED_LATER
from sandbox.play.stage import Stage

ONE_LIVE = "(SELECT count(*) FROM hold WHERE order_id = $1 AND status IN ('requested', 'approval', 'held')) = 1"
ONE_HELD = "EXISTS (SELECT 1 FROM hold WHERE order_id = $1 AND status = 'held' AND part = 'current'"
RAISED = (
    "SELECT 1 FROM saga WHERE order_id = $1 AND kind = 'replace_hold' AND status = 'done'"
    f" AND {ONE_LIVE} AND {ONE_HELD} AND amount = (SELECT ceiling FROM orders WHERE id = $1))"
)
AS_BEFORE = (
    "SELECT 1 FROM saga WHERE order_id = $1 AND kind = 'replace_hold' AND status = 'undone'"
    f" AND {ONE_LIVE} AND {ONE_HELD} AND amount = (SELECT ceiling FROM orders WHERE id = $1))"
)
ASKED = "SELECT payment_intent FROM hold WHERE order_id = $1 AND part = 'candidate' AND status = 'approval'"


async def fee_raised(ground: Ground, stage: Stage) -> Errand:
    """[Hold S$...] with a good card."""
    order = await looked_for(ground, stage.mei)
    return await _hold_more(ground, stage, order, RAISED)


async def fee_declined(ground: Ground, stage: Stage) -> Errand:
    """The same with a card that says no by now."""
    order = await looked_for(ground, stage.mei)
    await _takes_card(ground, stage, DECLINED_LATER)
    return await _hold_more(ground, stage, order, AS_BEFORE)


async def fee_approved(ground: Ground, stage: Stage) -> Errand:
    """Her yes at the bank to a higher fee: a look will notice."""
    mei, order = stage.mei, await looked_for(ground, stage.mei)
    await _takes_card(ground, stage, ASKS_THE_BANK)
    await mei.taps_on(await _asks(ground, stage, order))
    intent = (await ground.until(ASKED, order, within=PREPARED_WITHIN))["payment_intent"]
    await at_rest(ground, "replace_hold", mei.number)
    return Errand(
        subject=Subject(saga="replace_hold", person=mei.number, order=order),
        set_off=mei.approves_at_bank,
        ends=RAISED,
        about=order,
        look=f"GET /v1/payment_intents/{intent}",
    )


async def _hold_more(ground: Ground, stage: Stage, order: int, ends: str) -> Errand:
    sure = await _asks(ground, stage, order)
    return Errand(
        subject=Subject(saga="replace_hold", person=stage.mei.number, order=order),
        set_off=lambda: presses(stage.mei, sure),
        ends=ends,
        about=order,
    )


async def _asks(ground: Ground, stage: Stage, order: int) -> Spotted:
    """The nudge, now, and its [Raise fee]; the button that holds more."""
    await ground.ask("UPDATE timer SET due_at = now() WHERE order_id = $1 AND kind = 'nudge'", order)
    await stage.mei.taps("raise", about=order)
    return await stage.mei.spots("raise_sure", about=order)


async def _takes_card(ground: Ground, stage: Stage, card: str) -> None:
    mei = stage.mei
    await mei.types("/me")
    await mei.taps("add_card")
    await mei.saves_card(card)
    kept = "SELECT 1 FROM saga WHERE person_id = $1 AND kind = 'let_card_go' AND status = 'done'"
    await ground.until(kept, mei.number, within=PREPARED_WITHIN)


RAISING: dict[str, Prepare] = {prepare.__name__: prepare for prepare in (fee_raised, fee_declined, fee_approved)}
