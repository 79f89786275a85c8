"""What a transaction does, parsed from its statements: sagas it starts, calls it prepares, rows it locks."""

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from uuid import UUID

# in the order in which the saga engine writes the keys
PREPARED_CALL = re.compile(rb'"name":\s*"([a-z_]+)",\s*"key":\s*"(([0-9a-f-]{36}):[^"]+)"')
SAGA_INSERT = re.compile(r"INSERT INTO saga \(([^)]*)\) VALUES \((.*?)\)(?: ON CONFLICT| RETURNING|$)", re.DOTALL)
PLACEHOLDER = re.compile(r"\$(\d+)")


@dataclass(frozen=True, slots=True)
class ObservedStatement:
    """SQL and its values, as they were sent."""

    sql: str
    values: tuple[bytes | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedCall:
    """A call that the transaction stores in a saga's row before the call is made."""

    saga_id: UUID
    step: str
    idempotency_key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StartedSaga:
    """A saga whose row the transaction inserts."""

    saga_id: UUID
    kind: str
    order_id: int | None


@dataclass(slots=True)
class ObservedTransaction:
    """All statements since BEGIN."""

    statements: list[ObservedStatement] = field(default_factory=list)

    @property
    def integers(self) -> frozenset[int]:
        """Every eight-byte integer among the values: ids of people, orders and chats."""
        values = (value for one in self.statements for value in one.values)
        return frozenset(decode_bigint(value) for value in values if value is not None and len(value) == 8)

    @property
    def locked_sagas(self) -> frozenset[UUID]:
        """Sagas whose rows are locked under their fence, because the outcome of a call is being recorded."""
        return frozenset(saga_id for one in self.statements if (saga_id := saga_locked_by(one)) is not None)

    @property
    def prepared_calls(self) -> Iterator[PreparedCall]:
        """The calls that the transaction prepares."""
        for one in self.statements:
            if one.sql.startswith("UPDATE saga SET"):
                for step, idempotency_key, saga_id in PREPARED_CALL.findall(
                    b"\n".join(value or b"" for value in one.values)
                ):
                    yield PreparedCall(
                        saga_id=UUID(saga_id.decode()), step=step.decode(), idempotency_key=idempotency_key.decode()
                    )

    @property
    def started_sagas(self) -> Iterator[StartedSaga]:
        """The sagas that the transaction starts."""
        for one in self.statements:
            found = saga_started_by(one)
            if found is not None:
                yield found


def saga_locked_by(statement: ObservedStatement) -> UUID | None:
    """Return the saga whose row this statement locks under its fence, or None; a lease asks for `wake_at` besides."""
    sql = statement.sql
    if not (sql.startswith("SELECT") and "saga.fence =" in sql and "FOR NO KEY UPDATE" in sql):
        return None
    if "saga.wake_at" in sql:
        return None
    return next((UUID(bytes=value) for value in statement.values if value is not None and len(value) == 16), None)


def saga_started_by(statement: ObservedStatement) -> StartedSaga | None:
    """Return the saga whose row this statement inserts, or None."""
    found = SAGA_INSERT.match(statement.sql)
    if found is None:
        return None
    columns = [column.strip() for column in found[1].split(",")]
    row = dict(zip(columns, (_value(statement, value_text) for value_text in found[2].split(",")), strict=True))
    order_id = row.get("order_id")
    return StartedSaga(
        saga_id=UUID(bytes=row["id"] or b""),
        kind=(row["kind"] or b"").decode(),
        order_id=None if order_id is None else decode_bigint(order_id),
    )


def _value(statement: ObservedStatement, value_text: str) -> bytes | None:
    placeholder = PLACEHOLDER.search(value_text)
    return None if placeholder is None else statement.values[int(placeholder[1]) - 1]


def decode_bigint(value: bytes) -> int:
    """Decode a bigint from the binary format of Postgres."""
    (number,) = struct.unpack("!q", value)
    return int(number)
