"""The rules that keep Stripe's objects and parameters in workers/stripe: what leaves it is typed."""

import ast
from collections.abc import Collection, Iterator

from tests.conventions.import_rules import is_within
from tests.conventions.syntax_trees import all_nodes

STRIPE_ROOM = "workers/stripe"
GATEWAY_MODULES = "workers/stripe/gateway*.py"
OBJECT_MODULES = "workers/stripe/objects/*.py"
UNTYPED_NAMES = frozenset({"Any", "dict", "list", "RawObject", "StripeObject", "StripeParams"})
# Stripe's names that our rows and our own JSON have too; whether such a read is one of Stripe's, only mypy knows.
ORDINARY_NAMES = frozenset({"object", "order", "saga", "url"})
RAW_NAMES = frozenset({"RawObject", "StripeParams", "StripeCall"})


def untyped_results(path: str, tree: ast.Module) -> Iterator[str]:
    """Yield the public functions of the gateway that return plain data, and the fields of objects that hold it."""
    is_gateway, has_objects = is_within(path, GATEWAY_MODULES), is_within(path, OBJECT_MODULES)
    for node in all_nodes(tree):
        match node:
            case ast.FunctionDef(name=name, returns=result) | ast.AsyncFunctionDef(name=name, returns=result) if (
                is_gateway and not name.startswith("_") and _names(result) & UNTYPED_NAMES
            ):
                yield f"{path}:{node.lineno}: {name} returns plain data; return an object of workers/stripe/objects"
            case ast.ClassDef(body=body) if has_objects:
                fields = [field for field in body if isinstance(field, ast.AnnAssign)]
                for field in fields:
                    if _names(field.annotation) & UNTYPED_NAMES:
                        yield f"{path}:{field.lineno}: a field of an object holds plain data; give it a type"


def raw_field_names(tree: ast.Module) -> Iterator[str]:
    """Yield the names of Stripe's fields that a module of workers/stripe/objects reads."""
    for node in all_nodes(tree):
        yield from (name for name, _ in _read_names(node))


def foreign_reads(path: str, tree: ast.Module, field_names: Collection[str]) -> Iterator[str]:
    """Yield the reads of Stripe's fields outside workers/stripe."""
    if is_within(path, STRIPE_ROOM):
        return
    for node in all_nodes(tree):
        for name, line in _read_names(node):
            if name in field_names:
                yield f"{path}:{line}: {name!r} is a field of Stripe; read it in workers/stripe/objects"


def parameter_functions(tree: ast.Module) -> Iterator[str]:
    """Yield the functions of a module of the gateway that take ready parameters."""
    for node in all_nodes(tree):
        if isinstance(node, ast.AsyncFunctionDef) and any(
            "StripeParams" in _names(argument.annotation) for argument in node.args.args
        ):
            yield node.name


def foreign_calls(path: str, tree: ast.Module, closed_functions: Collection[str]) -> Iterator[str]:
    """Yield what only workers/stripe may use: functions that take ready parameters, raw objects, Stripe's library."""
    if is_within(path, STRIPE_ROOM):
        return
    for node in all_nodes(tree):
        match node:
            case ast.ImportFrom(module=str(module), names=names) if is_within(module.replace(".", "/"), STRIPE_ROOM):
                for alias in names:
                    if alias.name in {*closed_functions, *RAW_NAMES} or alias.name.startswith("parse_"):
                        yield f"{path}:{node.lineno}: {alias.name} is for workers/stripe alone"
            case ast.Attribute(attr="v1"):
                yield f"{path}:{node.lineno}: only the gateway calls Stripe's library"


def _names(annotation: ast.expr | None) -> set[str]:
    """Return the names in an annotation, also in one that is written as a string."""
    if annotation is None:
        return set()
    text = annotation.value if isinstance(annotation, ast.Constant) else ast.unparse(annotation)
    return {node.id for node in ast.walk(ast.parse(str(text))) if isinstance(node, ast.Name)}


def _read_names(node: ast.AST) -> Iterator[tuple[str, int]]:
    match node:
        case ast.Subscript(slice=ast.Constant(value=str(name)), ctx=ast.Load()):
            yield name, node.lineno
        case ast.Call(func=ast.Attribute(attr="get"), args=[ast.Constant(value=str(name)), *_]):
            yield name, node.lineno
        case ast.Call(func=ast.Name(id="nested"), args=[_, *names]):
            yield from ((str(name.value), node.lineno) for name in names if isinstance(name, ast.Constant))
