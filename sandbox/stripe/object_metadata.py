"""Stripe's rules for `metadata`: an empty value unsets one key, an empty string unsets all keys."""

from sandbox.stripe.documents import Document
from sandbox.stripe.stripe_refusals import bad_parameter

MAX_KEYS = 50
MAX_KEY_LENGTH = 40
MAX_VALUE_LENGTH = 500


def merge_metadata(old: Document, params: Document) -> Document:
    """Return the metadata after the `metadata` parameter is applied; raise StripeRefusal beyond Stripe's limits."""
    given = params.get("metadata")
    if given is None:
        return old
    if given == "":
        return {}
    for key, value in given.items():
        _check(key, value)
    kept = {key: value for key, value in {**old, **given}.items() if value != ""}
    if len(kept) > MAX_KEYS:
        raise bad_parameter(
            f"You can only set {MAX_KEYS} metadata keys, but you passed in {len(kept)}.", param="metadata"
        )
    return kept


def _check(key: str, value: str) -> None:
    if len(key) > MAX_KEY_LENGTH:
        raise bad_parameter(
            f"Metadata keys can have up to {MAX_KEY_LENGTH} characters, but you passed in a key that is {len(key)}"
            " characters.",
            param="metadata",
        )
    if len(value) > MAX_VALUE_LENGTH:
        raise bad_parameter(
            f"Metadata values can have up to {MAX_VALUE_LENGTH} characters, but you passed in a value that is"
            f" {len(value)} characters. Invalid value: {value[:20]}...",
            param=f"metadata[{key}]",
        )
