"""What becomes of a difference: looked at when an admin asks, settled for good, told anew; and what a turn may cost."""

import asyncio
import os
import sys

from domain.store.readings import take_reading
from domain.store.use_cases import comparing
from tests.town import NAMES, Town
from tests.workers.comparing import compare, differences, paths, stray_intent, told
from tests.workers.refunding import hear
from tests.workers.scenes import new_admin
from workers.reconciling.rounds import read, reconcile
from workers.reconciling.turn import new_turn
from workers.stripe_gateway import create_customer


async def number_of(town: Town, subject: str) -> int:
    """The difference's number."""
    ((number,),) = await town.rows("SELECT id FROM difference WHERE subject = :subject", subject=subject)
    return int(number)


async def asked_to_look(town: Town, number: int) -> None:
    """An admin's [Look again], and what a worker does about it within seconds."""
    async with town.database() as work:
        await comparing.have_looked_at(work, town.campus, await new_admin(town), number, -200)
    await reconcile(town.worker("looker"), asyncio.Event())


async def test_an_admin_who_asks_is_answered_and_what_is_gone_ends(town: Town) -> None:
    intent = await stray_intent(town)
    await compare(town)
    number = await number_of(town, intent["id"])
    await asked_to_look(town, number)
    assert (await told(town))[-1] == "push-difference-stays"
    await town.workshop.stripe.v1.payment_intents.cancel_async(intent["id"])
    await asked_to_look(town, number)
    assert (await told(town))[-1] == "push-difference-gone"
    assert await differences(town) == []
    assert await town.rows("SELECT 1 FROM difference WHERE look_wanted_at IS NOT NULL") == []


async def test_what_a_person_settled_stays_so_until_it_is_about_another_amount(town: Town) -> None:
    intent = await stray_intent(town)
    await compare(town)
    admin = await new_admin(town)
    async with town.database() as work:
        await comparing.settle(work, town.campus, admin, await number_of(town, intent["id"]), "the shop's own test")
    await town.sql("UPDATE reading SET seen_until = seen_until - 60 WHERE task = 'payment_intents'")
    await compare(town)
    assert await differences(town) == []
    assert (await told(town)).count("push-difference") == 1
    await town.workshop.stripe.v1.payment_intents.capture_async(intent["id"], {"amount_to_capture": 500})
    await compare(town)
    assert ("unknown_intent", intent["id"], "succeeded") in await differences(town)


async def test_a_webhook_about_a_stray_hold_makes_the_sweep_come_soon(town: Town) -> None:
    customer = await town.member()
    order = await town.open_job(customer)
    row = await town.saga(order, "create_order")
    await town.cancel(customer, order)
    await town.drive()
    await compare(town)
    await town.sql("UPDATE reading SET ended_at = now() - interval '2 minutes'")
    late = await stray_intent(town, saga=str(row.id), order=str(order.id), call="late")
    await reconcile(town.worker("sweeper"), asyncio.Event())
    assert await differences(town, "mended") == [], "its hour has not come"
    await hear(town, "evt_late", late)
    await reconcile(town.worker("sweeper"), asyncio.Event())
    assert [subject for _, subject, _ in await differences(town, "mended")] == [late["id"]]


async def test_a_list_longer_than_a_turn_is_read_on_by_the_next_where_it_stopped(town: Town) -> None:
    for _ in range(120):
        await create_customer(town.workshop.stripe, {}, f"customer:{next(NAMES)}")
    await reconcile(town.worker("first"), asyncio.Event())
    await town.sql("UPDATE reading SET due_at = now() WHERE task = 'events'")
    async with town.database() as work:
        taken = await take_reading(work, "first")
    assert taken is not None
    assert not await read(new_turn(town.worker("first"), asyncio.Event(), calls=1), taken)
    first = {row.id for row in await town.rows("SELECT id FROM stripe_event")}
    assert len(first) == 100
    ((seen, cursor),) = await town.rows("SELECT seen_until, cursor FROM reading WHERE task = 'events'")
    assert (seen, cursor in first) == (None, True), "the watermark waits for the end of the list"
    await town.sql("UPDATE reading SET due_at = now() WHERE task = 'events'")
    before = len(await paths(town))
    await reconcile(town.worker("second"), asyncio.Event())
    assert len(await paths(town)) == before + 1
    kept = {row.id for row in await town.rows("SELECT id FROM stripe_event")}
    assert kept == {event["id"] for event in await town.look("objects", kind="event")}


async def test_the_command_compares_everything_and_says_what_differs(town: Town, database_url: str) -> None:
    intent = await stray_intent(town)
    settings = {"DATABASE_URL": database_url, "STRIPE_API_URL": town.stripe_url, "STRIPE_SECRET_KEY": "sk_test_town"}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "workers.reconcile",
        env=os.environ | settings,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    said, wrong = await process.communicate()
    assert process.returncode == 1, wrong.decode()
    assert "1 differences" in said.decode()
    assert intent["id"] in said.decode()
    assert "S$7.00" in said.decode()
