"""Errands of money that goes back: agreed on, taken back from the runner, late, or refused."""

from dataclasses import replace

from sandbox.crash.delivering import OWED, at_the_door
from sandbox.crash.errand import PREPARED_WITHIN, Errand, Prepare, at_rest
from sandbox.crash.ground import Ground
from sandbox.crash.watch import Subject
from sandbox.play.scenes.parts import GOOD_CARD, sets_up_payout
from sandbox.play.stage import Stage

REFUNDED_LATE = "4000 0000 0000 7726"
GIVEN_BACK = "SELECT 1 FROM refund WHERE order_id = $1 AND status = 'succeeded' AND taken_back = hers"
NOT_GIVEN_BACK = "SELECT 1 FROM refund WHERE order_id = $1 AND status = 'failed'"
ACCOUNT = "SELECT stripe_account FROM person WHERE id = $1"
OWES = "SELECT 1 FROM debt WHERE order_id = $1 AND status = 'open'"
ALL_NETTED = (
    "SELECT 1 FROM netting JOIN debt ON debt.id = debt_id AND debt.status = 'netted' WHERE payable_id = payable.id"
)
AT_STRIPE = "SELECT refund FROM refund WHERE order_id = $1 AND refund IS NOT NULL"


async def refund_wanted(ground: Ground, stage: Stage) -> Errand:
    """An admin's word that a part of what was paid goes back, and that its runner, who was paid, bears it."""
    order = await paid(ground, stage, GOOD_CARD)
    return Errand(
        subject=Subject(saga="refund_order", person=stage.sam.number, order=order),
        set_off=lambda: asks_for_refund(stage, order),
        ends=GIVEN_BACK,
        about=order,
    )


async def refund_refused(ground: Ground, stage: Stage) -> Errand:
    """The same, and Stripe refuses to send it."""
    return replace(await refund_wanted(ground, stage), ends=NOT_GIVEN_BACK, refused=True)


async def refund_late(ground: Ground, stage: Stage) -> Errand:
    """A refund that the customer's bank takes its time over."""
    order = await paid(ground, stage, REFUNDED_LATE)
    await asks_for_refund(stage, order)
    refund = (await ground.until(AT_STRIPE, order, within=PREPARED_WITHIN))["refund"]
    await at_rest(ground, "refund_order", stage.mei.number)
    return Errand(
        subject=Subject(saga="refund_order", person=stage.sam.number, order=order),
        set_off=lambda: stage.stripe.post(f"/sim/refunds/{refund}", {}),
        ends=GIVEN_BACK,
        about=order,
        look=f"GET /v1/refunds/{refund}",
    )


async def earned_in_debt(ground: Ground, stage: Stage) -> Errand:
    """The PIN, by a runner who owes us for a refund: a part of her pay is kept, and the rest is sent, once."""
    first = await paid(ground, stage, GOOD_CARD)
    account = (await ground.ask(ACCOUNT, stage.ana.number))[0]["stripe_account"]
    await stage.stripe.post(f"/sim/accounts/{account}", {"pay_out": True})
    await asks_for_refund(stage, first)
    await ground.until(OWES, first, within=PREPARED_WITHIN)
    order, pin = await at_the_door(ground, stage, None)
    return Errand(
        subject=Subject(saga="pay_out_runner", person=stage.ana.number, order=order),
        set_off=lambda: stage.ana.types(pin),
        ends=f"{OWED.format('paid')} AND payable.netted = 200 AND EXISTS ({ALL_NETTED})",
        about=order,
    )


async def paid(ground: Ground, stage: Stage, card: str) -> int:
    """An order delivered with this card, and its runner has her money; returns its number."""
    await sets_up_payout(stage.ana)
    order, pin = await at_the_door(ground, stage, card)
    await stage.ana.types(pin)
    await ground.until(OWED.format("paid"), order, within=PREPARED_WITHIN)
    return order


async def asks_for_refund(stage: Stage, order: int) -> None:
    """An admin's command."""
    await stage.sam.types(f"/refund {order} 2.00 runner it was cold", in_group=stage.sam.groups[-1])


REFUNDING: dict[str, Prepare] = {
    prepare.__name__: prepare for prepare in (refund_wanted, refund_refused, refund_late, earned_in_debt)
}
