"""A checker: what stands at the top of a module is used, there or in another one."""

import ast
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from tests.conventions.syntax_trees import all_nodes

FOUND_BY_NAME = ("__", "test_", "pytest_", "pytestmark")  # Python and pytest look for these
FOUND_BY_ALEMBIC = "migrations/versions/"


def unused_names(trees: Mapping[str, ast.Module]) -> Iterator[str]:
    """Yield a sentence for each function, class or constant of these modules that none of them uses."""
    nodes = [node for tree in trees.values() for node in all_nodes(tree)]
    imported = {(node.module, each.name) for node in nodes if isinstance(node, ast.ImportFrom) for each in node.names}
    elsewhere = {node.attr for node in nodes if isinstance(node, ast.Attribute)}
    elsewhere |= {node.arg for node in nodes if isinstance(node, ast.arg)}  # a parameter that names a fixture
    for path, tree in trees.items():
        if path.startswith(FOUND_BY_ALEMBIC):
            continue
        module = path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        used = _mentions(all_nodes(tree))
        for statement in tree.body:
            within = _mentions(ast.walk(statement))
            for name in _defined_names(statement):
                is_used = used[name] > within[name] or (module, name) in imported or name in elsewhere
                if not is_used and not name.startswith(FOUND_BY_NAME) and name != "_":
                    yield f"{path}:{statement.lineno}: nothing uses {name}"


def _mentions(nodes: Iterable[ast.AST]) -> Counter[str]:
    """Count the names that are read, also as a whole string: a type written as one, or a fixture."""
    found: Counter[str] = Counter()
    for node in nodes:
        match node:
            case ast.Name(id=name, ctx=ast.Load()):
                found[name] += 1
            case ast.Constant(value=str() as name):
                found[name] += 1
    return found


def _defined_names(statement: ast.stmt) -> Iterator[str]:
    match statement:
        case ast.FunctionDef(decorator_list=decorators) | ast.AsyncFunctionDef(decorator_list=decorators):
            if not any("autouse=True" in ast.unparse(each) for each in decorators):
                yield statement.name
        case ast.ClassDef(name=name):
            yield name
        case ast.Assign(targets=targets):
            yield from (node.id for each in targets for node in ast.walk(each) if isinstance(node, ast.Name))
        case ast.AnnAssign(target=ast.Name(id=name)):
            yield name
