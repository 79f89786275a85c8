"""What SQLAlchemy compiled is shared by all engines of a test process: it is half of what a short test costs."""

from typing import Any

from sqlalchemy.engine import Dialect
from sqlalchemy.ext.asyncio import AsyncEngine

_SHARED_DIALECT: list[Dialect] = []
_SHARED_STATEMENTS: dict[Any, Any] = {}


def share_compiled_statements(engine: AsyncEngine) -> AsyncEngine:
    """Let an engine use what engines before it compiled. All databases of a run have the same schema and server.

    A compiled statement belongs to the dialect that compiled it, so the first engine's is shared too.
    """
    if not _SHARED_DIALECT:
        _SHARED_DIALECT.append(engine.sync_engine.dialect)
    engine.sync_engine.dialect = _SHARED_DIALECT[0]
    engine.sync_engine.update_execution_options(compiled_cache=_SHARED_STATEMENTS)
    return engine
