"""Errands of those who deliver: claims, hand-overs, money earned, accounts; and what an admin closes."""

from sandbox.crash.errand import PREPARED_WITHIN, Errand, Prepare, at_rest, intent_of, presses
from sandbox.crash.ground import Ground
from sandbox.crash.ordering import ENDED, looked_for
from sandbox.crash.watch import Subject
from sandbox.launch.stack import STRIPE_SECRET_KEY
from sandbox.play.scenes.parts import GOOD_CARD, comes_in, sets_up_payout
from sandbox.play.stage import Stage
from sandbox.play.wire import PlayError
from sandbox.stripe.eventlog import API_VERSION

MAY_BUY = "SELECT 1 FROM orders WHERE id = $1 AND status = 'ACCEPTED' AND hold_checked"
OPEN_AGAIN = "SELECT 1 FROM orders WHERE id = $1 AND status = 'CREATED' AND runner_id IS NULL"
OWED = (
    "SELECT 1 FROM orders JOIN payable ON payable.order_id = orders.id WHERE orders.id = $1"
    " AND orders.status = 'COMPLETED' AND payable.status = '{}'"
)
CLOSED = "SELECT 1 FROM orders WHERE id = $1 AND status = 'CANCELLED' AND end_reason = 'closed'"
LINK_SENT = "SELECT 1 FROM saga WHERE person_id = $1 AND kind = 'onboard_runner' AND waiting_until IS NOT NULL"
ACCOUNT_READY = "SELECT 1 FROM person WHERE id = $1 AND payouts_ready"


async def claimed(ground: Ground, stage: Stage) -> Errand:
    """[Take it], and the look whether the money is still held."""
    ana = stage.ana
    await comes_in(ana)
    order = await looked_for(ground, stage.mei)
    claim = await ana.spots("claim", about=order)
    return Errand(
        subject=Subject(saga="accept_order", person=ana.number, order=order),
        set_off=lambda: presses(ana, claim),
        ends=MAY_BUY,
        about=order,
        look=f"GET /v1/payment_intents/{await intent_of(ground, order)}",
    )


async def claimed_in_vain(ground: Ground, stage: Stage) -> Errand:
    """[Take it], when the hold died at Stripe before."""
    errand = await claimed(ground, stage)
    await hold_dies(stage, errand.look.rpartition("/")[2])
    return Errand(subject=errand.subject, set_off=errand.set_off, ends=ENDED, about=errand.about, look=errand.look)


async def hold_dies(stage: Stage, intent: str) -> None:
    """Stripe lets go of a hold behind our back."""
    said = {"Authorization": f"Bearer {STRIPE_SECRET_KEY}", "Stripe-Version": API_VERSION}
    cancel = f"{stage.stripe.address}/v1/payment_intents/{intent}/cancel"
    async with stage.stripe.session.post(cancel, headers=said) as answer:
        if answer.status != 200:
            raise PlayError(f"The hold could not be cancelled: {await answer.text()}")


async def given_back(ground: Ground, stage: Stage) -> Errand:
    """[Yes, give it back] before anything is bought."""
    ana = stage.ana
    await comes_in(ana)
    order = await looked_for(ground, stage.mei)
    await ana.taps("claim", about=order)
    await ana.taps("release", about=order)
    sure = await ana.spots("release_sure", about=order)
    return Errand(
        subject=Subject(saga="release_order", person=ana.number, order=order),
        set_off=lambda: presses(ana, sure),
        ends=OPEN_AGAIN,
        about=order,
    )


async def handed_over(ground: Ground, stage: Stage) -> Errand:
    """The PIN, by a runner who has no account yet."""
    await comes_in(stage.ana)
    order, pin = await at_the_door(ground, stage)
    return Errand(
        subject=Subject(saga="complete_order", person=stage.ana.number, order=order),
        set_off=lambda: stage.ana.types(pin),
        ends=OWED.format("open"),
        about=order,
    )


async def earned(ground: Ground, stage: Stage) -> Errand:
    """The PIN, by a runner whose account is ready: the capture, then the transfer."""
    await sets_up_payout(stage.ana)
    order, pin = await at_the_door(ground, stage)
    return Errand(
        subject=Subject(saga="pay_out_runner", person=stage.ana.number, order=order),
        set_off=lambda: stage.ana.types(pin),
        ends=OWED.format("paid"),
        about=order,
    )


async def earned_in_vain(ground: Ground, stage: Stage) -> Errand:
    """The PIN, by a runner whose account Stripe closed meanwhile: the transfer is refused."""
    errand = await earned(ground, stage)
    query = "SELECT stripe_account FROM person WHERE id = $1"
    account = (await ground.ask(query, stage.ana.number))[0]["stripe_account"]
    await stage.stripe.post(f"/sim/accounts/{account}", {"transfers": "inactive"})
    return Errand(subject=errand.subject, set_off=errand.set_off, ends=OWED.format("open"), about=errand.about)


async def purchase_closed(ground: Ground, stage: Stage) -> Errand:
    """An admin's word that bought food will not arrive, and that its runner bears it."""
    ana, sam = stage.ana, stage.sam
    await comes_in(ana)
    order = await looked_for(ground, stage.mei)
    for action in ("claim", "bought", "bought_estimate"):
        await ana.taps(action, about=order)
    desk = sam.groups[-1]
    return Errand(
        subject=Subject(saga="close_purchase", person=sam.number, order=order),
        set_off=lambda: sam.types(f"/close {order} runner it was dropped", in_group=desk),
        ends=f"{CLOSED} AND EXISTS ({ENDED})",
        about=order,
    )


async def account_wanted(_ground: Ground, stage: Stage) -> Errand:
    """[Set up pay-out] of a runner without an account."""
    ben = stage.ben
    await comes_in(ben)
    await ben.taps("deliver_food")
    wish = await ben.spots("set_up_payout")
    return Errand(
        subject=Subject(saga="onboard_runner", person=ben.number),
        set_off=lambda: presses(ben, wish),
        ends=LINK_SENT,
        about=ben.number,
    )


async def account_set_up(ground: Ground, stage: Stage) -> Errand:
    """Stripe's questions, answered: a look will notice."""
    ben = stage.ben
    await comes_in(ben)
    await ben.taps("deliver_food")
    await ben.taps("set_up_payout")
    query = "SELECT stripe_account FROM person WHERE id = $1 AND stripe_account IS NOT NULL"
    account = (await ground.until(query, ben.number, within=PREPARED_WITHIN))["stripe_account"]
    await at_rest(ground, "onboard_runner", ben.number)
    return Errand(
        subject=Subject(saga="onboard_runner", person=ben.number),
        set_off=ben.finishes_onboarding,
        ends=ACCOUNT_READY,
        about=ben.number,
        look=f"GET /v1/accounts/{account}",
    )


async def at_the_door(ground: Ground, stage: Stage, card: str | None = GOOD_CARD) -> tuple[int, str]:
    """An order whose runner has brought it: its number, and its PIN."""
    order = await looked_for(ground, stage.mei, card)
    return order, await brought(stage, order)


async def brought(stage: Stage, order: int) -> str:
    """The runner takes the job and brings the food; returns its PIN."""
    for action in ("claim", "bought", "bought_estimate", "picked_up", "here"):
        await stage.ana.taps(action, about=order)
    return await stage.mei.reads_pin(order)


DELIVERING: dict[str, Prepare] = {
    prepare.__name__: prepare
    for prepare in (
        claimed,
        claimed_in_vain,
        given_back,
        handed_over,
        earned,
        earned_in_vain,
        purchase_closed,
        account_wanted,
        account_set_up,
    )
}
