"""The private words that standard terms replaced: what a name or a sentence says against them.

A name is read word by word (`late_news` is `late`, `news`), so a retired word is found wherever it stands in a name.
Names and sentences are held to different lists: many a word has an ordinary use in a sentence, and none as a name.
"""

import ast
import io
import re
import tokenize
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import PurePosixPath
from types import MappingProxyType

from tests.conventions.syntax_trees import all_nodes

# What a name must not say, and the term to use.
RETIRED_IN_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "arrival": "incoming update, update inbox",
        "bell": "queue job",
        "candidate": "replacement hold",
        "desk": "admin chat, test stack",
        "dialogue": "conversation state",
        "difference": "discrepancy",
        "doorstep": "admission",
        "dying": "killed, expiring",
        "errand": "local task, delivery, scenario",
        "expects": "pending input",
        "forgive": "waive",
        "freeze": "prepare",
        "her": "customer, runner, admin, person",
        "hers": "runner amount, of the customer",
        "hint": "event handler, description",
        "ladder": "escalation",
        "longest": "MAX_",
        "looking": "find, read, check",
        "loose": "unprompted",
        "mouth": "reply sender",
        "news": "notification, event",
        "office": "sender context",
        "ours": "local value, platform amount",
        "outside": "external",
        "pace": "rate limit",
        "park": "dead letter",
        "parked": "dead letter",
        "parking": "dead letter",
        "patience": "timeout, runner check-in",
        "poison": "dead letter",
        "push": "notification",
        "raising": "price increase",
        "riddle": "unknown outcome",
        "ring": "enqueue",
        "rung": "stage of an escalation",
        "she": "customer, runner, admin, person",
        "shelf": "assortment, store",
        "sight": "observed discrepancy, view",
        "singly": "autocommit",
        "somebody": "simulated user",
        "speaking": "reply sender",
        "spelled": "format",
        "standing": "state, membership",
        "stumbling": "unexpected input",
        "thaw": "read the prepared call",
        "theirs": "remote value",
        "town": "test stack",
        "troupe": "simulated users",
        "turning": "compensating",
        "unclear": "outcome unknown",
        "undone": "compensated",
        "unheard": "outcome unknown",
        "weather": "faults",
        "whose": "owner, match",
        "workshop": "worker context",
    }
)
# Several words of a name together, with the same meaning.
RETIRED_PHRASES: Mapping[str, str] = MappingProxyType(
    {
        "held_back": "watermark",
        "late_news": "event handler",
        "let_go": "waive, release",
        "live_card": "order message",
        "sign_of_life": "runner check-in",
        "turned_back": "compensating",
        "under_way": "in flight",
        "way_out": "remedy",
    }
)
# Constants: MAX_..., ..._TIMEOUT, ..._DELAY, ..._INTERVAL, with the unit in the name or the type.
RETIRED_CONSTANTS = re.compile(r"^(?:MOST|LONGEST)_|_(?:WITHIN|AFTER|EVERY)$|^EVERY$")
# What a sentence must not say: these have no ordinary use in this trade.
RETIRED_IN_SENTENCES: Mapping[str, str] = MappingProxyType(
    {
        "bell": "queue job",
        "doorstep": "admission",
        "errand": "local task, delivery, scenario",
        "her": "the customer's, the runner's, their",
        "hers": "theirs, the runner's",
        "herself": "themselves",
        "ladder": "escalation",
        "poison": "dead letter",
        "riddle": "unknown outcome",
        "rung": "stage of an escalation",
        "she": "the customer, the runner, the admin, they",
        "workshop": "worker context",
    }
)
# Names that something else decides, each with its reason.
ALLOWED = frozenset(
    {
        ("tests/stack/frozen.py", "freeze"),  # freezes a clock
        ("tests/stack/frozen.py", "thaw"),
        ("sandbox/stripe/params.py", "hint"),  # typing.get_type_hints
        ("sandbox/stripe/params.py", "hints"),
    }
)
WORD = re.compile(r"[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])")
LETTERS = re.compile(r"[a-z]+")
PROSE_WORD = re.compile(r"[A-Za-z']+")


def retired_names(path: str, tree: ast.Module) -> Iterator[str]:
    """Each name a module defines with a retired word in it, one sentence each; test functions are sentences."""
    for part in PurePosixPath(path).with_suffix("").parts:
        yield from judge_name(path, 1, part)
    seen: set[str] = set()
    for node in all_nodes(tree):
        for name in _defined_names(node):
            if name not in seen and (path, name) not in ALLOWED:
                seen.add(name)
                yield from judge_name(path, getattr(node, "lineno", 1), name)


def _defined_names(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
            yield from () if name.startswith("test_") else (name,)
        case ast.ClassDef(name=name):
            yield name
        case ast.arg(arg=name):
            yield name
        case ast.Name(id=name, ctx=ast.Store()) | ast.Attribute(attr=name, ctx=ast.Store()):
            yield name
        case ast.alias(asname=str(name)):
            yield name
        case _:
            return


def judge_name(path: str, line: int, name: str) -> Iterator[str]:
    """What one name says that it must not, a sentence for each word."""
    yield from (f"{path}:{line}: {name!r}{complaint}" for complaint in _complaints(name))


@cache  # most names stand in many modules
def _complaints(name: str) -> tuple[str, ...]:
    found: list[str] = []
    for word in (word.lower() for word in WORD.findall(name)):
        term = RETIRED_IN_NAMES.get(word) or RETIRED_IN_NAMES.get(word.removesuffix("s"))
        if term is not None:
            found.append(f" says {word!r}; the term is: {term}")
    for phrase, term in RETIRED_PHRASES.items():
        if phrase in name.lower():
            found.append(f" says {phrase!r}; the term is: {term}")
    if RETIRED_CONSTANTS.search(name):
        found.append(": a limit is MAX_..., a time is ..._TIMEOUT, ..._DELAY or ..._INTERVAL")
    return tuple(found)


def retired_sentences(path: str, source: str, tree: ast.Module) -> Iterator[str]:
    """Each comment, docstring and test name with a word that has no ordinary use here, one sentence each."""
    words = set(LETTERS.findall(source.lower()))
    if RETIRED_IN_SENTENCES.keys().isdisjoint(words | {word.removesuffix("s") for word in words}):
        return  # no sentence has one, so they need not be looked for: that takes a hundred times as long
    for line, text in _sentences(source, tree):
        for offset, part in enumerate(text.splitlines()):
            for word in PROSE_WORD.findall(part):
                yield from _judge_word(path, line + offset, word.lower())


def retired_prose(path: str, source: str) -> Iterator[str]:
    """The same for a text that is no Python."""
    for line, text in enumerate(source.splitlines(), start=1):
        for word in PROSE_WORD.findall(text):
            yield from _judge_word(path, line, word.lower())


def _judge_word(path: str, line: int, word: str) -> Iterator[str]:
    for form in (word, word.removesuffix("s"), word.removesuffix("'s")):
        if form in RETIRED_IN_SENTENCES:
            yield f"{path}:{line}: {word!r}; say: {RETIRED_IN_SENTENCES[form]}"
            return


def _sentences(source: str, tree: ast.Module) -> Iterator[tuple[int, str]]:
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string
    for node in all_nodes(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            text = ast.get_docstring(node, clean=False)
            if text is not None:
                yield node.body[0].lineno, text
            name = getattr(node, "name", "")
            if name.startswith("test_"):
                yield getattr(node, "lineno", 1), name.replace("_", " ")
