"""What is parked, at the admins' desk: seen without people's words, tried again, or dropped with a reason, once."""

from itertools import count

import pytest
from sqlalchemy import insert, select, update

from bot.arrivals import glimpse
from domain.buttons import Tap
from domain.parking import MOST_TRIES, ParkedKind, Poison
from domain.store.inbox import Arrival, count_failure
from domain.store.messages import tell
from domain.store.parking import park
from domain.store.schema import parked, push, telegram_update
from tests.bot.delivered import desk_of
from tests.bot.stage import Json, Somebody, Stage, until
from workers.messages import send_push

NUMBERS = count(880_000_000)


async def _failed(stage: Stage, one: Somebody, campus: str = "north") -> int:
    """An update of hers that failed for the last time; gives the number of what is parked."""
    chat = {"id": one.id, "type": "private", "first_name": "Mei"}
    sender = {"id": one.id, "is_bot": False, "first_name": "Mei", "language_code": "en"}
    message = {"message_id": 1, "date": 1, "chat": chat, "from": sender, "text": "/help"}
    update_id, campus_id = next(NUMBERS), stage.campuses[campus]
    payload = {"update_id": update_id, "message": message}
    arrival = Arrival(campus_id=campus_id, update_id=update_id, person_id=one.id, payload=payload)
    subject = f"{campus_id}:{update_id}"
    async with stage.work() as work:
        for _ in range(MOST_TRIES):
            await count_failure(work, arrival, "out of <paper>")
        poison = Poison(
            kind=ParkedKind.UPDATE, subject=subject, campus_id=campus_id, shown="/help", tries=5, error="out of <paper>"
        )
        await park(work, poison)
        await park(work, poison)
    (row,) = await stage.rows(parked, parked.c.subject == subject)
    return int(row["id"])


async def _row(stage: Stage, number: int) -> Json:
    (row,) = await stage.rows(parked, parked.c.id == number)
    return row


async def test_what_is_parked_is_listed_and_tried_again_once(stage: Stage) -> None:
    sam, mei = await stage.admin(), await stage.somebody()
    number, before = await _failed(stage, mei), len(await mei.messages())
    await sam.write("/stuck")
    await sam.press("🅿️ Parked")
    assert f"{number}: something written or tapped, order -" in await sam.text()
    assert "tries: 5" in await sam.text()
    assert "out of <paper>" in await sam.text()
    assert "trying again" in (await sam.press(f"Try {number} again"))["text"]
    row = await _row(stage, number)
    assert (row["outcome"], row["ended_by"]) == ("tried", sam.id)

    async def answered() -> bool:
        return len(await mei.messages()) > before

    await until(answered)
    update_id = int(row["subject"].partition(":")[2])
    (kept,) = await stage.rows(telegram_update, telegram_update.c.update_id == update_id)
    assert (kept["parked"], kept["handled_at"] is None) == (False, False)
    for late in (Tap.UNPARK, Tap.DROP):
        assert "out of date" in (await sam.tap(late, number))["text"]
    await sam.tap(Tap.PARKED, version=1)
    await sam.press("◀ What is stuck")


async def test_what_is_parked_is_dropped_only_with_a_reason(stage: Stage) -> None:
    sam, number = await stage.admin(), await _failed(stage, await stage.somebody())
    await sam.write("/parked")
    await sam.press(f"Drop {number}")
    assert "It never has its effect" in await sam.text()
    await sam.press("◀ What is parked")
    await sam.write("not an answer any more")
    assert (await _row(stage, number))["ended_at"] is None
    await sam.tap(Tap.DROP, number)
    await sam.write("x" * 201)
    assert "at most 200" in await sam.text()
    await sam.write("she wrote  again")
    assert "is dropped" in await sam.text()
    row = await _row(stage, number)
    assert (row["outcome"], row["ended_by"], row["reason"]) == ("dropped", sam.id, "she wrote again")
    await sam.write(f"/drop {number} twice")
    assert (await _row(stage, number))["reason"] == "she wrote again"
    await sam.write("/drop")
    assert "/drop 3" in await sam.text()


async def test_a_message_that_was_perhaps_sent_is_sent_again_once(stage: Stage) -> None:
    sam, mei, order_id = await stage.admin(), *(await _customer_and_order(stage))
    async with stage.work() as work:
        await tell(work, campus_id=stage.campuses["north"], chat_id=mei.id, name=f"words:{order_id}", key="push-relay")
        (row,) = (await work.connection.execute(select(push).where(push.c.name == f"words:{order_id}"))).mappings()
        await work.connection.execute(update(push).where(push.c.id == row["id"]).values(status="lost", due_at=None))
        poison = Poison(
            kind=ParkedKind.PUSH,
            subject=str(row["id"]),
            campus_id=stage.campuses["north"],
            order_id=order_id,
            shown="push-relay",
            tries=1,
            error="no answer",
        )
        await park(work, poison)
    (kept,) = await stage.rows(parked, parked.c.subject == str(row["id"]), parked.c.kind == ParkedKind.PUSH)
    await sam.write("/parked")
    assert f"{kept['id']}: a message that may not have arrived, order {order_id}" in await sam.text()
    await sam.press(f"Drop {kept['id']}")
    assert "If it did not arrive, nobody reads it" in await sam.text()
    await sam.press("◀ What is parked")
    assert "once more" in (await sam.press(f"Send {kept['id']} again"))["text"]
    assert "out of date" in (await sam.tap(Tap.UNPARK, kept["id"]))["text"]
    (sent,) = await stage.rows(push, push.c.id == row["id"])
    assert (sent["status"], sent["tries"]) == ("due", 0)
    await stage.change(push, push.c.id == row["id"], status="sent", due_at=None)


async def _customer_and_order(stage: Stage) -> tuple[Somebody, int]:
    mei = await stage.customer()
    return mei, await mei.order_food()


async def test_the_admins_are_told_once_and_answer_in_their_chat(stage: Stage) -> None:
    async with desk_of(stage) as desk:
        number = await _failed(stage, await stage.somebody())
        (row,) = await stage.rows(push, push.c.name.like(f"parked:{number}:%"))
        await send_push(desk.office, row["id"])
        alert = await desk.sam.last(desk.chat)
        assert f"Parked {number}: something written or tapped" in alert["text"]
        await desk.sam.tap(Tap.PARKED, chat=desk.chat, message_id=alert["message_id"])
        assert "out of <paper>" in (await desk.sam.last(desk.chat))["text"]
        said = await desk.sam.tap(Tap.DROP, number, 1, chat=desk.chat)
        assert f"/drop {number} reason" in said["text"]
        await desk.sam.write(f"/drop {number} never mind", desk.chat)
        assert (await _row(stage, number))["outcome"] == "dropped"


async def test_what_another_campus_parked_is_nobodys_here(stage: Stage) -> None:
    sam = await stage.admin()
    row = {"campus_id": stage.campuses["south"], "kind": "push", "subject": "-1", "shown": "?", "tries": 5}
    async with stage.work() as work:
        made = await work.connection.execute(insert(parked).values(**row, error="no").returning(parked.c.id))
        number = int(made.scalar_one())
    await sam.write(f"/drop {number} mine")
    assert "out of date" in (await sam.tap(Tap.UNPARK, number))["text"]
    assert (await _row(stage, number))["ended_at"] is None


@pytest.mark.parametrize(
    ("update", "seen"),
    [
        ({"message": {"text": "4817"}}, "message (4)"),
        ({"message": {"text": "/refund 12 all runner she is ill"}}, "/refund"),
        ({"message": {"photo": []}}, "message"),
        ({"callback_query": {"data": "v1:place:7:800"}}, "[place 7 800]"),
        ({"callback_query": {"data": "anything else"}}, "callback_query"),
    ],
)
def test_what_is_seen_of_an_update_is_never_what_somebody_wrote(update: Json, seen: str) -> None:
    assert glimpse({"update_id": 1, **update}) == seen
