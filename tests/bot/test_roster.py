"""Who runs here, from an admin's chat: the roster, suspending with a reason, letting back."""

from sqlalchemy import insert

from domain.buttons import Tap
from domain.order import OrderStatus
from domain.people import RunnerStatus
from domain.store.schema import event, membership, person, push
from tests.bot.delivered import desk_of, reply
from tests.bot.jobs import arrived, claimed, job
from tests.bot.stage import Somebody, Stage


async def test_a_suspended_runner_reads_why_takes_nothing_new_and_finishes_what_she_has(stage: Stage) -> None:
    sam, (order_id, _, ana), (other, _) = await stage.admin(), await claimed(stage), await job(stage)
    await sam.write(f"/suspend {ana.id} two bags  opened")
    assert "Ana is suspended" in await sam.text()
    assert await _runner_status(stage, ana) == RunnerStatus.SUSPENDED
    (told,) = await stage.rows(push, push.c.key == "push-suspended", push.c.chat_id == ana.id)
    assert told["args"] == {"reason": "two bags opened"}
    (row,) = await stage.rows(event, event.c.subject_id == str(ana.id), event.c.after == "suspended")
    assert (row["actor_id"], row["reason"]) == (sam.id, "two bags opened")
    assert "can't take new jobs" in (await ana.tap(Tap.CLAIM, other, 1))["text"]
    for tap in (Tap.BOUGHT_AS_ESTIMATED, Tap.PICKED_UP, Tap.HERE):
        await ana.tap(tap, order_id, 2)
    await ana.write(str((await stage.order(order_id))["pin"]))
    assert await stage.status(order_id) is OrderStatus.DELIVERED
    assert "link" in (await ana.tap(Tap.SET_UP_PAYOUT, 0))["text"]
    await sam.write(f"/unsuspend {ana.id}")
    assert "may take jobs again" in await sam.text()
    assert "is yours" in (await ana.tap(Tap.CLAIM, other, 1))["text"]
    await sam.write(f"/unsuspend {ana.id}")
    assert "out of date" in await sam.text()


async def test_the_roster_says_how_each_runner_does_and_suspends_after_a_question(stage: Stage) -> None:
    sam, (_, _, ana) = await stage.admin(), await claimed(stage)
    zoe, abe = f"Zoe{ana.id}", f"Abe{ana.id}"  # nobody of another test has such a name
    await stage.change(person, person.c.id == ana.id, first_name=zoe)
    ben = await stage.somebody(abe)
    await ben.tap(Tap.ASK_TO_RUN, version=1)
    await sam.write("/runners")
    assert f"{abe} ({ben.id}) · asks to join · 0 now · 0 done · no pay-out yet" in await sam.text()
    await sam.press(f"Approve {abe}")
    assert await _runner_status(stage, ben) == RunnerStatus.APPROVED
    await _find_runner(sam, zoe)
    assert f"{zoe} ({ana.id}) · approved · 1 now · 0 done" in await sam.text()
    await sam.press(f"Suspend {zoe}")
    assert f"Suspend {zoe} ({ana.id})?" in await sam.text()
    assert await sam.labels() == ["Leave it as it is", "Yes, suspend"]
    await sam.press("Yes, suspend")
    await sam.write("she never answers")
    assert await _runner_status(stage, ana) == RunnerStatus.SUSPENDED
    await _find_runner(sam, zoe, f"Let {zoe} back")
    assert "told" in (await sam.press(f"Let {zoe} back"))["text"]
    assert await _runner_status(stage, ana) == RunnerStatus.APPROVED


async def _find_runner(sam: Somebody, name: str, label: str | None = None) -> None:
    await sam.write("/runners")
    while not any((label or f"Suspend {name}") in each for each in await sam.labels()):
        await sam.press("▶")


async def test_a_runner_is_suspended_in_reply_to_a_message_about_her_order(stage: Stage) -> None:
    order_id, _, ana = await arrived(stage)
    async with desk_of(stage) as desk:
        await desk.sam.write("/board", desk.chat)
        number = (await desk.sam.last(desk.chat))["message_id"]
        row = {
            "campus_id": stage.campuses["north"],
            "name": f"alert {order_id}",
            "chat_id": desk.chat,
            "key": "push-stuck",
        }
        async with stage.work() as work:
            await work.connection.execute(
                insert(push).values(**row, order_id=order_id, message_id=number, status="sent")
            )
        await reply(desk.sam, number, f"/suspend {desk.sam.id}", desk.chat)
        assert await _runner_status(stage, ana) == RunnerStatus.APPROVED, "a number alone is no reason"
        await reply(desk.sam, number, "/suspend she shouts", desk.chat)
        assert "is suspended" in (await desk.sam.last(desk.chat))["text"]
    assert await _runner_status(stage, ana) == RunnerStatus.SUSPENDED


async def test_no_admin_suspends_or_lets_back_herself(stage: Stage) -> None:
    sam = await stage.somebody("Sam", is_admin=True, runner_status=RunnerStatus.SUSPENDED)
    for command in (f"/suspend {sam.id} why not", f"/unsuspend {sam.id}"):
        await sam.write(command)
        assert "not yours" in await sam.text(), command
    assert await _runner_status(stage, sam) == RunnerStatus.SUSPENDED


async def _runner_status(stage: Stage, one: Somebody) -> str:
    here = membership.c.campus_id == stage.campuses["north"]
    (row,) = await stage.rows(membership, membership.c.person_id == one.id, here)
    return str(row["runner_status"])
