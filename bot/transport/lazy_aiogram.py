"""An import of aiogram in less than half the time: a Telegram type's model is built when it is first used.

aiogram declares that its models are built late, but builds each one on import to give it the names of the others. That
is four hundred models in 3 s of processor time, and a bot needs a dozen. Here each type's module only gets the names.
"""

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from pydantic import BaseModel

REBUILD_METHOD = "model_rebuild"


def import_aiogram() -> None:
    """Import aiogram unless it is imported already; later imports find it in `sys.modules`."""
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
    """Put the names that a type's module imports for type checkers only into the module: pydantic looks there."""
    module_names = vars(sys.modules[cls.__module__])
    for name, meant in _types_namespace.items():
        module_names.setdefault(name, meant)
