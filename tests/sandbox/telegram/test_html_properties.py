"""Tests that HTML of any text and nesting stays the same when it is parsed, written and parsed again."""

from html import escape

from hypothesis import given
from hypothesis import strategies as st

from sandbox.telegram.html_entities import parse_html, utf16_length
from sandbox.telegram.html_render import render_html

TAGS = ("b", "i", "u", "s", "tg-spoiler", "blockquote")
plain = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=8).map(
    lambda text: escape(text, quote=False)
)
pieces = st.recursive(
    plain,
    lambda inner: st.tuples(st.sampled_from(TAGS), st.lists(inner, min_size=1, max_size=3)).map(
        lambda found: f"<{found[0]}>{''.join(found[1])}</{found[0]}>"
    ),
    max_leaves=12,
)


@given(pieces)
def test_html_read_and_written_again_is_the_same(source: str) -> None:
    text, entities = parse_html(source)
    assert render_html(text, entities) == source


@given(pieces)
def test_every_entity_lies_within_the_text(source: str) -> None:
    text, entities = parse_html(source)
    for entity in entities:
        offset, length = int(str(entity["offset"])), int(str(entity["length"]))
        assert 0 <= offset < offset + length <= utf16_length(text)
