"""What a module's text is made of, walked through once for all that is asked of it."""

import ast
from functools import cache


@cache
def all_nodes(tree: ast.Module) -> tuple[ast.AST, ...]:
    """Everything in it."""
    return tuple(ast.walk(tree))
