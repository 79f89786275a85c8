"""Errands of holds that die during the delivery: charged anew, declined and owed, and paid in the end or not."""

from sandbox.crash.delivering import OWED, at_the_door, brought, hold_dies
from sandbox.crash.errand import PREPARED_WITHIN, Errand, Prepare, at_rest, intent_of, order_of, presses
from sandbox.crash.ground import Ground
from sandbox.crash.watch import Subject
from sandbox.play.scenes.parts import ASKS_THE_BANK, DECLINED_LATER, comes_in, fills_basket
from sandbox.play.stage import Stage

CHARGED = f"{OWED.format('open')} AND EXISTS (SELECT 1 FROM hold WHERE order_id = $1 AND status = 'captured')"
IN_DEBT = f"{OWED.format('open')} AND EXISTS (SELECT 1 FROM customer_debt WHERE order_id = $1 AND status = 'open')"
BANK_ASKED = "SELECT 1 FROM hold WHERE order_id = $1 AND status = 'approval'"
PAID = "SELECT 1 FROM customer_debt WHERE order_id = $1 AND status = 'paid'"
IN_VAIN = (
    "SELECT 1 FROM customer_debt JOIN saga ON saga.order_id = customer_debt.order_id AND saga.kind = 'settle_debt'"
    " WHERE customer_debt.order_id = $1 AND customer_debt.status = 'open' AND saga.status = 'undone'"
)
SETTLING = "SELECT payment_intent FROM hold WHERE order_id = $1 AND status = 'approval'"


async def hold_lapsed(ground: Ground, stage: Stage) -> Errand:
    """The PIN, when the hold died at Stripe before: the card is charged anew."""
    await comes_in(stage.ana)
    order, pin = await at_the_door(ground, stage)
    await hold_dies(stage, await intent_of(ground, order))
    return Errand(
        subject=Subject(saga="complete_order", person=stage.ana.number, order=order),
        set_off=lambda: stage.ana.types(pin),
        ends=CHARGED,
        about=order,
    )


async def hold_lapsed_in_vain(ground: Ground, stage: Stage) -> Errand:
    """The same, and the bank says no, as nobody is there to approve."""
    order, pin = await _lapsed_at_the_door(ground, stage)
    return Errand(
        subject=Subject(saga="complete_order", person=stage.ana.number, order=order),
        set_off=lambda: stage.ana.types(pin),
        ends=IN_DEBT,
        about=order,
    )


async def debt_owed(ground: Ground, stage: Stage) -> Errand:
    """[Pay S$8.30], and her bank wants a yes."""
    mei, order = stage.mei, await _owed(ground, stage)
    pay = await mei.spots("pay_debt")
    return Errand(
        subject=Subject(saga="settle_debt", person=mei.number, order=order),
        set_off=lambda: presses(mei, pay),
        ends=BANK_ASKED,
        about=order,
    )


async def debt_approved(ground: Ground, stage: Stage) -> Errand:
    """Her yes at the bank: a look will notice."""
    mei, order = stage.mei, await _owed(ground, stage)
    await mei.taps("pay_debt")
    intent = (await ground.until(SETTLING, order, within=PREPARED_WITHIN))["payment_intent"]
    await at_rest(ground, "settle_debt", mei.number)
    return Errand(
        subject=Subject(saga="settle_debt", person=mei.number, order=order),
        set_off=mei.approves_at_bank,
        ends=PAID,
        about=order,
        look=f"GET /v1/payment_intents/{intent}",
    )


async def debt_declined(ground: Ground, stage: Stage) -> Errand:
    """[Pay S$8.30] with a card that says no."""
    mei, order = stage.mei, await _owed(ground, stage)
    await mei.types("/me")
    await mei.taps("add_card")
    await mei.saves_card(DECLINED_LATER)
    kept = "SELECT 1 FROM saga WHERE person_id = $1 AND kind = 'let_card_go' AND status = 'done'"
    await ground.until(kept, mei.number, within=PREPARED_WITHIN)
    pay = await mei.spots("pay_debt")
    return Errand(
        subject=Subject(saga="settle_debt", person=mei.number, order=order),
        set_off=lambda: presses(mei, pay),
        ends=IN_VAIN,
        about=order,
    )


async def _owed(ground: Ground, stage: Stage) -> int:
    """An order that was delivered and declined; its number."""
    order, pin = await _lapsed_at_the_door(ground, stage)
    await stage.ana.types(pin)
    await ground.until(IN_DEBT, order, within=PREPARED_WITHIN)
    return order


async def _lapsed_at_the_door(ground: Ground, stage: Stage) -> tuple[int, str]:
    """An order of somebody whose bank wants to be asked every time, brought, and its hold is gone: number and PIN."""
    await comes_in(stage.ana)
    mei = stage.mei
    await fills_basket(mei)
    await mei.taps("place")
    await mei.saves_card(ASKS_THE_BANK)
    await mei.approves_at_bank()
    order = await order_of(ground, mei, "CREATED")
    pin = await brought(stage, order)
    await hold_dies(stage, await intent_of(ground, order))
    return order, pin


OWING: dict[str, Prepare] = {
    prepare.__name__: prepare for prepare in (hold_lapsed, hold_lapsed_in_vain, debt_owed, debt_approved, debt_declined)
}
