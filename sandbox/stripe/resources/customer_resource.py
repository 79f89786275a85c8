"""Customers, who own saved cards."""

from sandbox.stripe.documents import Document
from sandbox.stripe.object_metadata import merge_metadata
from sandbox.stripe.resources.list_pages import define_reading
from sandbox.stripe.resources.payment_method_resource import detach_from_customer
from sandbox.stripe.stripe_refusals import no_such
from sandbox.stripe.stripe_world import StripeCall, StripeWorld, define_endpoint, new_object

TEXT_FIELDS = ("description", "email", "name", "phone")
INITIALLY_NULL_FIELDS = "address currency default_source discount invoice_prefix shipping test_clock"


def handle_create_customer(call: StripeCall) -> Document:
    """POST /v1/customers."""
    customer: Document = {
        **new_object(call.world, "customer", INITIALLY_NULL_FIELDS),
        "balance": 0,
        "delinquent": False,
        "invoice_settings": {"custom_fields": None, "default_payment_method": None, "footer": None},
        "livemode": False,
        "metadata": merge_metadata({}, call.params),
        "next_invoice_sequence": 1,
        "preferred_locales": call.params.get("preferred_locales", []),
        "tax_exempt": "none",
        **{name: call.params.get(name) or None for name in TEXT_FIELDS},
    }
    call.world.save_and_record(customer, "customer.created")
    return customer


def handle_delete_customer(call: StripeCall) -> Document:
    """DELETE /v1/customers/{id}: detach the customer's cards; their holds can still be captured."""
    customer = find_existing_customer(call.world, call.ids[0])
    for method in list(call.world.documents.all_of("payment_method").values()):
        if method["customer"] == customer["id"]:
            detach_from_customer(call.world, method)
    call.world.events.record("customer.deleted", customer, now=call.world.now())
    gone: Document = {"id": customer["id"], "object": "customer", "deleted": True, "_created": customer["created"]}
    call.world.save_and_record(gone)
    return gone


def find_existing_customer(world: StripeWorld, customer_id: str, *, param: str = "id", status: int = 404) -> Document:
    """Return a customer; raise StripeRefusal when it does not exist or is deleted."""
    customer = world.find("customer", customer_id, param=param, status=status)
    if "deleted" in customer:
        raise no_such("customer", customer_id, param=param, status=status)
    return customer


CREATE_PARAMETERS = "description email name phone metadata preferred_locales"
ENDPOINTS = (
    define_endpoint("POST /v1/customers", "customer_create", handle_create_customer, CREATE_PARAMETERS),
    *define_reading("/v1/customers", "customer", "created email"),
    define_endpoint("DELETE /v1/customers/*", "customer_delete", handle_delete_customer),
)
