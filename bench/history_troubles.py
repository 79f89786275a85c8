"""The troubles of a history that no order of the model has: stuck sagas, dead letters and discrepancies.

Of 1,000 orders 2 had a saga that was stuck, 1 a dead letter and 5 a discrepancy, all of them over; how many are open
does not depend on the size. Like an order that was cloned, each takes its time and campus from the number of its order.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType

from bench.console_model import Model

OPEN_STUCK, OPEN_DEAD_LETTERS, OPEN_DISCREPANCIES = 60, 60, 300
STUCK_EVERY, DEAD_LETTER_EVERY, DISCREPANCY_EVERY = 501, 1_001, 201
OPEN_INTERVAL = timedelta(minutes=12)
TROUBLE_NUMBER = 900  # within the numbers of one clone, above those that the model's orders took

_STUCK = (
    "INSERT INTO saga (id, number, name, kind, version, campus_id, order_id, person_id, status, position, data, error,"
    " reason, started_at, ended_at) OVERRIDING SYSTEM VALUE"
    " SELECT md5('stuck' || {number})::uuid, {number} + {own}, 'stuck_' || {number}, kind, version, {campus},"
    " {order}, NULL, CASE WHEN {open} THEN 'stuck' ELSE 'resolved' END, position, data, 'Stripe: no such transfer',"
    " CASE WHEN {open} THEN NULL ELSE 'paid by hand' END, {at}, CASE WHEN {open} THEN NULL ELSE {at} END"
    " FROM saga, {series} WHERE order_id = {delivered} AND kind = 'pay_out_runner'"
)
_DEAD_LETTERS = (
    "INSERT INTO dead_letter (campus_id, kind, subject, order_id, shown, tries, error, dead_since, ended_at, outcome)"
    " SELECT {campus}, 'update', {campus} || ':' || {number}, {order}, 'a tap', 5, 'ValueError', {at},"
    " CASE WHEN {open} THEN NULL ELSE {at} END, CASE WHEN {open} THEN NULL ELSE 'tried' END FROM {series}"
)
_DISCREPANCIES = (
    "INSERT INTO discrepancy (campus_id, kind, subject, order_id, local_value, remote_value, currency, status, told,"
    " first_seen, last_seen, ended_at)"
    " SELECT {campus}, 'amount_mismatch', 'txn_' || {number}, {order}, 730, 700, 'sgd',"
    " CASE WHEN {open} THEN 'open' ELSE 'gone' END, 1, {at}, {at}, CASE WHEN {open} THEN NULL ELSE {at} END"
    " FROM {series}"
)
# statement: one for so many orders, and how many are open
TROUBLES: Mapping[str, tuple[int, int]] = MappingProxyType(
    {
        _STUCK: (STUCK_EVERY, OPEN_STUCK),
        _DEAD_LETTERS: (DEAD_LETTER_EVERY, OPEN_DEAD_LETTERS),
        _DISCREPANCIES: (DISCREPANCY_EVERY, OPEN_DISCREPANCIES),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """How clones are spread: over so many campuses, so far apart in number, and this long apart in time."""

    campuses: int
    apart: int
    interval: timedelta


def troubles_that_are_over(model: Model, spread: Spread, first: int, last: int) -> Iterator[str]:
    """Yield what inserts the troubles of the orders with these numbers."""
    for statement, (every, _) in TROUBLES.items():
        yield _fill(statement, model, spread, f"generate_series({first + -first % every}, {last}, {every}) n", "false")


def troubles_that_are_open(model: Model, spread: Spread) -> Iterator[str]:
    """Yield what inserts the open troubles: of the newest orders, which are those with the least numbers."""
    by_time = Spread(campuses=spread.campuses, apart=spread.apart, interval=OPEN_INTERVAL)
    for statement, (_, count) in TROUBLES.items():
        yield _fill(statement, model, by_time, f"generate_series(1, {count}) n", "true")


def _fill(statement: str, model: Model, spread: Spread, series: str, is_open: str) -> str:
    order = f"{model.delivered} + n::bigint * {spread.apart}"
    return statement.format(
        number=f"(n::bigint * {spread.apart} * CASE WHEN {is_open} THEN -1 ELSE 1 END)",
        own=TROUBLE_NUMBER,
        campus=f"(1 + n % {spread.campuses})",
        order=order,
        open=is_open,
        at=f"(timestamptz '{model.now.isoformat()}' - n * interval '{spread.interval.total_seconds()} seconds')",
        series=series,
        delivered=model.delivered,
    )
