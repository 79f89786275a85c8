"""Changing the metadata of an object: the only part of it that we let be changed."""

from sandbox.stripe.documents import Document
from sandbox.stripe.object_metadata import merge_metadata
from sandbox.stripe.stripe_world import Endpoint, StripeCall, define_endpoint

KINDS_BY_PATH = {"/v1/customers": "customer", "/v1/refunds": "refund", "/v1/transfers": "transfer"}


def _define_update(path: str, kind: str) -> Endpoint:
    def update(call: StripeCall) -> Document:
        found = call.world.find(kind, call.ids[0])
        found["metadata"] = merge_metadata(found["metadata"], call.params)
        call.world.save_and_record(found, f"{kind}.updated")
        return found

    return define_endpoint(f"POST {path}/*", f"{kind}_update", update, "metadata")


ENDPOINTS = tuple(_define_update(path, kind) for path, kind in KINDS_BY_PATH.items())
