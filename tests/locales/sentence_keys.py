"""The sentences the code uses with their parameters, and the sentences of the locale files, found by parsing."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from fluent.syntax import FluentParser
from fluent.syntax.ast import Message, VariableReference
from fluent.syntax.visitor import Visitor

from domain import errors
from domain.words import LOCALES_DIRECTORY

ROOT = LOCALES_DIRECTORY.parent
ROOMS = ("domain", "bot", "console", "workers")
PREFIXES = ("order-message", "notification", "error", "button", "bot")
KEY = re.compile(rf"(?:{'|'.join(PREFIXES)})-[a-z0-9]+(?:-[a-z0-9]+)*")
# arguments of context.button that are no parameters of the sentence
BUTTON_PARAMETERS = {"subject", "argument", "style"}


@dataclass(frozen=True, slots=True, kw_only=True)
class SentenceUse:
    """A place where a sentence is used with parameters that can be read from the code."""

    where: str
    key: str
    words: frozenset[str]


class _Words(Visitor):
    def __init__(self) -> None:
        self.found: set[str] = set()

    def visit_VariableReference(self, node: VariableReference) -> None:  # noqa: N802, the name is Fluent's
        self.found.add(node.id.name)


def sentences(language: str) -> Iterator[Message]:
    """Yield every sentence of a language, parsed."""
    for file in sorted((LOCALES_DIRECTORY / language).glob("*.ftl")):
        body = FluentParser().parse(file.read_text(encoding="utf-8")).body
        yield from (entry for entry in body if isinstance(entry, Message))


@cache
def sentence_parameters(language: str) -> dict[str, frozenset[str]]:
    """Return every key of a language with the parameters of its sentence."""
    found: dict[str, frozenset[str]] = {}
    for sentence in sentences(language):
        words = _Words()
        words.visit(sentence)
        found[sentence.id.name] = frozenset(words.found)
    return found


@cache
def source_files() -> tuple[tuple[Path, ast.Module], ...]:
    """Return every file of the packages that send text to people."""
    return tuple(
        (path.relative_to(ROOT), ast.parse(path.read_text(encoding="utf-8")))
        for room in ROOMS
        for path in sorted((ROOT / room).rglob("*.py"))
    )


def mentioned_keys() -> dict[str, str]:
    """Return every string in the code that looks like a key, with its place."""
    return {
        node.value: f"{path}:{node.lineno}"
        for path, tree in source_files()
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and KEY.fullmatch(node.value)
    }


def sentence_uses() -> list[SentenceUse]:
    """Return every call that names a sentence and all its parameters."""
    kinds = {name: each for name, each in vars(errors).items() if isinstance(each, type)}
    refusals = {name: each.key for name, each in kinds.items() if issubclass(each, errors.CampusGError)}
    found = []
    for path, tree in source_files():
        for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
            name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
            key, words = _read(name, call, refusals)
            if key is not None and words is not None:
                found.append(SentenceUse(where=f"{path}:{call.lineno}", key=key, words=frozenset(words)))
    return found


def _read(name: str, call: ast.Call, refusals: dict[str, str]) -> tuple[str | None, set[str] | None]:
    named = {each.arg: each.value for each in call.keywords if each.arg is not None}
    exact = len(named) == len(call.keywords)  # no **parameters, whose names are known only at run time
    if name in ("say", "say_plain") and len(call.args) == 2 and exact:
        return _literal(call.args[1]), set(named)
    if name in ("say", "say_plain", "button") and _is_context_say(call) and exact:
        return _literal(call.args[0]), set(named) - (BUTTON_PARAMETERS if name == "button" else set())
    if name in refusals and exact:
        return refusals[name], set(named)
    return None, None


def _is_context_say(call: ast.Call) -> bool:
    """Return whether a call is context.say(key, ...): the context knows the person's language."""
    return isinstance(call.func, ast.Attribute) and getattr(call.func.value, "id", "") == "context" and bool(call.args)


def _literal(node: ast.expr) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None
