"""Tests that docs/configuration.md has every variable with its reader and default, and every sentence as it is said."""

import ast
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

import pytest

from domain.risk.limits import LIMIT_NAMES
from domain.settings import environment_variables
from domain.settings.settings import (
    SettingsError,
    read_audit_settings,
    read_bot_settings,
    read_campus_settings,
    read_console_settings,
    read_worker_settings,
)
from tests.conventions.test_conventions import PROJECT, modules, name_of
from tests.papers.markdown import CODE_SPAN, section, table_rows

PAPER = "docs/configuration.md"
Read = Callable[[Mapping[str, str]], object]
READERS: Mapping[str, Read] = MappingProxyType(
    {
        "bot": read_bot_settings,
        "workers": read_worker_settings,
        "audit": read_audit_settings,
        "campus": read_campus_settings,
        "check": read_worker_settings,
        "console": read_console_settings,
    }
)
GOOD = {
    "DATABASE_URL": "postgresql://campusg@127.0.0.1:5432/campusg",
    "REDIS_URL": "redis://127.0.0.1:6379/0",
    "TELEGRAM_BOT_TOKEN": "123456:ABC-DEF",
    "STRIPE_SECRET_KEY": "sk_test_1",
}
CAMPUS_TOKEN = "TELEGRAM_BOT_TOKEN_<CAMPUS>"
OF_THE_SYSTEM = frozenset({"PATH", "DISPLAY", "WAYLAND_DISPLAY"})
VARIABLES = {row[0].strip("`"): row for row in table_rows(section(PAPER, "Variables"))}
MISTAKES = [
    pytest.param(process, CODE_SPAN.findall(settings), sentence.strip("`"), id=settings)
    for process, settings, sentence in table_rows(section(PAPER, "What a wrong value says"))
]


class RecordingEnviron(Mapping[str, str]):
    """An environment that records which variables are asked for."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self.values_by_name = values
        self.asked: set[str] = set()

    def __getitem__(self, name: str) -> str:
        self.asked.add(name)
        return self.values_by_name[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.values_by_name)

    def __len__(self) -> int:
        return len(self.values_by_name)


def variables_read_by(process: str) -> set[str]:
    """Return the variables that the settings of a process ask for."""
    environ = RecordingEnviron(GOOD)
    READERS[process](environ)
    campus_token = {CAMPUS_TOKEN} if "TELEGRAM_BOT_TOKEN" in environ.asked else set()
    return environ.asked | campus_token


@pytest.mark.parametrize("process", READERS)
def test_each_process_reads_the_variables_that_name_it(process: str) -> None:
    told = {name for name, row in VARIABLES.items() if process in row[1].split(", ")}
    assert told == variables_read_by(process)


@pytest.mark.parametrize("name", sorted(VARIABLES.keys() - {CAMPUS_TOKEN}))
def test_a_variable_has_the_default_that_is_told(name: str) -> None:
    default, rest = VARIABLES[name][2].strip("`"), {key: value for key, value in GOOD.items() if key != name}
    for process in VARIABLES[name][1].split(", "):
        read = READERS[process]
        if default == "required":
            with pytest.raises(SettingsError, match=f"{name} is not set"):
                read(rest)
        else:
            assert read(rest) == read(rest | ({} if default == "none" else {name: default}))


@pytest.mark.parametrize(("process", "settings", "sentence"), MISTAKES)
def test_a_wrong_value_says_this_sentence(process: str, settings: list[str], sentence: str) -> None:
    with pytest.raises(SettingsError) as refused:
        READERS[process](GOOD | dict(each.split("=", 1) for each in settings))
    assert refused.value.sentences == (sentence,)


def test_every_sentence_of_the_settings_has_an_example() -> None:
    told = [str(param.values[2]) for param in MISTAKES]
    missing = [each for each in sentence_patterns() if not any(re.fullmatch(each, sentence) for sentence in told)]
    assert missing == []


def sentence_patterns() -> Iterator[str]:
    """Yield a pattern for each sentence that a reader of a variable can add."""
    tree = ast.parse(Path(environment_variables.__file__).read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name(id="errors"), attr="append"), args=[sentence]):
                yield pattern_of(sentence)


def pattern_of(sentence: ast.expr) -> str:
    """Return a pattern for a string or an f-string; each value in it stands for anything."""
    match sentence:
        case ast.Constant(value=str(text)):
            return re.escape(text)
        case ast.JoinedStr(values=parts):
            return "".join(pattern_of(part) if isinstance(part, ast.Constant) else ".+" for part in parts)
        case _:
            raise LookupError(f"{ast.unparse(sentence)} is no sentence")


def test_variables_of_development_are_told() -> None:
    cells = [row[0] for row in table_rows(section(PAPER, "Variables of development"))]
    told = {name for cell in cells for name in CODE_SPAN.findall(cell)}
    assert told == set(development_variables())


def development_variables() -> Iterator[str]:
    """Yield the variables that the stand-ins, the demo and the tests read by name."""
    for path in modules():
        if not name_of(path).startswith(("sandbox/", "tests/")) or path == Path(__file__):
            continue
        for name in re.findall(
            r"environ(?:\.get\(|\[)\s*\"([A-Z_]+)\"|\"([A-Z_]+)\" (?:not )?in os\.environ", source(path)
        ):
            found = "".join(name)
            if found not in OF_THE_SYSTEM:
                yield found


def source(path: Path) -> str:
    """Return the source of a module, without the line breaks in calls."""
    return re.sub(r"([(\[])\s+", r"\1", path.read_text(encoding="utf-8")).replace("'", '"')


def test_compose_reads_only_what_is_told() -> None:
    asked = set(re.findall(r"\$\{([A-Z_]+)", (PROJECT / "compose.yaml").read_text(encoding="utf-8")))
    assert asked <= set(CODE_SPAN.findall(section(PAPER, "Variables")))


def test_every_limit_against_fraud_is_told_once() -> None:
    told = [name for row in table_rows(section(PAPER, "Limits against fraud")) for name in CODE_SPAN.findall(row[0])]
    assert sorted(told) == sorted(LIMIT_NAMES)
