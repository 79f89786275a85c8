"""Parser from Telegram's HTML to a text and its entities, with the real service's refusals."""

import re
from dataclasses import dataclass, field

from sandbox.telegram.bot_api_refusals import BotApiRefusal, bad_request
from sandbox.telegram.records import JsonObject

_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
_SIMPLE = {
    "b": "bold", "strong": "bold", "i": "italic", "em": "italic", "u": "underline", "ins": "underline",
    "s": "strikethrough", "strike": "strikethrough", "del": "strikethrough", "code": "code", "pre": "pre",
    "tg-spoiler": "spoiler",
}  # fmt: skip
_SUPPORTED_TAGS = {*_SIMPLE, "span", "a", "blockquote", "tg-time", "tg-emoji"}
_CHARACTER = re.compile(r"&(#x[0-9a-fA-F]{1,6}|#\d{1,7}|[a-zA-Z]+);?")
_TAG_NAME = re.compile(r"<(?P<end>/?)(?P<name>[^\s>]*)")
_TAG_REST = re.compile(r"(?:[^>\"']|\"[^\"]*\"|'[^']*')*>")
_PLAIN = re.compile(r"[^<&]+")
_ATTRIBUTE = re.compile(r"\s*([a-zA-Z-]+)(?:\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([a-zA-Z0-9./:_-]+)))?\s*")
_TIME_FORMAT = re.compile(r"r|w?[dD]?[tT]?")  # Bot API, "Date-time entity formatting"


def utf16_length(text: str) -> int:
    """Return the length in UTF-16 code units, the unit of all of Telegram's offsets and limits."""
    return len(text) + sum(character > "\uffff" for character in text)


def parse_html(source: str) -> tuple[str, list[JsonObject]]:
    """Return the text and entities of Telegram's HTML; raise BotApiRefusal 400 as the real service does."""
    parser = _HtmlParser(source=source)
    while parser.position < len(source):
        _step(parser)
    if parser.open:
        raise _unparsable(f'Can\'t find end tag corresponding to start tag "{parser.open[-1].tag}"')
    # In the order in which their tags were opened: by start, and the outer one first at the same start.
    entities = [parser.entities[place] for place in sorted(parser.entities)]
    return "".join(parser.pieces), [entity for entity in entities if entity["length"]]


def entity_order(entity: JsonObject) -> tuple[int, int]:
    """Return the sort key of the real service's order of entities: by start, then the longer first."""
    return int(str(entity["offset"])), -int(str(entity["length"]))


@dataclass(frozen=True, slots=True, kw_only=True)
class _OpenTag:
    tag: str
    attributes: dict[str, str]
    offset: int
    place: int


@dataclass(slots=True, kw_only=True)
class _HtmlParser:
    source: str
    position: int = 0
    written: int = 0
    pieces: list[str] = field(default_factory=list)
    open: list[_OpenTag] = field(default_factory=list)
    entities: dict[int, JsonObject] = field(default_factory=dict)

    def write(self, text: str, consumed: int) -> None:
        self.pieces.append(text)
        self.written += utf16_length(text)
        self.position += consumed

    def byte(self) -> int:
        return len(self.source[: self.position].encode())


def _step(parser: _HtmlParser) -> None:
    match parser.source[parser.position]:
        case "<":
            _read_tag(parser)
        case "&":
            _read_character(parser)
        case _:
            found = _PLAIN.match(parser.source, parser.position)
            text = found.group() if found else ""
            parser.write(text, len(text))


def _read_character(parser: _HtmlParser) -> None:
    found = _CHARACTER.match(parser.source, parser.position)
    if found is None:
        return parser.write("&", 1)
    name = found.group(1)
    if name.startswith("#"):
        code = int(name[1:]) if name[1:].isdigit() else int(f"0{name[1:]}", 0)
        return parser.write(chr(code) if 0 < code < 0x110000 else found.group(), len(found.group()))
    return parser.write(_NAMED.get(name, found.group()), len(found.group()))


def _read_tag(parser: _HtmlParser) -> None:
    found = _TAG_NAME.match(parser.source, parser.position)
    if found is None or found.end() == len(parser.source):
        kind = "end" if parser.source.startswith("</", parser.position) else "start"
        raise _unparsable(f"Unclosed {kind} tag at byte offset {parser.byte()}")
    tag = found.group("name").lower()
    if not found.group("end") and tag not in _SUPPORTED_TAGS:
        raise _unparsable(f'Unsupported start tag "{tag}" at byte offset {parser.byte()}')
    rest = _TAG_REST.match(parser.source, found.end())
    if rest is None:
        raise _unparsable(f'Unclosed start tag "{tag}" at byte offset {parser.byte()}')
    if found.group("end"):
        _close(parser, tag)
    else:
        _open(parser, tag, _attributes(tag, rest.group()[:-1]))
    parser.position = rest.end()


def _open(parser: _HtmlParser, tag: str, attributes: dict[str, str]) -> None:
    if tag == "span" and attributes.get("class") != "tg-spoiler":
        raise _unparsable(f'Tag "span" must have class "tg-spoiler" at byte offset {parser.byte()}')
    parser.open.append(_OpenTag(tag=tag, attributes=attributes, offset=parser.written, place=parser.position))


def _attributes(tag: str, rest: str) -> dict[str, str]:
    found: dict[str, str] = {}
    position = 0
    while position < len(rest.rstrip()):
        match = _ATTRIBUTE.match(rest, position)
        if match is None:
            raise _unparsable(f'Empty attribute name in the tag "{tag}"')
        value = next((group for group in match.groups()[1:] if group is not None), "")
        found[match.group(1).lower()] = _CHARACTER.sub(lambda one: _NAMED.get(one.group(1), one.group()), value)
        position = match.end()
    return found


def _close(parser: _HtmlParser, tag: str) -> None:
    if not parser.open:
        raise _unparsable(f"Unexpected end tag at byte offset {parser.byte()}")
    opened = parser.open[-1]
    if tag not in {"", opened.tag}:
        expected = f'expected "</{opened.tag}>", found "</{tag}>"'
        raise _unparsable(f"Unmatched end tag at byte offset {parser.byte()}, {expected}")
    parser.open.pop()
    text = "".join(parser.pieces)
    inner = text.encode("utf-16-le")[2 * opened.offset :].decode("utf-16-le")
    kind = _kind(parser, opened, inner)
    if kind is not None:
        length = parser.written - opened.offset
        parser.entities[opened.place] = {"offset": opened.offset, "length": length, **kind}


def _kind(parser: _HtmlParser, opened: _OpenTag, inner: str) -> JsonObject | None:
    match opened.tag:
        case "a":
            return _link(opened.attributes.get("href") or inner)
        case "blockquote":
            return {"type": "expandable_blockquote" if "expandable" in opened.attributes else "blockquote"}
        case "tg-time":
            return _time(opened.attributes)
        case "tg-emoji":
            return {"type": "custom_emoji", "custom_emoji_id": opened.attributes.get("emoji-id", "")}
        case "span":
            return {"type": "spoiler"}
        case "code" if parser.open and parser.open[-1].tag == "pre" and "class" in opened.attributes:
            return None
        case tag:
            return {"type": _SIMPLE[tag]}


def _link(url: str) -> JsonObject | None:
    person = re.fullmatch(r"tg://user\?id=(\d+)", url)
    if person:
        return {"type": "text_mention", "user": {"id": int(person.group(1)), "is_bot": False, "first_name": ""}}
    if not re.match(r"(https?|tg|ton|tonsite)://", url):
        url = f"http://{url}" if re.match(r"[\w-]+(\.[\w-]+)+", url) else ""
    return {"type": "text_link", "url": url} if url else None


def _time(attributes: dict[str, str]) -> JsonObject:
    unix, style = attributes.get("unix", ""), attributes.get("format", "")
    if not re.fullmatch(r"-?\d+", unix):
        raise _unparsable('[sandbox] Tag "tg-time" must have an attribute "unix" with a number of seconds')
    if not _TIME_FORMAT.fullmatch(style):
        raise _unparsable(f'[sandbox] Tag "tg-time" has an unknown format "{style}"')
    return {"type": "date_time", "unix_time": int(unix), **({"date_time_format": style} if style else {})}


def _unparsable(sentence: str) -> BotApiRefusal:
    return bad_request(f"can't parse entities: {sentence}")
