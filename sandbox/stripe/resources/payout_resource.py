"""Payouts from a balance to a bank, of the platform too; only the control API starts them, never the clock."""

from sandbox.stripe.documents import Document
from sandbox.stripe.resources.balance_resource import post_balance_transaction, sum_movements
from sandbox.stripe.resources.list_pages import define_reading
from sandbox.stripe.stripe_refusals import invalid_request
from sandbox.stripe.stripe_world import StripeWorld, new_object

INITIALLY_NULL_FIELDS = (
    "balance_transaction destination failure_balance_transaction failure_code failure_message original_payout"
    " reversed_by statement_descriptor"
)


def create_payouts(world: StripeWorld, account: Document) -> None:
    """Pay out the whole balance of the account, pending and available."""
    for currency, amount in sum_movements(world, account["id"]).items():
        if amount > 0:
            _send_payout(world, account["id"], currency, amount, automatic=True)


def pay_out_platform(world: StripeWorld, currency: str, requested: int | None) -> Document:
    """Pay out the platform's available balance in a currency, or `requested` minor units of it; return the payout.

    Raises StripeRefusal when less than that is available.
    """
    available = sum_movements(world, None, "available").get(currency, 0)
    amount = available if requested is None else requested
    if not 1 <= amount <= available:
        raise invalid_request(
            "You have insufficient funds in your Stripe account for this transfer.", code="balance_insufficient"
        )
    return _send_payout(world, None, currency, amount, automatic=False)


def _send_payout(world: StripeWorld, account: str | None, currency: str, amount: int, *, automatic: bool) -> Document:
    payout: Document = {
        **new_object(world, "payout", INITIALLY_NULL_FIELDS),
        "amount": amount,
        "arrival_date": world.now(),
        "automatic": automatic,
        "currency": currency,
        "description": "STRIPE PAYOUT",
        "livemode": False,
        "metadata": {},
        "method": "standard",
        "reconciliation_status": "completed",
        "source_type": "card",
        "status": "paid",
        "type": "bank_account",
        "_account": account,
    }
    movement = post_balance_transaction(
        world, "payout", amount=-amount, currency=currency, source=payout["id"], account=account
    )
    payout["balance_transaction"] = movement["id"]
    world.save_and_record(payout, "payout.created", "payout.paid", account=account)
    return payout


def fail_newest_payout(world: StripeWorld, account: Document) -> None:
    """Fail the newest payout and return its amount to the account's balance.

    Raises StripeRefusal when it has failed already.
    """
    payout = next(
        one for one in reversed(world.documents.all_of("payout").values()) if one["_account"] == account["id"]
    )
    if payout["status"] == "failed":
        raise invalid_request(f"Payout {payout['id']} has failed already.")
    amount, currency = payout["amount"], payout["currency"]
    back = post_balance_transaction(
        world, "payout_failure", amount=amount, currency=currency, source=payout["id"], account=account["id"]
    )
    payout.update(
        status="failed",
        failure_balance_transaction=back["id"],
        failure_code="account_closed",
        failure_message="The bank account has been closed.",
    )
    world.save_and_record(payout, "payout.failed", account=account["id"])


ENDPOINTS = define_reading("/v1/payouts", "payout", "created status", account_field="_account")
