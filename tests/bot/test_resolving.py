"""What is stuck may be settled elsewhere: an admin says so with a reason, once, and nothing else changes."""

from domain.buttons import Tap
from domain.store.schema import event, orders, saga
from tests.bot.delivered import desk_of
from tests.bot.jobs import stuck_saga
from tests.bot.stage import Json, Stage


async def _row(stage: Stage, number: int) -> Json:
    (row,) = await stage.rows(saga, saga.c.number == number)
    return row


async def test_the_list_says_what_stands_where_since_when_and_how_often(stage: Stage) -> None:
    sam, number = await stage.admin(), await stuck_saga(stage)
    await sam.write("/stuck")
    text = await sam.text()
    assert f"{number}: pay_out_runner at " in text
    assert "(0 h 0 min), 0 tries, attempt 1" in text


async def test_what_is_stuck_is_resolved_by_a_reason_and_only_once(stage: Stage) -> None:
    sam, number = await stage.admin(), await stuck_saga(stage)
    await sam.write("/stuck")
    await sam.press(f"Resolve {number}")
    assert "nothing of it is done or undone" in await sam.text()
    assert "No order hangs on it" in await sam.text()
    await sam.press("◀ What is stuck")
    await sam.write("not an answer any more")
    assert (await _row(stage, number))["status"] == "stuck"
    await sam.tap(Tap.RESOLVE, number)
    await sam.write("x" * 201)
    assert "at most 200" in await sam.text()
    await sam.write("sent by  hand")
    assert "resolved by hand" in await sam.text()
    row = await _row(stage, number)
    assert (row["status"], row["wake_at"], row["error"]) == ("resolved", None, "transfers_not_allowed <b>")
    assert row["ended_at"] is not None
    (told,) = await stage.rows(event, event.c.subject_id == row["name"], event.c.event == "resolved")
    assert (told["actor_id"], told["reason"]) == (sam.id, "sent by hand")
    for late in (Tap.RESOLVE, Tap.RETRY):
        assert "out of date" in (await sam.tap(late, number))["text"]
    await sam.write(f"/resolve {number} again")
    assert (await _row(stage, number))["fence"] == row["fence"]
    await sam.write("/resolve")
    assert "/resolve 5" in await sam.text()


async def test_an_order_that_hangs_on_it_stays_as_it_is_and_its_history_says_why(stage: Stage) -> None:
    sam, number = await stage.admin(), await stuck_saga(stage)
    order_id = await (await stage.customer()).order_food()
    await stage.publish(order_id)
    await stage.change(saga, saga.c.number == number, order_id=order_id)
    before = await stage.rows(orders, orders.c.id == order_id)
    await sam.tap(Tap.RESOLVE, number)
    assert f"Order #{order_id} stays as it is: looking for a runner" in await sam.text()
    await sam.write("held in Stripe's dashboard")
    assert f"Order #{order_id} stays as it is: looking for a runner" in await sam.text()
    assert await stage.rows(orders, orders.c.id == order_id) == before
    await sam.press("Look at it")
    assert "resolved by hand · Sam" in await sam.text()
    assert "held in Stripe's dashboard" in await sam.text()


async def test_another_campus_saga_is_nobodys_here(stage: Stage) -> None:
    sam, number = await stage.admin(), await stuck_saga(stage)
    await stage.change(saga, saga.c.number == number, campus_id=stage.campuses["south"])
    await sam.write(f"/resolve {number} mine")
    assert "out of date" in (await sam.tap(Tap.RESOLVE, number))["text"]
    assert (await _row(stage, number))["status"] == "stuck"


async def test_in_the_admin_chat_the_reason_comes_with_the_command(stage: Stage) -> None:
    number = await stuck_saga(stage)
    async with desk_of(stage) as desk:
        await desk.sam.write("/stuck", desk.chat)
        said = await desk.sam.tap(Tap.RESOLVE, number, chat=desk.chat)
        assert f"/resolve {number} reason" in said["text"]
        await desk.sam.write(f"/resolve {number} sent by hand", desk.chat)
        assert "resolved by hand" in (await desk.sam.last(desk.chat))["text"]
    assert (await _row(stage, number))["status"] == "resolved"
