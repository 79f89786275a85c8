"""Customers: the people whose cards are kept."""

from __future__ import annotations

from sandbox.stripe.documents import Document, new_id
from sandbox.stripe.metadata import merged
from sandbox.stripe.refusals import no_such
from sandbox.stripe.resources.listing import page_of
from sandbox.stripe.resources.payment_methods import detach_from_customer
from sandbox.stripe.world import Call, World, endpoint

SIMPLE = ("description", "email", "name", "phone")


def create(call: Call) -> Document:
    """POST /v1/customers."""
    customer: Document = {
        "id": new_id("customer"),
        "object": "customer",
        "address": None,
        "balance": 0,
        "created": call.world.now(),
        "currency": None,
        "default_source": None,
        "delinquent": False,
        "discount": None,
        "invoice_prefix": None,
        "invoice_settings": {"custom_fields": None, "default_payment_method": None, "footer": None},
        "livemode": False,
        "metadata": merged({}, call.params),
        "next_invoice_sequence": 1,
        "preferred_locales": call.params.get("preferred_locales", []),
        "shipping": None,
        "tax_exempt": "none",
        "test_clock": None,
        **{name: call.params.get(name) or None for name in SIMPLE},
    }
    call.world.changed(customer, "customer.created")
    return customer


def retrieve(call: Call) -> Document:
    """GET /v1/customers/{id}; a deleted one is still found, as deleted."""
    return call.world.find("customer", call.ids[0])


def update(call: Call) -> Document:
    """POST /v1/customers/{id}."""
    customer = living(call.world, call.ids[0])
    metadata = merged(customer["metadata"], call.params)
    for name in (*SIMPLE, "preferred_locales"):
        if name in call.params:
            customer[name] = call.params[name] or None
    customer["metadata"] = metadata
    call.world.changed(customer, "customer.updated")
    return customer


def delete(call: Call) -> Document:
    """DELETE /v1/customers/{id}: their cards are detached; a live hold stays capturable."""
    customer = living(call.world, call.ids[0])
    for method in list(call.world.documents.of("payment_method").values()):
        if method["customer"] == customer["id"]:
            detach_from_customer(call.world, method)
    call.world.events.record("customer.deleted", customer, now=call.world.now())
    gone: Document = {"id": customer["id"], "object": "customer", "deleted": True, "_created": customer["created"]}
    call.world.changed(gone)
    return gone


def list_all(call: Call) -> Document:
    """GET /v1/customers; the deleted are not listed."""
    found = call.world.documents.of("customer").values()
    return page_of(call, (one for one in found if "deleted" not in one), url="/v1/customers")


def living(world: World, customer_id: str, *, param: str = "id", status: int = 404) -> Document:
    """A customer that exists and is not deleted."""
    customer = world.find("customer", customer_id, param=param, status=status)
    if "deleted" in customer:
        raise no_such("customer", customer_id, param=param, status=status)
    return customer


ENDPOINTS = (
    endpoint(
        "POST /v1/customers", "customer_create", create, "description email name phone metadata preferred_locales"
    ),
    endpoint("GET /v1/customers", "customer_list", list_all, "created email"),
    endpoint("GET /v1/customers/*", "customer_retrieve", retrieve),
    endpoint(
        "POST /v1/customers/*", "customer_update", update, "description email name phone metadata preferred_locales"
    ),
    endpoint("DELETE /v1/customers/*", "customer_delete", delete),
)
