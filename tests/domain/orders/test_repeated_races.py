"""Repeated races: a few here, and the full number with `make races`, which prints how they ended."""

from collections import Counter
from collections.abc import Mapping
from functools import partial

import pytest
from sqlalchemy import func, select, update

from domain.campuses.campus import Campus
from domain.campuses.people_repository import find_member
from domain.campuses.repository import find_campus
from domain.campuses.tables import campus as campuses
from domain.database.event_log_repository import read_order_history
from domain.database.unit_of_work import UnitOfWorkFactory
from domain.errors import OrderAlreadyTaken
from domain.orders.repository import find_order
from domain.orders.states import Order, OrderStatus
from domain.orders.tables import timer
from domain.orders.timers.model import TimerKind
from domain.orders.use_cases import running
from tests.cases import case
from tests.fuzz.fuzz_depth import SEED, iterations
from tests.fuzz.input_counts import count_inputs
from tests.stack.concurrent_taps import cancel, claim, count_outcomes, let_deadline_pass
from tests.stack.races import RaceStart, is_accepted, race, true_races
from tests.stack.store_setup import CUSTOMER, FIRST_RUNNER, found_campus, open_order

pytestmark = pytest.mark.drill

RUNNER_COUNT = 50
ORDER_COUNT = iterations(2, 1_000)
REPETITIONS = iterations(8, 1_000)
SPREAD_SECONDS = 0.004  # seconds within which all participants of a round begin
TAPS = ("claimed", "cancelled", "released", "deadline")


async def campus_without_open_order_limit(database: UnitOfWorkFactory, runners: int) -> Campus:
    """Found a campus whose runners may hold any number of orders, so that a winner can win again."""
    async with database() as work:
        campus = await found_campus(work, runners=runners)
        await work.connection.execute(update(campuses).values(open_jobs=10_000))
        return await find_campus(work, campus.id)


@case(22)
async def test_of_every_order_that_fifty_claim_at_once_one_has_it_and_all_others_are_told(
    database: UnitOfWorkFactory,
) -> None:
    """Covers S2."""
    campus = await campus_without_open_order_limit(database, RUNNER_COUNT)
    for number in range(ORDER_COUNT):
        async with database() as work:
            order = await open_order(work, campus, CUSTOMER + 10_000 + number)
        heard = await count_outcomes([claim(database, campus, order, FIRST_RUNNER + n) for n in range(RUNNER_COUNT)])
        assert heard == {"done": 1, OrderAlreadyTaken.__name__: RUNNER_COUNT - 1}
        async with database() as work:
            taken = await find_order(work, campus.id, order.id)
            claims = [line for line in await read_order_history(work, campus.id, order.id) if line.event == "claimed"]
        assert taken.status is OrderStatus.ACCEPTED
        assert [line.actor.person_id for line in claims] == [taken.runner_id]
        count_inputs("claims of one job at once: won", heard["done"])
        count_inputs("claims of one job at once: told that it is taken", heard[OrderAlreadyTaken.__name__])


@case(21, 23)
async def test_claim_cancel_deadline_and_release_at_the_same_instant_each_happened_or_was_refused(
    database: UnitOfWorkFactory,
) -> None:
    """Every second order has a runner who gives it back in that instant (M10, S1, S11, S12; edge cases 21 and 23)."""
    campus, ends = await campus_without_open_order_limit(database, 2), Counter[OrderStatus]()
    for number, start in enumerate(true_races(len(TAPS), REPETITIONS, seed=SEED, spread=SPREAD_SECONDS)):
        ends[(await _race_all_taps(database, campus, number, start, held=number % 2 == 1)).status] += 1
    for status, many in ends.items():
        count_inputs(f"claim, cancel, deadline, release at once: ended {status}", many)
    assert set(ends) <= {OrderStatus.CREATED, OrderStatus.ACCEPTED, OrderStatus.CANCELLED, OrderStatus.EXPIRED}


@case(21, 23)
@pytest.mark.parametrize(
    ("first", "held", "end"),
    [
        ("claimed", False, OrderStatus.ACCEPTED),
        ("cancelled", False, OrderStatus.CANCELLED),
        ("deadline", False, OrderStatus.EXPIRED),
        ("released", True, None),
    ],
)
async def test_who_acts_first_wins_over_all_who_act_at_the_same_instant_later(
    database: UnitOfWorkFactory, first: str, held: bool, end: OrderStatus | None
) -> None:
    """An order that was given back is open again, for whoever is next."""
    campus = await campus_without_open_order_limit(database, 2)
    after = await _race_all_taps(database, campus, 0, RaceStart(first=TAPS.index(first)), held=held)
    assert end is None or after.status is end
    assert (after.releases == 1) is held


async def _race_all_taps(
    database: UnitOfWorkFactory, campus: Campus, number: int, start: RaceStart, *, held: bool
) -> Order:
    """Make all taps on a new order, held by a runner or not, and return the order after checking it."""
    async with database() as work:
        order = await open_order(work, campus, CUSTOMER + 10_000 + number)
    if held:
        await claim(database, campus, order, FIRST_RUNNER)
    taps = (
        partial(claim, database, campus, order, FIRST_RUNNER + 1),
        partial(cancel, database, campus, order),
        partial(_release, database, campus, order),
        partial(let_deadline_pass, database, campus, order),
    )
    accepted = await race(start, *(partial(is_accepted, tap) for tap in taps))
    return await _assert_consistent(database, campus, order, dict(zip(TAPS, accepted, strict=True)), held=held)


async def _release(database: UnitOfWorkFactory, campus: Campus, order: Order) -> None:
    async with database() as work:
        await running.start_release(work, campus, await find_member(work, campus.id, FIRST_RUNNER), order.id)


async def _assert_consistent(
    database: UnitOfWorkFactory, campus: Campus, order: Order, told: Mapping[str, bool], *, held: bool
) -> Order:
    """Return the order after checking it against what people were told, the notifications and the deadline."""
    deadline = select(func.count()).where(timer.c.order_id == order.id, timer.c.kind == TimerKind.EXPIRE)
    async with database() as work:
        after = await find_order(work, campus.id, order.id)
        lines = Counter(
            line.event for line in await read_order_history(work, campus.id, order.id) if line.subject == "order"
        )
        waits = (await work.connection.execute(deadline.where(timer.c.status == "set"))).scalar_one()
    assert lines["claimed"] == told["claimed"] + held
    assert lines["released"] == told["released"]
    assert lines["cancelled"] == told["cancelled"] == (after.status is OrderStatus.CANCELLED)
    assert lines["expired"] == (after.status is OrderStatus.EXPIRED)
    assert (lines["claimed"] - lines["released"] == 1) is (after.status is OrderStatus.ACCEPTED), lines
    assert (after.runner_id is not None) is (after.status is OrderStatus.ACCEPTED)
    assert waits == (after.status is OrderStatus.CREATED)
    return after
