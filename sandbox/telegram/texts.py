"""Processing of a text into a message: parsing, trimming, length check and recognition of entities."""

import re

from sandbox.telegram.bot_api_refusals import bad_request, sandbox_refusal
from sandbox.telegram.html_entities import entity_order, parse_html, utf16_length
from sandbox.telegram.records import JsonObject

MAX_TEXT, MAX_CAPTION = 4096, 1024  # UTF-16 units after parsing (Bot API, sendMessage and sendPhoto)
_HOST = r"[\w\u200c\u200d-]+(?:\.[\w\u200c\u200d-]+)*\.(?:[^\W\d_]{2,}|xn--[\w-]+)"
_NO_PATH = r"\s\u2000-\u200b\u200e\u200f\u2016-\u206f<>\"«»"
_PATH_END = rf"(?::\d+)?(?:[/?#](?:[^{_NO_PATH}]*[^{_NO_PATH}.:;,('?!`)])?)?"
_ADDRESS = rf"(?:{_HOST}|\d{{1,3}}(?:\.\d{{1,3}}){{3}})"
# As TDLib finds them (td/telegram/MessageEntity.cpp). It knows the top-level domains; here any letters are one.
# Phone numbers are found by the service, whose rule is not public: this one finds too many rather than too few.
_RECOGNISED = (
    ("email", re.compile(rf"(?<![\w.+@-])[\w.+-]{{1,64}}@{_HOST}(?![\w-])")),
    ("url", re.compile(rf"(?i:https?|ftp|tonsite)://(?:[^\s@/]+@)?{_ADDRESS}{_PATH_END}")),
    ("url", re.compile(rf"(?i:tg|ton)://[A-Za-z0-9_-]+{_PATH_END}")),
    ("url", re.compile(rf"(?<![\w@]){_ADDRESS}(?![\w-]|\.\w){_PATH_END}")),
    ("bot_command", re.compile(r"(?<![\w/<>])/[A-Za-z0-9_]{1,64}(@[A-Za-z0-9_]{3,32})?(?![\w/<>])")),
    ("mention", re.compile(r"(?<![\w@/])@[A-Za-z0-9_]{3,32}(?!\w)")),
    (
        "hashtag",
        re.compile(r"(?<![\w\u200c\u00b7])#(?=[\w\u200c\u00b7]*[^\W\d_])[\w\u200c\u00b7]{1,256}(?![\w\u00b7]*#)"),
    ),
    ("cashtag", re.compile(r"(?<![$\w\u200c])\$(?:1INCH|[A-Z]{1,8})(?![$\w\u200c])")),
    ("phone_number", re.compile(r"(?<![\w+])(?:\+\d(?:[ ().-]{0,2}\d){6,14}|\d(?:[ -]?\d){7,11})(?![\w-])")),
    ("bank_card_number", re.compile(r"(?<![\w.,+-])\d(?:[ -]?\d){12,18}(?![\w-])")),
)
_REMOVED = re.compile("[\r\u2028-\u202e\u030a\u0333\u033f]")
_SHOWN_AS_SPACE = re.compile("[\x00-\x09\x0b\x0c\x0e-\x1f]")
_OPAQUE = {"code", "pre", "text_link", "text_mention", "date_time"}


def compose_text(
    source: str, parse_mode: str | None, entities: list[object] | None, *, max_length: int = MAX_TEXT
) -> tuple[str, list[JsonObject]]:
    """Return the text and entities of a message; raise BotApiRefusal when it cannot be parsed or is too long."""
    text, found = _parse(_clean(source), parse_mode, entities)
    text, found = _trim(text, found)
    if utf16_length(text) > max_length:
        raise bad_request("message is too long" if max_length == MAX_TEXT else "message caption is too long")
    return text, sorted([*found, *recognise(text, found)], key=entity_order)


def _clean(text: str) -> str:
    """Return the text without the characters that Telegram removes or shows as spaces (TDLib, clean_input_string)."""
    return _SHOWN_AS_SPACE.sub(" ", _REMOVED.sub("", text))


def _parse(source: str, parse_mode: str | None, entities: list[object] | None) -> tuple[str, list[JsonObject]]:
    match (parse_mode or "").lower():
        case "html":
            return parse_html(source)
        case "":
            given = [entity for entity in entities or [] if isinstance(entity, dict)]
            return source, [_is_in_text(entity, source) for entity in given]
        case "markdown" | "markdownv2":
            raise sandbox_refusal("parse_mode must be HTML: the product writes nothing else")
        case _:
            raise bad_request("unsupported parse_mode")


def _is_in_text(entity: JsonObject, text: str) -> JsonObject:
    offset, length = entity.get("offset"), entity.get("length")
    if not isinstance(offset, int) or not isinstance(length, int) or not isinstance(entity.get("type"), str):
        raise bad_request("can't parse MessageEntity: type, offset and length are needed")
    if offset < 0 or length <= 0 or offset + length > utf16_length(text):
        raise bad_request("entity beginning or end is outside of the text")
    return entity


def _trim(text: str, entities: list[JsonObject]) -> tuple[str, list[JsonObject]]:
    shorter = text.lstrip()
    cut = utf16_length(text) - utf16_length(shorter)
    shorter = shorter.rstrip()
    end = utf16_length(shorter)
    kept = []
    for entity in entities:
        start = max(0, int(str(entity["offset"])) - cut)
        stop = min(end, int(str(entity["offset"])) + int(str(entity["length"])) - cut)
        if stop > start:
            kept.append({**entity, "offset": start, "length": stop - start})
    return shorter, kept


def recognise(text: str, entities: list[JsonObject]) -> list[JsonObject]:
    """Return what Telegram marks by itself, outside of code and links: commands, mentions, tags, links, numbers."""
    taken = [_span(entity) for entity in entities if entity["type"] in _OPAQUE]
    found: list[JsonObject] = []
    for kind, pattern in _RECOGNISED:
        for match in pattern.finditer(text):
            start = utf16_length(text[: match.start()])
            end = start + utf16_length(match.group())
            if all(end <= begin or start >= stop for begin, stop in taken):
                taken.append((start, end))
                found.append({"type": kind, "offset": start, "length": end - start})
    return found


def _span(entity: JsonObject) -> tuple[int, int]:
    start = int(str(entity["offset"]))
    return start, start + int(str(entity["length"]))
