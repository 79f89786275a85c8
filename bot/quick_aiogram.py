"""aiogram imported in less than half its time: what it knows of Telegram's types is built when one is first used.

aiogram declares its types to be built late, but hands each the names of the others by building it there and then: four
hundred in 3 s of processor time, and a bot needs a dozen. Here each type's module is given those names, and no more.
"""

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from pydantic import BaseModel

REBUILD_METHOD = "model_rebuild"


def import_aiogram() -> None:
    """Import it, if nobody has yet; who imports it later finds it as if it had always been there."""
    if "aiogram" in sys.modules:
        return
    with _deferred_model_build():
        import aiogram.types  # noqa: F401


@contextmanager
def _deferred_model_build() -> Iterator[None]:
    build = vars(BaseModel)[REBUILD_METHOD]
    setattr(BaseModel, REBUILD_METHOD, classmethod(_provide_names))
    try:
        yield
    finally:
        setattr(BaseModel, REBUILD_METHOD, build)


def _provide_names(cls: type[BaseModel], *, _types_namespace: Mapping[str, object]) -> None:
    """Give the type's module the names it only imports for type checkers; pydantic looks for them there."""
    module_names = vars(sys.modules[cls.__module__])
    for name, meant in _types_namespace.items():
        module_names.setdefault(name, meant)
