"""The nodes of a module, collected once for all checks."""

import ast
from functools import cache


@cache
def all_nodes(tree: ast.Module) -> tuple[ast.AST, ...]:
    """Return all nodes of the tree."""
    return tuple(ast.walk(tree))
