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
    """Fail the newest payout of a connected account; raise StripeRefusal when it has failed already."""
    fail_payout(
        world,
        next(one for one in reversed(world.documents.all_of("payout").values()) if one["_account"] == account["id"]),
    )


def fail_payout(world: StripeWorld, payout: Document) -> Document:
    """Fail a payout and return its amount to the balance; raise StripeRefusal when it has failed already."""
    if payout["status"] != "paid":
        raise invalid_request(f"Payout {payout['id']} has failed already.")
    back = _return_payout(world, payout, "payout_failure")
    payout.update(
        status="failed",
        failure_balance_transaction=back["id"],
        failure_code="account_closed",
        failure_message="The bank account has been closed.",
    )
    world.save_and_record(payout, "payout.failed", account=payout["_account"])
    return payout


def cancel_payout(world: StripeWorld, payout: Document) -> Document:
    """Cancel a payout that did not leave yet; raise StripeRefusal when it is over."""
    if payout["status"] != "paid":
        raise invalid_request("Payouts can only be canceled while they are pending.")
    back = _return_payout(world, payout, "payout_cancel")
    payout.update(status="canceled", failure_balance_transaction=back["id"])
    world.save_and_record(payout, "payout.canceled", account=payout["_account"])
    return payout


def _return_payout(world: StripeWorld, payout: Document, type_: str) -> Document:
    amount, currency, account = payout["amount"], payout["currency"], payout["_account"]
    return post_balance_transaction(
        world, type_, amount=amount, currency=currency, source=payout["id"], account=account
    )


ENDPOINTS = define_reading("/v1/payouts", "payout", "created status", account_field="_account")
