"""Metadata as Stripe keeps it: set, change one key, unset a key with an empty value, unset all with an empty string."""

from __future__ import annotations

from sandbox.stripe.documents import Document
from sandbox.stripe.refusals import bad_parameter

MOST_KEYS = 50
LONGEST_KEY = 40
LONGEST_VALUE = 500


def merged(old: Document, params: Document) -> Document:
    """The metadata after applying the `metadata` parameter, if there is one."""
    given = params.get("metadata")
    if given is None:
        return old
    if given == "":
        return {}
    for key, value in given.items():
        _check(key, value)
    kept = {key: value for key, value in {**old, **given}.items() if value != ""}
    if len(kept) > MOST_KEYS:
        raise bad_parameter(
            f"You can only set {MOST_KEYS} metadata keys, but you passed in {len(kept)}.", param="metadata"
        )
    return kept


def _check(key: str, value: str) -> None:
    if len(key) > LONGEST_KEY:
        raise bad_parameter(
            f"Metadata keys can have up to {LONGEST_KEY} characters, but you passed in a key that is {len(key)}"
            " characters.",
            param="metadata",
        )
    if len(value) > LONGEST_VALUE:
        raise bad_parameter(
            f"Metadata values can have up to {LONGEST_VALUE} characters, but you passed in a value that is"
            f" {len(value)} characters. Invalid value: {value[:20]}...",
            param=f"metadata[{key}]",
        )
