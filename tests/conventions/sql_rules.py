"""The rule that all SQL stands in repositories: only there is a statement sent over a connection."""

import ast
from collections.abc import Iterator

from tests.conventions.import_rules import SQL_MODULES, is_within
from tests.conventions.syntax_trees import all_nodes

CONNECTION_METHODS = frozenset({"execute", "exec_driver_sql", "scalar", "scalars", "stream", "stream_scalars"})


def misplaced_statements(path: str, tree: ast.Module) -> Iterator[str]:
    """Yield a sentence for each call on a connection in a module that is no repository."""
    if any(is_within(path, place) for place in SQL_MODULES):
        return
    for node in all_nodes(tree):
        match node:
            case ast.Call(func=ast.Attribute(value=value, attr=method)) if (
                method in CONNECTION_METHODS and "connection" in ast.unparse(value)
            ):
                yield f"{path}:{node.lineno}: a statement stands outside a repository"
