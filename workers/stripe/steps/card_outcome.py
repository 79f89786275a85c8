"""What Stripe says of the card of a payment, kept on its hold; of a payment that Radar blocked it is asked for."""

from domain.database.unit_of_work import UnitOfWork
from domain.payments.card_facts import CardFacts
from domain.payments.card_facts_repository import keep_card_facts
from workers.engine.call_failures import CallFailed
from workers.stripe.gateway import StripeGateway
from workers.stripe.gateway_intents import retrieve_intent
from workers.stripe.objects.payment_intent import PaymentIntent

BLOCKED_DECLINE_CODE = "fraudulent"  # of what Radar blocks, and of some declines of banks


def read_card_facts(intent: PaymentIntent) -> CardFacts:
    """Return what this intent says of its card: by its charge, where Stripe was asked to expand it."""
    charge = intent.latest_charge
    if charge is None:
        return CardFacts(card_fingerprint=intent.declined_fingerprint)
    return CardFacts(
        card_fingerprint=charge.card_fingerprint,
        risk_level=charge.outcome.risk_level,
        risk_score=charge.outcome.risk_score,
        outcome_type=charge.outcome.kind,
        network_status=charge.outcome.network_status,
        seller_message=charge.outcome.seller_message,
    )


async def record_card_facts(work: UnitOfWork, intent: PaymentIntent) -> None:
    """Keep what the intent says of its card on the hold that has the intent."""
    await keep_card_facts(work, intent.id, read_card_facts(intent))


async def fetch_blocked_charge(client: StripeGateway, intent: PaymentIntent | None) -> PaymentIntent | None:
    """Return a declined intent with its charge if Radar may have blocked it: a refusal does not carry the outcome.

    When it cannot be read now, the intent is returned as it is: the decline counts all the same.
    """
    if intent is None or intent.decline_code != BLOCKED_DECLINE_CODE:
        return intent
    try:
        return await retrieve_intent(client, intent.id)
    except CallFailed:
        return intent
