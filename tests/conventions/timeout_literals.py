"""A checker: a timeout, lease, deadline or pause is a row of `domain/settings/timeouts.py`, and no number elsewhere."""

import ast
import re
from collections.abc import Iterator

from tests.conventions.syntax_trees import all_nodes

TABLE = "domain/settings/timeouts.py"
NAMES = re.compile(
    r"TIMEOUT|SECONDS|_TTL|(?:^|_)LEASE|INTERVAL|DELAY|LIFETIME|_STAY|_AGE|SKEW|TOLERANCE|HEAD_START|OVERDUE|DEADLINE",
    re.IGNORECASE,
)
ARGUMENTS = re.compile(r"timeout|delay|interval|_seconds|ttl|recycle|^connect$|^total$|^read$")
WAITING = frozenset({"timeout", "sleep", "wait_for"})
# A span of time that is a quantity: how many messages within it, how far back a statistic looks.
QUANTITIES = frozenset(
    {
        "workers/commands/campus_values.py:MAX_WINDOW_SECONDS",
        "workers/telegram/rate_limit.py:MAX_WINDOW_SECONDS",
        "workers/telegram/send_limits.py:window_seconds",
        "domain/settings/log_limits.py:WINDOW_SECONDS",
        "domain/campuses/windows.py:seconds",
    }
)


def timeout_literals(path: str, tree: ast.Module) -> Iterator[str]:
    """Yield a sentence for each number that is a timeout of its own."""
    if path == TABLE:
        return
    for node in all_nodes(tree):
        for name in _named_numbers(node):
            if f"{path}:{name}" not in QUANTITIES:
                line = next((each.lineno for each in ast.walk(node) if hasattr(each, "lineno")), 0)
                yield f"{path}:{line}: {name} is a number; timeouts stand in {TABLE}"


def _named_numbers(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Assign(targets=targets, value=value) if _is_duration(value):
            yield from filter(NAMES.search, (_last_name(target) for target in targets))
        case ast.AnnAssign(target=target, value=ast.expr() as value) if _is_duration(value):
            yield from filter(NAMES.search, [_last_name(target)])
        case ast.arguments():
            yield from (name for name, value in _defaults(node) if NAMES.search(name) and _is_duration(value))
        case ast.Call(func=func, args=args, keywords=keywords):
            called = ast.unparse(func).rpartition(".")[2]
            if called in WAITING and any(_is_number(each) for each in args):
                yield called
            for each in keywords:
                if each.arg is not None and ARGUMENTS.search(each.arg) and _is_duration(each.value):
                    yield each.arg


def _last_name(target: ast.expr) -> str:
    return ast.unparse(target).rpartition(".")[2]


def _defaults(parameters: ast.arguments) -> Iterator[tuple[str, ast.expr]]:
    """Yield the name and the default of each parameter that has one."""
    positional = [*parameters.posonlyargs, *parameters.args]
    having = positional[len(positional) - len(parameters.defaults) :]
    yield from ((one.arg, value) for one, value in zip(having, parameters.defaults, strict=True))
    for one, value in zip(parameters.kwonlyargs, parameters.kw_defaults, strict=True):
        if value is not None:
            yield one.arg, value


def _is_duration(node: ast.expr) -> bool:
    match node:
        case ast.Call(func=ast.Name(id="timedelta"), args=args, keywords=keywords):
            return any(_is_number(each) for each in (*args, *(keyword.value for keyword in keywords)))
        case _:
            return _is_number(node)


def _is_number(node: ast.expr) -> bool:
    """Return whether this is a number other than zero, perhaps as a product."""
    match node:
        case ast.Constant(value=int() | float() as value):
            return not isinstance(value, bool) and value != 0
        case ast.BinOp(left=left, right=right):
            return _is_number(left) and _is_number(right)
        case _:
            return False
