"""External steps of replace_hold, as far as they differ from those of an ordinary hold."""

from domain.campuses.repository import find_campus
from domain.database.unit_of_work import UnitOfWork
from domain.messaging.outbox_repository import notify
from domain.orders.repository import find_order
from domain.payments.advances import adopt_advance
from domain.payments.hold_repository import find_hold_by_id, move_hold_by_id
from domain.payments.model import HoldEvent, HoldStatus
from domain.payments.notifications.price_increases import price_increase_approval_asked
from domain.payments.sagas.replace_hold import ReplaceHoldData
from domain.saga.run import SagaRun
from workers.engine.external_step import CallRequest, StepParams, define_external_step
from workers.stripe.gateway import StripeGateway
from workers.stripe.objects.payment_intent import PaymentIntent, PaymentIntentStatus
from workers.stripe.refusals.refused_charges import record_refused_charge
from workers.stripe.refusals.waiting_people import tell_held_up
from workers.stripe.steps.hold_steps import (
    HOLD_TRACE_TIMEOUT,
    authorize_hold,
    fetch_intent,
    find_created_hold,
    prepare_hold,
    prepare_intent_lookup,
    record_hold,
    record_intent_lookup,
)
from workers.stripe.steps.released_holds import ReleasedHold, release_intent


async def record_replacement_hold(work: UnitOfWork, run: SagaRun, intent: PaymentIntent) -> None:
    """Record the hold as `record_hold` does; send the bank's approval link as a notification."""
    await record_hold(work, run, intent)
    url = intent.approval_url
    if intent.status is not PaymentIntentStatus.REQUIRES_ACTION or url is None:
        return
    campus, order = await find_campus(work, run.campus_id), await find_order(work, run.campus_id, run.required_order_id)
    wanted = run.data_as(ReplaceHoldData).ceiling
    await notify(work, price_increase_approval_asked(run, order, wanted, url, campus.windows))


async def prepare_former_release(work: UnitOfWork, run: SagaRun, _key: str) -> StepParams | None:
    """Return the hold that was replaced; None when it lapsed by itself."""
    former = await find_hold_by_id(work, _former_hold_of(run))
    if former is None or former.status is not HoldStatus.HELD:
        return None
    return {"payment_intent": former.payment_intent}


async def release_former_hold(client: StripeGateway, request: CallRequest) -> ReleasedHold:
    return await release_intent(client, request.params["payment_intent"], request.key)


async def record_former_release(work: UnitOfWork, run: SagaRun, released: ReleasedHold) -> None:
    """Record that the money of the former hold is free again, or that a person at Stripe captured it."""
    if released.taken is not None:
        former = await find_hold_by_id(work, _former_hold_of(run))
        if former is not None:
            await adopt_advance(work, former, released.taken)
        return
    await move_hold_by_id(work, _former_hold_of(run), HoldEvent.RELEASED)


def _former_hold_of(run: SagaRun) -> int:
    former = run.data_as(ReplaceHoldData).former
    if former is None:
        raise LookupError(f"saga {run.name} has replaced no hold")
    return former


AUTHORIZE_REPLACEMENT_HOLD = define_external_step(
    prepare=prepare_hold,
    execute=authorize_hold,
    record=record_replacement_hold,
    find_existing=find_created_hold,
    refused=record_refused_charge,
    held_up=tell_held_up("price_increase"),
    rekey_after=HOLD_TRACE_TIMEOUT,
)
REFRESH_REPLACEMENT_HOLD = define_external_step(
    prepare=prepare_intent_lookup,
    execute=fetch_intent,
    record=record_intent_lookup,
    held_up=tell_held_up("price_increase"),
)
RELEASE_FORMER_HOLD = define_external_step(
    prepare=prepare_former_release, execute=release_former_hold, record=record_former_release
)
