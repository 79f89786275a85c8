"""What a transaction of ours is about, read from its statements: sagas it starts, calls it freezes, rows it locks."""

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from uuid import UUID

FROZEN_CALL = re.compile(rb'"name":\s*"([a-z_]+)",\s*"key":\s*"(([0-9a-f-]{36}):[^"]+)"')  # in the order we write it
INSERT = re.compile(r"INSERT INTO saga \(([^)]*)\) VALUES \((.*?)\)(?: ON CONFLICT| RETURNING|$)", re.DOTALL)
PLACE = re.compile(r"\$(\d+)")


@dataclass(frozen=True, slots=True)
class Statement:
    """SQL and its values, as they were sent."""

    sql: str
    values: tuple[bytes | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Frozen:
    """A call that the transaction writes down on a saga's row before it is made."""

    saga: UUID
    step: str
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """A saga whose row the transaction inserts."""

    saga: UUID
    kind: str
    order: int | None


@dataclass(slots=True)
class Transaction:
    """All statements since BEGIN."""

    statements: list[Statement] = field(default_factory=list)

    @property
    def numbers(self) -> frozenset[int]:
        """Every whole number of eight octets among the values: ids of people, orders, chats."""
        values = (value for one in self.statements for value in one.values)
        return frozenset(whole(value) for value in values if value is not None and len(value) == 8)

    @property
    def locked(self) -> frozenset[UUID]:
        """Sagas whose rows are held under their fence: the outcome of a call is being recorded."""
        return frozenset(saga for one in self.statements if (saga := locked_by(one)) is not None)

    @property
    def frozen(self) -> Iterator[Frozen]:
        """Calls written down."""
        for one in self.statements:
            if one.sql.startswith("UPDATE saga SET"):
                for step, key, saga in FROZEN_CALL.findall(b"\n".join(value or b"" for value in one.values)):
                    yield Frozen(saga=UUID(saga.decode()), step=step.decode(), key=key.decode())

    @property
    def started(self) -> Iterator[Started]:
        """Sagas begun."""
        for one in self.statements:
            found = started_by(one)
            if found is not None:
                yield found


def locked_by(statement: Statement) -> UUID | None:
    """The saga whose row this statement locks under its fence."""
    sql = statement.sql
    if not (sql.startswith("SELECT saga.id") and "saga.fence =" in sql and "FOR NO KEY UPDATE" in sql):
        return None
    return next((UUID(bytes=value) for value in statement.values if value is not None and len(value) == 16), None)


def started_by(statement: Statement) -> Started | None:
    """The saga whose row this statement inserts."""
    found = INSERT.match(statement.sql)
    if found is None:
        return None
    columns = [column.strip() for column in found[1].split(",")]
    row = dict(zip(columns, (_value(statement, word) for word in found[2].split(",")), strict=True))
    order = row.get("order_id")
    return Started(
        saga=UUID(bytes=row["id"] or b""),
        kind=(row["kind"] or b"").decode(),
        order=None if order is None else whole(order),
    )


def _value(statement: Statement, word: str) -> bytes | None:
    place = PLACE.search(word)
    return None if place is None else statement.values[int(place[1]) - 1]


def whole(value: bytes) -> int:
    """A whole number as Postgres sends it."""
    (number,) = struct.unpack("!q", value)
    return int(number)
