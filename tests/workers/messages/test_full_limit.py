"""Three workers and a full rate limit: a notification is sent at most once, as Telegram counts."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from random import Random

from sqlalchemy import exists, insert, select

from domain.store.schema import membership, person, push
from domain.store.unit_of_work import UnitOfWork
from tests.frozen import Freezing, freeze
from tests.workers.messages.post_office import BOT, MEI, PostOffice
from workers.deliveries import Deliveries
from workers.messages import Office, send_push

READERS = range(2001, 2061)  # many more than a bot may write to in a second
SLOWNESS = (
    0.0,
    0.6,
    1.2,
)  # seconds that each worker takes at most to begin a transaction; Telegram's limit is per second


def slow(office: Office, most: float) -> Office:
    """A worker that takes its time before it writes, so many seconds at most."""
    random = Random(most)

    @asynccontextmanager
    async def later() -> AsyncIterator[UnitOfWork]:
        await asyncio.sleep(random.uniform(most / 2, most))
        async with office.database() as work:
            yield work

    return replace(office, database=later)


async def welcome(post: PostOffice) -> None:
    """Readers who started the bot."""
    for number in READERS:
        await post.sim("users", id=number, first_name="R", language_code="en")
        await post.sim("messages", from_=number, chat=f"@{BOT}", text="/start")
    async with post.office.database() as work:
        people = [{"id": number, "first_name": "R"} for number in READERS]
        await work.connection.execute(insert(person).values(people))
        here = [{"campus_id": post.campus_id, "person_id": number} for number in READERS]
        await work.connection.execute(insert(membership).values(here))


async def send_all(post: PostOffice, office: Office) -> None:
    """What one worker's sweep does until nothing is left."""
    deliveries = Deliveries(office=office)
    while await unsent(post):
        await deliveries.begin()
        await asyncio.sleep(0.02)
    await deliveries.finish()


async def unsent(post: PostOffice) -> bool:
    """Whether a notification is still to be sent."""
    async with post.office.singly() as connection:
        return bool((await connection.execute(select(exists().where(push.c.status != "sent")))).scalar_one())


async def test_three_workers_send_each_notification_once_under_a_full_limit(post: PostOffice) -> None:
    await welcome(post)
    for number in READERS:
        await post.push(f"waits:{number}", number)
    await post.sim("faults", kind="hang", method="sendMessage", seconds=0.3, times=1000)
    async with asyncio.timeout(60):
        await asyncio.gather(*(send_all(post, slow(post.office, most)) for most in SLOWNESS))
    sent = [int(call["params"]["chat_id"]) for call in await post.calls("sendMessage")]
    assert sorted(sent) == list(READERS)


async def test_a_worker_that_met_the_limit_does_not_let_a_third_send_what_a_second_is_sending(post: PostOffice) -> None:
    number = await post.push("once")
    await post.office.buckets.rest(post.campus_id, MEI, 0.1)
    ice = Freezing(database=post.office.database)
    limited = await freeze(ice, send_push(replace(post.office, database=ice.work), number))
    await asyncio.sleep(0.15)
    await post.sim("faults", kind="hang", method="sendMessage", chat=MEI, seconds=0.8)
    second = asyncio.create_task(send_push(post.office, number))
    await post.until_under_way("sendMessage")
    await limited.wake()
    await asyncio.sleep(0.15)
    await send_push(replace(post.office), number)
    await second
    assert len(await post.calls("sendMessage")) == 1
