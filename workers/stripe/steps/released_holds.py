"""The release of a hold at Stripe, or what a person there had captured of it before."""

from dataclasses import dataclass

from domain.orders.sagas.payment_data import TakenPayment
from domain.saga.refusals import RefusalKind
from workers.engine.call_failures import Refused
from workers.stripe.gateway import StripeGateway
from workers.stripe.gateway_intents import cancel_intent, retrieve_intent
from workers.stripe.objects.payment_intent import PaymentIntentStatus
from workers.stripe.steps.taken_payment import read_taken_payment


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleasedHold:
    """A hold whose money is free again; `payment_intent` is None when Stripe had made none.

    `taken` is what a person at Stripe had captured of it instead: that goes back by itself.
    """

    payment_intent: str | None
    taken: TakenPayment | None = None


async def release_intent(client: StripeGateway, intent: str, key: str) -> ReleasedHold:
    """Cancel an intent; return what was taken when a person at Stripe captured it before.

    One that Stripe does not know holds no money either.
    """
    try:
        return ReleasedHold(payment_intent=(await cancel_intent(client, intent, key)).id)
    except Refused as refusal:
        if refusal.kind is RefusalKind.GONE:
            return ReleasedHold(payment_intent=intent)
        left = refusal.payment_intent
        if left is None or left.status is not PaymentIntentStatus.SUCCEEDED:
            raise
    return ReleasedHold(payment_intent=intent, taken=read_taken_payment(await retrieve_intent(client, intent)))
