"""The papers of this repository, and what a test reads in one: headings, links, code, tables and diagrams."""

import re
from collections.abc import Iterator, Sequence
from functools import cache

from tests.conventions.test_conventions import PROJECT

FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
CODE_BLOCK = re.compile(r"(?:^ {4,}(?![-*0-9] |\d+\.).*\n?)+", re.MULTILINE)
CODE_SPAN = re.compile(r"`([^`\n]+)`")
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
GENERATED = frozenset({"docs/cases.md"})  # its own test compares it with what it is generated from


@cache
def papers() -> Sequence[str]:
    """Return the paths of all papers within the project."""
    found = [*PROJECT.glob("*.md"), *(PROJECT / "docs").rglob("*.md")]
    return sorted(path.relative_to(PROJECT).as_posix() for path in found)


def handwritten_papers() -> Sequence[str]:
    """Return the papers that no command generates."""
    return [path for path in papers() if path not in GENERATED]


@cache
def text_of(paper: str) -> str:
    """Return the text of a paper."""
    return (PROJECT / paper).read_text(encoding="utf-8")


@cache
def prose_of(paper: str) -> str:
    """Return the text without fenced blocks."""
    return FENCE.sub("", text_of(paper))


def code_spans(paper: str) -> Iterator[str]:
    """Yield what stands between backticks, outside fenced blocks."""
    yield from CODE_SPAN.findall(prose_of(paper))


def code_lines(paper: str) -> Iterator[str]:
    """Yield each line of code: of spans, of indented blocks, and of fenced blocks that are no diagrams."""
    yield from code_spans(paper)
    for language, block in FENCE.findall(text_of(paper)):
        if language != "mermaid":
            yield from block.splitlines()
    for block in CODE_BLOCK.findall(prose_of(paper)):
        yield from block.splitlines()


def links(paper: str) -> Iterator[str]:
    """Yield the target of each link and picture."""
    yield from LINK.findall(CODE_SPAN.sub("", prose_of(paper)))


def anchors(paper: str) -> frozenset[str]:
    """Return the anchors that a reader of Markdown makes of the headings."""
    return frozenset(anchor_of(heading) for heading in HEADING.findall(prose_of(paper)))


def anchor_of(heading: str) -> str:
    """Return the anchor of a heading: lower case, without punctuation, with hyphens for spaces."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def section(paper: str, heading: str) -> str:
    """Return the text below a heading, up to the next heading of its level or a higher one. Raise LookupError."""
    text = text_of(paper)
    found = re.search(rf"^(#+) {re.escape(heading)}$", text, re.MULTILINE)
    if found is None:
        raise LookupError(f"{paper} has no heading {heading!r}")
    rest = text[found.end() :]
    end = re.search(rf"^#{{1,{len(found[1])}}} ", rest, re.MULTILINE)
    return rest if end is None else rest[: end.start()]


def table_rows(text: str) -> Iterator[list[str]]:
    """Yield the cells of each row of the tables in a text, without the rows of headings."""
    rows = [line for line in text.splitlines() if line.startswith("|")]
    for row, following in zip(rows, [*rows[1:], ""], strict=True):
        is_rule, is_heading = re.fullmatch(r"[|\- ]+", row), re.fullmatch(r"[|\- ]+", following)
        if not is_rule and not (is_heading and following):
            yield [cell.strip() for cell in row.strip("|").split("|")]


def diagrams(text: str, kind: str) -> Iterator[str]:
    """Yield each Mermaid diagram of this kind in a text."""
    for language, block in FENCE.findall(text):
        if language == "mermaid" and block.startswith(kind):
            yield block
