"""A deadline, and the nudge before it, are kept to the second by the database's clock, whatever becomes of Redis."""

from contextlib import closing
from datetime import timedelta

import redis

from sandbox.play.scenes.parts import orders_laksa
from tests.journeys.town import Town

LATE_AT_MOST = 2.0  # seconds; one is promised, and test machines are slow
FIRED_WITHIN = 30.0
EXPIRED = "SELECT min(at) AS at FROM event WHERE order_id = $1 AND after = 'EXPIRED' HAVING count(*) > 0"
DUE = "SELECT due_at FROM timer WHERE order_id = $1 AND kind = $2"
NUDGED = "SELECT written_at AS at FROM push WHERE order_id = $1 AND key = 'push-nudge'"


async def test_an_order_expires_at_most_a_moment_after_its_time(town: Town) -> None:
    late = await lateness(town, flush=False)
    print(f"expired {late:.3f} s after its time")
    assert 0 <= late <= LATE_AT_MOST


async def test_an_order_expires_in_time_although_redis_was_emptied(town: Town) -> None:
    late = await lateness(town, flush=True)
    print(f"expired {late:.3f} s after its time, with Redis emptied")
    assert 0 <= late <= LATE_AT_MOST


async def lateness(town: Town, *, flush: bool) -> float:
    """Seconds between an order's deadline and its end, or its nudge if that was later, on the database's clock."""
    async with town.stage("hasty") as stage:
        order = await orders_laksa(stage.mei)
        nudge_due, due = [(await town.until(DUE, order, kind, within=5))["due_at"] for kind in ("nudge", "expire")]
        if flush:
            empty_redis(town)
        nudged = (await town.until(NUDGED, order, within=FIRED_WITHIN))["at"]
        ended = (await town.until(EXPIRED, order, within=FIRED_WITHIN))["at"]
        await stage.mei.reads(f"#{order}: nobody could take it in time", "Released")
        await stage.mei.reads(f"Nobody has taken #{order} yet")
        late: timedelta = max(ended - due, nudged - nudge_due)
        return late.total_seconds()


def empty_redis(town: Town) -> None:
    """FLUSHALL."""
    with closing(redis.Redis.from_url(town.stack.redis_url)) as connection:
        connection.flushall()
