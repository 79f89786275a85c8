"""getUpdates: what waits, what is confirmed, and who may ask."""

import asyncio

from tests.sandbox.telegram.desk import ANA, BEN, USERNAME, Desk, buttons


async def test_updates_stay_until_an_offset_confirms_them(desk: Desk) -> None:
    for text in ("one", "two"):
        await desk.write(ANA, text)
    first, second = await desk.updates()
    assert second["update_id"] == first["update_id"] + 1
    assert await desk.updates() == [first, second]
    assert await desk.updates(offset=second["update_id"]) == [second]
    assert await desk.updates() == [second]


async def test_a_negative_offset_forgets_all_but_the_last(desk: Desk) -> None:
    for text in ("one", "two", "three"):
        await desk.write(ANA, text)
    assert [update["message"]["text"] for update in await desk.updates(offset=-1)] == ["three"]
    assert len(await desk.updates()) == 1


async def test_a_long_poll_ends_when_something_happens(desk: Desk) -> None:
    waiting = asyncio.create_task(desk.updates(timeout=30))
    await desk.until(lambda: desk.look("bots"), lambda bots: bool(bots[0]["polling"]))
    await desk.write(ANA, "now")
    assert (await asyncio.wait_for(waiting, 10))[0]["message"]["text"] == "now"


async def test_of_two_pollers_one_is_ended(desk: Desk) -> None:
    pollers = {asyncio.create_task(desk.bot("getUpdates", timeout=30)) for _ in range(2)}
    ended, going_on = await asyncio.wait(pollers, return_when=asyncio.FIRST_COMPLETED, timeout=10)
    answer = ended.pop().result()
    assert answer["error_code"] == 409
    assert answer["description"].startswith("Conflict: terminated by other getUpdates request")
    await desk.write(ANA, "for the other")
    other = await asyncio.wait_for(going_on.pop(), 10)
    assert other["result"][0]["message"]["text"] == "for the other"


async def test_polling_beside_a_webhook_is_a_conflict(desk: Desk) -> None:
    await desk.done("setWebhook", url="http://127.0.0.1:9/none")
    assert (await desk.bot("getUpdates"))["error_code"] == 409
    await desk.done("deleteWebhook")
    assert await desk.updates() == []


async def test_allowed_updates_stick(desk: Desk) -> None:
    sent = await desk.done("sendMessage", chat_id=ANA, text="job", reply_markup=buttons("Claim"))
    await desk.updates(allowed_updates=["message"])
    await desk.tap(ANA, sent["message_id"], "Claim")
    assert await desk.updates() == []
    await desk.updates(allowed_updates=[])
    await desk.tap(ANA, sent["message_id"], "Claim")
    assert len(await desk.updates()) == 1
    assert "[sandbox]" in await desk.refusal("getUpdates", allowed_updates=["mesage"])


async def test_taps_wait_150_seconds_and_messages_a_day(desk: Desk) -> None:
    sent = await desk.done("sendMessage", chat_id=ANA, text="job", reply_markup=buttons("Claim"))
    await desk.write(ANA, "hello")
    await desk.tap(ANA, sent["message_id"], "Claim")
    await desk.sim("clock", advance=151)
    assert [set(update) - {"update_id"} for update in await desk.updates()] == [{"message"}]
    await desk.sim("clock", advance=24 * 3600)
    assert await desk.updates() == []


async def test_an_update_can_come_twice(desk: Desk) -> None:
    await desk.write(ANA, "once")
    update = (await desk.updates())[0]
    offset = update["update_id"] + 1
    assert await desk.updates(offset=offset) == []
    await desk.sim("redeliver", bot=USERNAME, update_id=update["update_id"])
    assert await desk.updates(offset=offset) == [update]
    assert await desk.updates(offset=offset) == []
    assert "never had" in await desk.mistake("redeliver", bot=USERNAME, update_id=1)


async def test_an_update_can_be_made_by_hand(desk: Desk) -> None:
    await desk.sim("updates", bot=USERNAME, update={"update_id": 5, "poll": {"id": "x"}})
    made = await desk.sim("updates", bot=USERNAME, update={"message": {"text": "odd"}})
    first, second = await desk.updates()
    assert first == {"update_id": 5, "poll": {"id": "x"}}
    assert second == {"update_id": made["update_id"], "message": {"text": "odd"}}


async def test_limit_gives_the_oldest(desk: Desk) -> None:
    for person in (ANA, BEN, ANA):
        await desk.write(person, "hello")
    senders = [update["message"]["from"]["id"] for update in await desk.updates(limit=2)]
    assert senders == [ANA, BEN]
