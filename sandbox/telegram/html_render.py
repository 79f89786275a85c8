"""Renderer from a text and its entities to HTML, for the chat page, scenarios and tests."""

from html import escape

from sandbox.telegram.html_entities import entity_order
from sandbox.telegram.records import JsonObject

_TAGS = {
    "bold": "b", "italic": "i", "underline": "u", "strikethrough": "s", "spoiler": "tg-spoiler", "code": "code",
    "pre": "pre", "blockquote": "blockquote",
}  # fmt: skip


def render_html(text: str, entities: list[JsonObject]) -> str:
    """Return Telegram's HTML for a text; entities Telegram recognises itself (commands, mentions, links) get no tag."""
    units = text.encode("utf-16-le")
    marks: list[tuple[int, int, int, str]] = []
    for rank, entity in enumerate(sorted(entities, key=entity_order)):
        opening, closing = _tag(entity)
        start = int(str(entity["offset"]))
        end = start + int(str(entity["length"]))
        # At the same offset, end tags come before start tags, and the tag that was opened last is closed first.
        marks += [(start, 1, rank, opening), (end, 0, -rank, closing)]
    pieces, written = [], 0
    for place, _, _, tag in sorted(marks):
        pieces.append(escape(units[2 * written : 2 * place].decode("utf-16-le"), quote=False) + tag)
        written = place
    pieces.append(escape(units[2 * written :].decode("utf-16-le"), quote=False))
    return "".join(pieces)


def _tag(entity: JsonObject) -> tuple[str, str]:
    match str(entity["type"]):
        case "text_link":
            return f'<a href="{escape(str(entity["url"]))}">', "</a>"
        case "text_mention":
            user = entity.get("user")
            identity = user.get("id") if isinstance(user, dict) else ""
            return f'<a href="tg://user?id={identity}">', "</a>"
        case "date_time":
            style = f' format="{entity["date_time_format"]}"' if "date_time_format" in entity else ""
            return f'<tg-time unix="{entity["unix_time"]}"{style}>', "</tg-time>"
        case "expandable_blockquote":
            return "<blockquote expandable>", "</blockquote>"
        case kind if kind in _TAGS:
            return f"<{_TAGS[kind]}>", f"</{_TAGS[kind]}>"
        case _:
            return "", ""
