"""HTML from plain functions: whatever is no Html yet is escaped, so words of people never become markup."""

from collections.abc import Iterable
from html import escape

from domain.words import Html

VOID_ELEMENTS = frozenset({"meta", "link", "img", "br", "hr"})

Content = Html | str | int | None


def element(name: str, /, *content: Content, **attributes: str | int | float | bool | None) -> Html:
    """Return an element. `class_` is the attribute class; an underscore is a hyphen; None and False leave one out."""
    written = "".join(
        f" {key.rstrip('_').replace('_', '-')}" + ("" if value is True else f'="{escape(str(value))}"')
        for key, value in attributes.items()
        if value is not None and value is not False
    )
    inner = join(content)
    return Html(f"<{name}{written}>" if name in VOID_ELEMENTS else f"<{name}{written}>{inner}</{name}>")


def join(content: Iterable[Content]) -> Html:
    """Return the parts one after the other, escaped where they are no Html."""
    return Html("".join(part if isinstance(part, Html) else escape(str(part)) for part in content if part is not None))


def num(value: Content) -> Html:
    """Return a number, an amount or the head over them, at the right of its cell."""
    return element("span", value, class_="num")


def table(heads: Iterable[Content], rows: Iterable[Iterable[Content]], *, otherwise: str) -> Html:
    """Return a table that scrolls by itself where it is wide; `otherwise` is said when it has no row."""
    listed = [element("tr", *(element("td", cell) for cell in row)) for row in rows]
    if not listed:
        return element("p", otherwise, class_="quiet")
    head = element("thead", element("tr", *(element("th", each) for each in heads)))
    return element("div", element("table", head, element("tbody", *listed)), class_="scroll")
