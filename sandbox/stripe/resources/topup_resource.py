"""Top-ups: money from the platform's bank to its balance; only a person at the dashboard makes them."""

from sandbox.stripe.documents import Document
from sandbox.stripe.resources.balance_resource import post_balance_transaction
from sandbox.stripe.resources.list_pages import define_reading
from sandbox.stripe.stripe_refusals import invalid_request
from sandbox.stripe.stripe_world import StripeWorld, new_object

INITIALLY_NULL_FIELDS = "balance_transaction description failure_code failure_message statement_descriptor"


def create_topup(world: StripeWorld, currency: str, amount: int) -> Document:
    """Add `amount` minor units to the platform's available balance; raise StripeRefusal when it is below 1."""
    if amount < 1:
        raise invalid_request("This value must be greater than or equal to 1.", param="amount")
    topup: Document = {
        **new_object(world, "topup", INITIALLY_NULL_FIELDS),
        "amount": amount,
        "currency": currency,
        "expected_availability_date": world.now(),
        "livemode": False,
        "metadata": {},
        "source": None,
        "status": "succeeded",
        "transfer_group": None,
    }
    movement = post_balance_transaction(world, "topup", amount=amount, currency=currency, source=topup["id"])
    topup["balance_transaction"] = movement["id"]
    world.save_and_record(topup, "topup.created", "topup.succeeded")
    return topup


ENDPOINTS = define_reading("/v1/topups", "topup", "created status")
