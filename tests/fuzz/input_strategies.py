"""Strategies for unintended text and JSON: anything, and almost valid input."""

import json
from typing import Any, TypeAlias

from hypothesis import strategies as st

Json: TypeAlias = Any

ODD_TEXTS = (
    *("", " ", "\n", "\x00", "\ud800", "\u202e", "\u200b", "\ufeff", "\u2068", "٤", "½", "²", "❶", "İ", "ß", "🍜", "𝟜"),
    *("-", "−", "+", ".", ",", ":", "@", "=", "×", "*", "/", "#", "_", "<", ">", "&", '"', "'", "{", "}", "{$x}"),
    *("<b>", "&amp;", "null", "NaN", "1e9", "0x10", "0", "00", "-1", "007", "9" * 18, "9" * 19, "9" * 400),
)
ANY_CHARACTER = st.characters(exclude_categories=())  # lone surrogates too, because JSON can carry them
ANY_TEXT = st.text(ANY_CHARACTER, max_size=60) | st.lists(st.sampled_from(ODD_TEXTS), max_size=6).map("".join)
NUMBERS = st.integers() | st.sampled_from([2**31, 2**63 - 1, 2**63, -(2**63) - 1, 10**30, 0, -1])
JSON_LEAVES = st.none() | st.booleans() | NUMBERS | st.floats() | ANY_TEXT
ANY_JSON: st.SearchStrategy[Json] = st.recursive(
    JSON_LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(ANY_TEXT, inner, max_size=3), max_leaves=6
)


@st.composite
def nearly_valid(draw: st.DrawFn, right: st.SearchStrategy[str]) -> str:
    """Valid text with a few characters changed, or unchanged."""
    text = draw(right)
    for _ in range(draw(st.integers(0, 3))):
        at, until = sorted((draw(st.integers(0, len(text))), draw(st.integers(0, len(text)))))
        text = text[:at] + draw(st.sampled_from(ODD_TEXTS) | st.text(ANY_CHARACTER, max_size=3)) + text[until:]
    return text


@st.composite
def broken_json(draw: st.DrawFn, right: Json) -> Json:
    """JSON with one or two of its values replaced, removed or moved."""
    whole = json.loads(json.dumps(right))
    for _ in range(draw(st.integers(0, 2))):
        spot = draw(st.sampled_from(mutable_places(whole))) if mutable_places(whole) else None
        if spot is None:
            return draw(ANY_JSON)
        holder, name = spot
        if draw(st.integers(0, 3)) == 0:
            del holder[name]
        else:
            holder[name] = draw(ANY_JSON)
    return whole


def mutable_places(found: Json) -> list[tuple[Json, Json]]:
    """Return every place in the JSON that can be changed."""
    match found:
        case dict():
            names, inner = list(found), list(found.values())
        case list():
            names, inner = list(range(len(found))), found
        case _:
            return []
    return [(found, name) for name in names] + [spot for each in inner for spot in mutable_places(each)]
