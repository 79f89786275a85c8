"""Errands of money that goes back: agreed on, taken back from the runner, late, refused, and returned by a bank."""

import json
import time
from dataclasses import replace

from sandbox.crash.delivering import OWED, at_the_door
from sandbox.crash.errand import PREPARED_WITHIN, Errand, Prepare, at_rest
from sandbox.crash.ground import Ground
from sandbox.crash.watch import Subject
from sandbox.launch.stack import STRIPE_SECRET_KEY, STRIPE_WEBHOOK_SECRET
from sandbox.play.scenes.parts import GOOD_CARD, sets_up_payout
from sandbox.play.stage import Stage
from sandbox.play.wire import PlayError, fields, rows
from sandbox.stripe.delivery import signature
from sandbox.stripe.eventlog import API_VERSION

REFUNDED_LATE = "4000 0000 0000 7726"
REFUND_RETURNED = "4000 0000 0000 5126"
GIVEN_BACK = "SELECT 1 FROM refund WHERE order_id = $1 AND status = 'succeeded' AND taken_back = hers"
NOT_GIVEN_BACK = "SELECT 1 FROM refund WHERE order_id = $1 AND status = 'failed'"
AT_STRIPE = "SELECT refund FROM refund WHERE order_id = $1 AND refund IS NOT NULL"
OVER = "SELECT 1 FROM saga WHERE kind = 'refund_order' AND order_id = $1 AND status = 'done'"


async def refund_wanted(ground: Ground, stage: Stage) -> Errand:
    """An admin's word that a part of what was paid goes back, and that its runner, who was paid, bears it."""
    order = await _paid(ground, stage, GOOD_CARD)
    return Errand(
        subject=Subject(saga="refund_order", person=stage.sam.number, order=order),
        set_off=lambda: _asks_for_refund(stage, order),
        ends=GIVEN_BACK,
        about=order,
    )


async def refund_refused(ground: Ground, stage: Stage) -> Errand:
    """The same, and Stripe refuses to send it."""
    return replace(await refund_wanted(ground, stage), ends=NOT_GIVEN_BACK, refused=True)


async def refund_late(ground: Ground, stage: Stage) -> Errand:
    """A refund that the customer's bank takes its time over."""
    order = await _paid(ground, stage, REFUNDED_LATE)
    await _asks_for_refund(stage, order)
    refund = (await ground.until(AT_STRIPE, order, within=PREPARED_WITHIN))["refund"]
    await at_rest(ground, "refund_order", stage.mei.number)
    return Errand(
        subject=Subject(saga="refund_order", person=stage.sam.number, order=order),
        set_off=lambda: stage.stripe.post(f"/sim/refunds/{refund}", {}),
        ends=GIVEN_BACK,
        about=order,
        look=f"GET /v1/refunds/{refund}",
    )


async def refund_returned(ground: Ground, stage: Stage) -> Errand:
    """A refund we thought done, which the customer's bank sends back; Stripe tells of it."""
    order = await _paid(ground, stage, REFUND_RETURNED)
    await _asks_for_refund(stage, order)
    await ground.until(OVER, order, within=PREPARED_WITHIN)
    refund = str((await ground.ask(AT_STRIPE, order))[0]["refund"])
    return Errand(
        subject=Subject(saga="check_refund", person=stage.ana.number, order=order),
        set_off=lambda: _returns(ground, stage, refund),
        ends=NOT_GIVEN_BACK,
        about=order,
        look=f"GET /v1/refunds/{refund}",
    )


async def _paid(ground: Ground, stage: Stage, card: str) -> int:
    """An order delivered with this card, and its runner has her money; returns its number."""
    await sets_up_payout(stage.ana)
    order, pin = await at_the_door(ground, stage, card)
    await stage.ana.types(pin)
    await ground.until(OWED.format("paid"), order, within=PREPARED_WITHIN)
    return order


async def _asks_for_refund(stage: Stage, order: int) -> None:
    await stage.sam.types(f"/refund {order} 2.00 runner it was cold", in_group=stage.sam.groups[-1])


async def _returns(ground: Ground, stage: Stage, refund: str) -> None:
    """The bank's late no, and the one webhook that gets through."""
    await stage.stripe.post(f"/sim/refunds/{refund}", {})
    said = {"Authorization": f"Bearer {STRIPE_SECRET_KEY}", "Stripe-Version": API_VERSION}
    asked = f"{stage.stripe.address}/v1/events"
    async with stage.stripe.session.get(asked, headers=said, params={"type": "refund.failed"}) as answer:
        events = rows(fields(await answer.json())["data"])
    mine = next(one for one in events if fields(fields(one["data"])["object"])["id"] == refund)
    body = json.dumps(mine)
    signed = {"Stripe-Signature": signature(STRIPE_WEBHOOK_SECRET, body, int(time.time()))}
    async with stage.stripe.session.post(f"{ground.stack.bot_url}/stripe", data=body, headers=signed) as answer:
        if not answer.ok:
            raise PlayError(f"The webhook was refused: {await answer.text()}")


REFUNDING: dict[str, Prepare] = {
    prepare.__name__: prepare for prepare in (refund_wanted, refund_refused, refund_late, refund_returned)
}
