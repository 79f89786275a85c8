"""Errands that late news of Stripe set off: a refund came back, a payment is disputed, an account may get no money."""

import json
import time

from sandbox.crash.delivering import OWED
from sandbox.crash.errand import PREPARED_WITHIN, Errand, Prepare
from sandbox.crash.ground import Ground
from sandbox.crash.refunding import AT_STRIPE, NOT_GIVEN_BACK, asks_for_refund, paid
from sandbox.crash.watch import Subject
from sandbox.launch.stack import STRIPE_CONNECT_WEBHOOK_SECRET, STRIPE_SECRET_KEY, STRIPE_WEBHOOK_SECRET
from sandbox.play.scenes.parts import GOOD_CARD, sets_up_payout
from sandbox.play.stage import Stage
from sandbox.play.wire import PlayError, fields, rows
from sandbox.stripe.delivery import signature
from sandbox.stripe.eventlog import API_VERSION

REFUND_RETURNED = "4000 0000 0000 5126"
REFUNDED = "SELECT 1 FROM saga WHERE kind = 'refund_order' AND order_id = $1 AND status = 'done'"
CHARGE = "SELECT charge FROM hold WHERE order_id = $1 AND status = 'captured'"
DISPUTED = "SELECT 1 FROM dispute WHERE order_id = $1 AND status = 'open' AND withdrawn = amount"
ACCOUNT = "SELECT stripe_account FROM person WHERE id = $1"
ACCOUNT_LOST = "SELECT 1 FROM person WHERE id = $1 AND NOT payouts_ready"
MOST_EVENTS = "100"  # of a kind, newest first


async def refund_returned(ground: Ground, stage: Stage) -> Errand:
    """A refund we thought done, which the customer's bank sent back."""
    order = await paid(ground, stage, REFUND_RETURNED)
    await asks_for_refund(stage, order)
    await ground.until(REFUNDED, order, within=PREPARED_WITHIN)
    refund = str((await ground.ask(AT_STRIPE, order))[0]["refund"])
    await stage.stripe.post(f"/sim/refunds/{refund}", {})
    return Errand(
        subject=Subject(saga="check_refund", person=stage.ana.number, order=order),
        set_off=lambda: tells(ground, stage, "refund.failed", refund),
        ends=NOT_GIVEN_BACK,
        about=order,
        look=f"GET /v1/refunds/{refund}",
    )


async def disputed(ground: Ground, stage: Stage) -> Errand:
    """A payment that the customer's bank took back until it has decided."""
    order = await paid(ground, stage, GOOD_CARD)
    charge = (await ground.ask(CHARGE, order))[0]["charge"]
    dispute = str(fields(await stage.stripe.post(f"/sim/disputes/{charge}", {}))["id"])
    return Errand(
        subject=Subject(saga="follow_dispute", person=stage.ana.number, order=order),
        set_off=lambda: tells(ground, stage, "charge.dispute.created", dispute),
        ends=f"{DISPUTED} AND EXISTS ({OWED.format('paid')})",
        about=order,
        look=f"GET /v1/disputes/{dispute}",
    )


async def account_lost(ground: Ground, stage: Stage) -> Errand:
    """A runner's account that Stripe lets nothing be sent to any more."""
    ana = stage.ana
    await sets_up_payout(ana)
    account = str((await ground.ask(ACCOUNT, ana.number))[0]["stripe_account"])
    await stage.stripe.post(f"/sim/accounts/{account}", {"transfers": "inactive"})
    return Errand(
        subject=Subject(saga="follow_account", person=ana.number),
        set_off=lambda: tells(ground, stage, "account.updated", account, account=account),
        ends=ACCOUNT_LOST,
        about=ana.number,
        look=f"GET /v1/accounts/{account}",
    )


async def tells(ground: Ground, stage: Stage, kind: str, about: str, *, account: str | None = None) -> None:
    """The one webhook that gets through: the newest event of this kind about this object, signed as Stripe does."""
    said = {"Authorization": f"Bearer {STRIPE_SECRET_KEY}", "Stripe-Version": API_VERSION}
    theirs = {} if account is None else {"Stripe-Account": account}
    asked = f"{stage.stripe.address}/v1/events"
    about_kind = {"type": kind, "limit": MOST_EVENTS}
    async with stage.stripe.session.get(asked, headers={**said, **theirs}, params=about_kind) as answer:
        events = rows(fields(await answer.json()).get("data"))
    mine = [one for one in events if fields(fields(one["data"])["object"])["id"] == about]
    if not mine:
        raise PlayError(f"Stripe has no event {kind} about {about}.")
    body = json.dumps(mine[0])
    secret = STRIPE_WEBHOOK_SECRET if account is None else STRIPE_CONNECT_WEBHOOK_SECRET
    signed = {"Stripe-Signature": signature(secret, body, int(time.time()))}
    async with stage.stripe.session.post(f"{ground.stack.bot_url}/stripe", data=body, headers=signed) as answer:
        if not answer.ok:
            raise PlayError(f"The webhook {kind} was refused: {await answer.text()}")


NEWS: dict[str, Prepare] = {prepare.__name__: prepare for prepare in (refund_returned, disputed, account_lost)}
