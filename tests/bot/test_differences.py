"""Differences to Stripe at the admins' desk: listed, looked at again, settled only with a reason."""

from uuid import uuid4

from sqlalchemy import insert

from domain.buttons import Tap
from domain.store.schema import difference
from tests.bot.stage import Json, Stage


async def _differs(stage: Stage, campus: str = "north") -> int:
    row = {"campus_id": stage.campuses[campus], "kind": "unknown_transfer", "subject": f"tr_{uuid4().hex}"}
    row |= {"theirs": 630, "currency": "sgd", "note": "<odd>"}
    async with stage.work() as work:
        made = await work.connection.execute(insert(difference).values(row).returning(difference.c.id))
        return int(made.scalar_one())


async def _row(stage: Stage, number: int) -> Json:
    (row,) = await stage.rows(difference, difference.c.id == number)
    return row


async def test_what_differs_is_listed_and_a_look_is_asked_for(stage: Stage) -> None:
    sam, number = await stage.admin(), await _differs(stage)
    await sam.write("/differences")
    assert f"{number}: a pay-out we do not know" in await sam.text()
    assert "theirs S$6.30" in await sam.text()
    assert "<odd>" in (await sam.text()).replace("&lt;", "<").replace("&gt;", ">")
    assert "Asking Stripe" in (await sam.press(f"🔄 Look at {number}"))["text"]
    row = await _row(stage, number)
    assert row["look_wanted_at"] is not None
    assert row["looked_for"] == sam.id


async def test_a_difference_is_settled_by_a_reason_and_only_once(stage: Stage) -> None:
    sam, number = await stage.admin(), await _differs(stage)
    await sam.write("/differences")
    await sam.press(f"Settle {number}")
    assert "No money moves" in await sam.text()
    assert (await _row(stage, number))["status"] == "open"
    await sam.press("⚖️ Differences")
    await sam.write("not an answer any more")
    assert (await _row(stage, number))["status"] == "open"
    await sam.tap(Tap.SETTLE, number)
    await sam.write("reversed by hand")
    assert "is settled" in await sam.text()
    row = await _row(stage, number)
    assert (row["status"], row["ended_by"], row["reason"]) == ("settled", sam.id, "reversed by hand")
    assert "out of date" in (await sam.tap(Tap.SETTLE, number))["text"]
    assert "out of date" in (await sam.tap(Tap.LOOK_AGAIN, number))["text"]
    await sam.write(f"/settle {number} again")
    assert (await _row(stage, number))["reason"] == "reversed by hand"
    await sam.write("/settle")
    assert "/settle 3" in await sam.text()


async def test_another_campus_difference_is_nobodys_here(stage: Stage) -> None:
    sam, number = await stage.admin(), await _differs(stage, "south")
    await sam.write("/differences")
    assert f"{number}: a pay-out" not in await sam.text()
    await sam.write(f"/settle {number} mine")
    assert (await _row(stage, number))["status"] == "open"
