"""Stripe's form encoding: parses `a[b][0][c]=v` into nested mappings."""

import re
from typing import TypeAlias
from urllib.parse import parse_qsl

from sandbox.stripe.stripe_refusals import bad_parameter

FormValue: TypeAlias = "str | dict[str, FormValue]"

FIELD_NAME_PATTERN = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])*)")
MAX_FIELDS = 2_000


def parse_form(text: str) -> dict[str, FormValue]:
    """Return the nested parameters; raise StripeRefusal for a malformed name.

    A list becomes a mapping with the keys "0", "1" ..., as Stripe's clients write it. `a[]` takes the next number.
    Raises ValueError for more than MAX_FIELDS fields.
    """
    nested: dict[str, FormValue] = {}
    for name, value in parse_qsl(text, keep_blank_values=True, max_num_fields=MAX_FIELDS):
        match = FIELD_NAME_PATTERN.fullmatch(name)
        if match is None:
            raise bad_parameter(f"Invalid parameter name: {name}", param=name)
        _insert_value(nested, [match[1], *match[2][1:-1].split("][")] if match[2] else [match[1]], name, value)
    return nested


def _insert_value(into: dict[str, FormValue], keys: list[str], name: str, value: str) -> None:
    *outer, last = keys
    for key in outer:
        inner = into.setdefault(key or str(len(into)), {})
        if not isinstance(inner, dict):
            raise bad_parameter(f"Invalid parameter: {name}", param=name)
        into = inner
    into[last or str(len(into))] = value
