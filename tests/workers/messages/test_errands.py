"""What a worker's own commits ask for, it does itself; what there are no hands for is rung."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from domain.store.unit_of_work import Bell, connect, database
from tests.workers.messages.post_office import MEI, PostOffice
from workers.errands import HANDS, Errands
from workers.jobs import JOBS, follow_order


async def test_a_message_is_sent_by_the_worker_that_wrote_it_without_a_bell(
    post: PostOffice, database_url: str
) -> None:
    rung: list[Bell] = []

    async def far(bells: Sequence[Bell]) -> None:
        rung.extend(bells)

    errands, engine = Errands(far=far), connect(database_url)
    office = replace(post.office, database=database(engine, errands.ring))
    errands.open(JOBS, {"office": office})
    for name in ("first", "second"):
        await replace(post, office=office).push(name)
    async with asyncio.timeout(5):
        while errands.under_way:  # the second one waits for the first, and is begun by its end
            await asyncio.gather(*errands.under_way)
    assert len(await post.texts(MEI)) == 2
    assert rung == []
    await engine.dispose()


async def test_what_there_are_no_hands_for_is_rung_and_a_failure_is_nobody_elses(
    caplog: pytest.LogCaptureFixture,
) -> None:
    rung: list[Bell] = []
    done: list[str] = []
    let_go = asyncio.Event()

    async def far(bells: Sequence[Bell]) -> None:
        rung.extend(bells)

    async def send_push(_context: dict[str, Any], number: str) -> None:
        await let_go.wait()
        if number == "3":
            raise ValueError(number)
        done.append(number)

    errands = Errands(far=far)
    errands.open([send_push], {})
    await errands.ring([Bell("send_push", str(number)) for number in range(HANDS + 1)])
    await errands.ring([Bell("handle_event", "evt_1")])
    assert [bell.subject for bell in rung] == [str(HANDS), "evt_1"]
    let_go.set()
    await errands.finish(5)
    assert done == [str(number) for number in range(HANDS) if number != 3]
    failed = [record.msg for record in caplog.records if isinstance(record.msg, dict)]
    assert [(line["event"], line["job"], line["subject"]) for line in failed] == [
        ("local_task_failed", "send_push", "3")
    ]
    await errands.ring([Bell("send_push", "99")])
    assert rung[-1].subject == "99", "a worker that stops begins nothing more"


async def test_one_bell_about_an_order_brings_all_that_is_due_about_it(post: PostOffice) -> None:
    order = await post.order()
    number = await post.news(order, "push-claimed", runner="Ana")
    await follow_order({"office": post.office}, str(order.id))
    assert (await post.push_row(number)).status == "sent"
    assert {(await post.card(kind)).message_id is not None for kind in ("customer", "group")} == {True}
