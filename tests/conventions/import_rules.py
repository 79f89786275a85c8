"""The import rules as data, and the check of a module against them."""

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import PurePosixPath

from tests.conventions.syntax_trees import all_nodes

PACKAGES = frozenset({"bot", "console", "domain", "migrations", "sandbox", "tests", "webserver", "workers"})
STDLIB_MODULES = frozenset(sys.stdlib_module_names)
# Only these know Postgres: a repository has all statements of its room, `tables` its tables.
SQL_MODULES = ("*/repository.py", "*_repository.py", "*/tables.py", "domain/database", "domain/schema.py")
# Dataclasses of functions that are bound at start; some of these build a condition for a statement of another room.
BOUND_CONDITIONS = ("domain/orders/order_payments.py", "domain/payouts/payout_blocks.py")

# These send no statement: they name the type of the engine, or catch the errors of Postgres.
ENGINE_AND_ERRORS = (
    "workers/app.py",
    "workers/commands/audit.py",
    "workers/commands/campus.py",
    "workers/reconciliation/missed_events.py",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportRule:
    """What modules below a path may import besides the standard library.

    `third_party` names packages. None allows all but those reserved for certain modules.
    """

    packages: frozenset[str]
    third_party: frozenset[str] | None


# The longest matching path counts.
IMPORT_RULES = {
    "domain": ImportRule(packages=frozenset({"domain"}), third_party=frozenset({"sqlalchemy"})),
    "domain/currencies.py": ImportRule(packages=frozenset(), third_party=frozenset({"iso4217"})),
    "domain/words.py": ImportRule(packages=frozenset({"domain"}), third_party=frozenset({"fluent"})),
    "domain/saga/data.py": ImportRule(packages=frozenset({"domain"}), third_party=frozenset({"pydantic"})),
    "domain/settings": ImportRule(packages=frozenset({"domain"}), third_party=frozenset({"structlog"})),
    "domain/tracing": ImportRule(
        packages=frozenset({"domain"}), third_party=frozenset({"opentelemetry", "sqlalchemy"})
    ),
    "domain/database": ImportRule(
        packages=frozenset({"domain"}), third_party=frozenset({"sqlalchemy", "asyncpg", "arq", "redis"})
    ),
    "webserver": ImportRule(
        packages=frozenset({"domain", "webserver"}), third_party=frozenset({"aiohttp", "prometheus_client"})
    ),
    "bot": ImportRule(packages=frozenset({"bot", "domain", "webserver"}), third_party=None),
    "workers": ImportRule(packages=frozenset({"workers", "domain"}), third_party=None),
    "console": ImportRule(
        packages=frozenset({"console", "domain", "webserver"}),
        third_party=frozenset({"aiohttp", "prometheus_client", "sqlalchemy", "uvloop"}),
    ),
    "sandbox": ImportRule(packages=frozenset({"sandbox"}), third_party=None),
    "migrations": ImportRule(
        packages=frozenset({"domain", "migrations"}), third_party=frozenset({"alembic", "sqlalchemy"})
    ),
    "tests": ImportRule(packages=PACKAGES, third_party=None),
}
# Packages that only these modules may import. Tests may import anything.
RESTRICTED_IMPORTS = {
    "aiogram": ("bot",),
    "telegram": ("workers/telegram/sender.py",),
    "stripe": ("workers/stripe/gateway*.py", "bot/transport/webhook_server.py", "sandbox/stripe"),
    "arq": ("workers", "domain/database/queue.py"),
    "alembic": ("migrations",),
    "opentelemetry": ("domain/tracing/spans.py",),
    "fluent": ("domain/words.py",),
    "iso4217": ("domain/currencies.py",),
    "structlog": ("domain/settings/logs.py", "bot", "workers"),
    "sqlalchemy": (*SQL_MODULES, *BOUND_CONDITIONS, *ENGINE_AND_ERRORS, "migrations"),
}


def import_violations(path: str, tree: ast.Module) -> Iterator[str]:
    """Yield a sentence for each import of this module that breaks a rule. `path` is relative to the project."""
    room = rule_for(path)
    for line, name in imported_modules(path, tree):
        package = name.partition(".")[0]
        if package in STDLIB_MODULES:
            continue
        where = f"{path}:{line}"
        if package in PACKAGES:
            if package not in room.packages:
                yield f"{where}: {path.partition('/')[0]} must not import {package}"
        elif room.third_party is not None and package not in room.third_party:
            yield f"{where}: {path} must not import {package}"
        elif (
            package in RESTRICTED_IMPORTS
            and not path.startswith("tests/")
            and not any(is_within(path, p) for p in RESTRICTED_IMPORTS[package])
        ):
            yield f"{where}: {package} belongs to {', '.join(RESTRICTED_IMPORTS[package])} alone"


def rule_for(path: str) -> ImportRule:
    """Return the rule for this module. Raise KeyError when no package has it."""
    return IMPORT_RULES[max((prefix for prefix in IMPORT_RULES if is_within(path, prefix)), key=len, default=path)]


def is_within(path: str, place: str) -> bool:
    """Return whether a module is this one, lies in this folder, or matches this pattern."""
    return path == place or path.startswith(f"{place}/") or ("*" in place and fnmatchcase(path, place))


def imported_modules(path: str, tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield every imported module with its line, also inside functions; relative and dynamic imports are resolved."""
    folder = PurePosixPath(path).parent.parts
    for node in all_nodes(tree):
        match node:
            case ast.Import(names=names):
                yield from ((node.lineno, alias.name) for alias in names)
            case ast.ImportFrom(module=module, level=0) if module is not None:
                yield from ((node.lineno, f"{module}.{alias.name}") for alias in node.names)
            case ast.ImportFrom(module=module, level=level):
                start = ".".join(folder[: len(folder) - level + 1])
                yield node.lineno, ".".join(part for part in (start, module) if part)
            case ast.Call(
                func=ast.Name(id="__import__") | ast.Attribute(attr="import_module") | ast.Name(id="import_module"),
                args=[ast.Constant(value=str(name)), *_],
            ):
                yield node.lineno, name
