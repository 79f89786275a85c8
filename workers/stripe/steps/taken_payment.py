"""A payment that Stripe took from a card, read and kept on the run that needs it."""

from domain.orders.sagas.complete_order import CompleteOrderData
from domain.orders.sagas.payment_data import TakenPayment
from domain.payments.model import Hold
from domain.payments.sagas.settle_debt import SettleDebtData
from domain.saga.run import SagaRun
from workers.stripe.objects.payment_intent import PaymentIntent


def read_taken_payment(intent: PaymentIntent) -> TakenPayment:
    """Return what a succeeded intent took. Raise LookupError for an intent without its charge."""
    charge = intent.latest_charge
    if charge is None:
        raise LookupError(f"{intent.id} came without its charge")
    transaction, fee = charge.balance_transaction, charge.fee
    return TakenPayment(
        payment_intent=intent.id,
        amount=intent.amount_received,
        charge=charge.id,
        fee=fee or 0,
        balance_transaction=None if transaction is None or fee is None else transaction.id,  # the fee is booked later
        settled_currency=None if transaction is None else transaction.currency,
    )


def keep_taken_payment(run: SagaRun, taken: TakenPayment) -> None:
    """Keep the payment on the run. Raise LookupError when its saga takes no payment."""
    match run.data:
        case CompleteOrderData() | SettleDebtData():
            run.data.capture = taken
        case _:
            raise LookupError(f"saga {run.name} takes no payment")


def keep_advance(run: SagaRun, hold: Hold) -> bool:
    """Keep the payment on the run if a person at Stripe captured it in advance; return whether one did.

    Stripe's fee was booked with it, or will be.
    """
    if not hold.is_advance:
        return False
    if hold.payment_intent is None or hold.charge is None:
        raise LookupError(f"the advance {hold.id} has no payment at Stripe")
    taken = TakenPayment(
        payment_intent=hold.payment_intent, amount=hold.captured, charge=hold.charge, fee=0, balance_transaction=None
    )
    keep_taken_payment(run, taken)
    return True
