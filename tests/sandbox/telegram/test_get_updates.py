"""Tests of getUpdates: pending updates, confirmation, and who may poll."""

import asyncio

from tests.sandbox.telegram.telegram_client import ANA, BEN, USERNAME, TelegramClient, button_row


async def test_updates_stay_until_an_offset_confirms_them(client: TelegramClient) -> None:
    for text in ("one", "two"):
        await client.send_text(ANA, text)
    first, second = await client.get_updates()
    assert second["update_id"] == first["update_id"] + 1
    assert await client.get_updates() == [first, second]
    assert await client.get_updates(offset=second["update_id"]) == [second]
    assert await client.get_updates() == [second]


async def test_a_negative_offset_drops_all_but_the_last(client: TelegramClient) -> None:
    for text in ("one", "two", "three"):
        await client.send_text(ANA, text)
    assert [update["message"]["text"] for update in await client.get_updates(offset=-1)] == ["three"]
    assert len(await client.get_updates()) == 1


async def test_a_long_poll_ends_when_something_happens(client: TelegramClient) -> None:
    waiting = asyncio.create_task(client.get_updates(timeout=30))
    await client.wait_until(lambda: client.get("bots"), lambda bots: bool(bots[0]["polling"]))
    await client.send_text(ANA, "now")
    assert (await asyncio.wait_for(waiting, 10))[0]["message"]["text"] == "now"


async def test_a_second_poller_ends_the_first(client: TelegramClient) -> None:
    pollers = {asyncio.create_task(client.bot("getUpdates", timeout=30)) for _ in range(2)}
    ended, going_on = await asyncio.wait(pollers, return_when=asyncio.FIRST_COMPLETED, timeout=10)
    answer = ended.pop().result()
    assert answer["error_code"] == 409
    assert answer["description"].startswith("Conflict: terminated by other getUpdates request")
    await client.send_text(ANA, "for the other")
    other = await asyncio.wait_for(going_on.pop(), 10)
    assert other["result"][0]["message"]["text"] == "for the other"


async def test_polling_beside_a_webhook_is_a_conflict(client: TelegramClient) -> None:
    await client.bot_result("setWebhook", url="http://127.0.0.1:9/none")
    assert (await client.bot("getUpdates"))["error_code"] == 409
    await client.bot_result("deleteWebhook")
    assert await client.get_updates() == []


async def test_allowed_updates_stay_until_changed(client: TelegramClient) -> None:
    sent = await client.bot_result("sendMessage", chat_id=ANA, text="job", reply_markup=button_row("Claim"))
    await client.get_updates(allowed_updates=["message"])
    await client.tap_label(ANA, sent["message_id"], "Claim")
    assert await client.get_updates() == []
    await client.get_updates(allowed_updates=[])
    await client.tap_label(ANA, sent["message_id"], "Claim")
    assert len(await client.get_updates()) == 1
    assert "[sandbox]" in await client.bot_refusal("getUpdates", allowed_updates=["mesage"])


async def test_taps_wait_150_seconds_and_messages_a_day(client: TelegramClient) -> None:
    sent = await client.bot_result("sendMessage", chat_id=ANA, text="job", reply_markup=button_row("Claim"))
    await client.send_text(ANA, "hello")
    await client.tap_label(ANA, sent["message_id"], "Claim")
    await client.post("clock", advance=151)
    assert [set(update) - {"update_id"} for update in await client.get_updates()] == [{"message"}]
    await client.post("clock", advance=24 * 3600)
    assert await client.get_updates() == []


async def test_an_update_can_come_twice(client: TelegramClient) -> None:
    await client.send_text(ANA, "once")
    update = (await client.get_updates())[0]
    offset = update["update_id"] + 1
    assert await client.get_updates(offset=offset) == []
    await client.post("redeliver", bot=USERNAME, update_id=update["update_id"])
    assert await client.get_updates(offset=offset) == [update]
    assert await client.get_updates(offset=offset) == []
    assert "never had" in await client.control_refusal("redeliver", bot=USERNAME, update_id=1)


async def test_an_update_can_be_made_by_hand(client: TelegramClient) -> None:
    await client.post("updates", bot=USERNAME, update={"update_id": 5, "poll": {"id": "x"}})
    made = await client.post("updates", bot=USERNAME, update={"message": {"text": "odd"}})
    first, second = await client.get_updates()
    assert first == {"update_id": 5, "poll": {"id": "x"}}
    assert second == {"update_id": made["update_id"], "message": {"text": "odd"}}


async def test_limit_gives_the_oldest(client: TelegramClient) -> None:
    for person in (ANA, BEN, ANA):
        await client.send_text(person, "hello")
    senders = [update["message"]["from"]["id"] for update in await client.get_updates(limit=2)]
    assert senders == [ANA, BEN]
