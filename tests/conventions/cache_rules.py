"""The check of caches: one without a bound is keyed by what our own code says, never by what people send."""

import ast
from collections.abc import Iterator

from tests.conventions.syntax_trees import all_nodes

# Cached functions with arguments, and why there are only few of them.
KEYS_OF_CACHES = {
    ("bot/transport/caching_session.py", "_response_model"): "the types that aiogram's methods return",
    ("domain/currencies.py", "find_currency"): "the currencies of campus files",
    ("domain/orders/drafts/repository.py", "_change_of"): "the columns that our calls change",
    ("domain/orders/repository.py", "_guarded_update"): "the events of an order",
    ("domain/saga/data.py", "_adapter_of"): "our dataclasses",
    ("domain/words.py", "load_bundle"): "the folders of locales/",
}


def unbounded_caches(path: str, tree: ast.Module) -> Iterator[str]:
    """Yield a sentence for each cached function whose arguments nobody looked at."""
    for node in all_nodes(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and any(map(_is_unbounded, node.decorator_list)):
            parameters = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
            if parameters and (path, node.name) not in KEYS_OF_CACHES:
                yield f"{path}:{node.lineno} caches {node.name} for any argument: bound it, or say what its keys are"


def _is_unbounded(decorator: ast.expr) -> bool:
    called = decorator.func if isinstance(decorator, ast.Call) else decorator
    name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
    if name == "lru_cache" and isinstance(decorator, ast.Call):
        sizes = [*decorator.args[:1], *(each.value for each in decorator.keywords if each.arg == "maxsize")]
        return any(isinstance(size, ast.Constant) and size.value is None for size in sizes)
    return name == "cache"
