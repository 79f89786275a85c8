"""aiogram imported in less than half its time: what it knows of Telegram's types is built when one is first used.

aiogram declares its types to be built late, but hands each the names of the others by building it there and then: four
hundred in 3 s of processor time, and a bot needs a dozen. Here each type's module is given those names, and no more.
"""

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from pydantic import BaseModel

BUILD = "model_rebuild"


def import_aiogram() -> None:
    """Import it, if nobody has yet; who imports it later finds it as if it had always been there."""
    if "aiogram" in sys.modules:
        return
    with _built_when_used():
        import aiogram.types  # noqa: F401


@contextmanager
def _built_when_used() -> Iterator[None]:
    build = vars(BaseModel)[BUILD]
    setattr(BaseModel, BUILD, classmethod(_know))
    try:
        yield
    finally:
        setattr(BaseModel, BUILD, build)


def _know(cls: type[BaseModel], *, _types_namespace: Mapping[str, object]) -> None:
    """Give the type's module the names it only imports for type checkers; pydantic looks for them there."""
    known = vars(sys.modules[cls.__module__])
    for name, meant in _types_namespace.items():
        known.setdefault(name, meant)
