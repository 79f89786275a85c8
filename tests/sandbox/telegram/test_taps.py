"""Tests of taps: tapping buttons and answering the taps."""

import asyncio

from tests.sandbox.telegram.telegram_client import ANA, BEN, TelegramClient, button_row

STALE_QUERY_ERROR = "Bad Request: query is too old and response timeout expired or query ID is invalid"


async def send_button_message(client: TelegramClient) -> int:
    sent = await client.bot_result("sendMessage", chat_id=ANA, text="job", reply_markup=button_row("Claim", "Skip"))
    return int(sent["message_id"])


async def test_a_tap_reaches_the_bot_with_its_message_and_person(client: TelegramClient) -> None:
    message_id = await send_button_message(client)
    tapped = await client.tap_label(ANA, message_id, "Claim")
    query = (await client.get_updates())[0]["callback_query"]
    assert (query["id"], query["data"], query["from"]["id"]) == (tapped, "claim", ANA)
    assert query["message"]["message_id"] == message_id


async def test_a_waiting_client_gets_the_answer_when_it_comes(client: TelegramClient) -> None:
    tapped = await client.tap_label(ANA, await send_button_message(client), "Claim")
    waiting = asyncio.create_task(client.get(f"taps/{tapped}", wait=20))
    await client.bot_result("answerCallbackQuery", callback_query_id=tapped, text="Yours", show_alert=True)
    seen = await waiting
    assert (seen["answered"], seen["text"], seen["show_alert"]) == (True, "Yours", True)
    assert seen["answered_at"] >= seen["tapped_at"]


async def test_an_unanswered_tap_says_so(client: TelegramClient) -> None:
    tapped = await client.tap_label(ANA, await send_button_message(client), "Claim")
    assert (await client.get(f"taps/{tapped}"))["answered"] is False


async def test_a_second_or_late_answer_or_one_of_another_bot_is_refused(client: TelegramClient) -> None:
    message_id = await send_button_message(client)
    first = await client.tap_label(ANA, message_id, "Claim")
    await client.bot_result("answerCallbackQuery", callback_query_id=first)
    assert await client.bot_refusal("answerCallbackQuery", callback_query_id=first) == STALE_QUERY_ERROR
    late = await client.tap_label(ANA, message_id, "Claim")
    await client.post("clock", advance=151)
    assert await client.bot_refusal("answerCallbackQuery", callback_query_id=late) == STALE_QUERY_ERROR
    assert await client.bot_refusal("answerCallbackQuery", callback_query_id="12345") == STALE_QUERY_ERROR
    await client.post("bots", token="4712:other", username="other_bot")
    first_tap = await client.tap_label(ANA, message_id, "Claim")
    other = TelegramClient(client.url, client.session, "4712:other")
    assert await other.bot_refusal("answerCallbackQuery", callback_query_id=first_tap) == STALE_QUERY_ERROR


async def test_an_answer_has_at_most_two_hundred_characters(client: TelegramClient) -> None:
    tapped = await client.tap_label(ANA, await send_button_message(client), "Claim")
    long = await client.bot_refusal("answerCallbackQuery", callback_query_id=tapped, text="x" * 201)
    assert long == "Bad Request: MESSAGE_TOO_LONG"
    await client.bot_result("answerCallbackQuery", callback_query_id=tapped, text="x" * 200)


async def test_a_missing_label_names_those_there_are(client: TelegramClient) -> None:
    message_id = await send_button_message(client)
    said = await client.control_refusal("taps", from_=ANA, chat="@campus_bot", message_id=message_id, label="Buy")
    assert said == "There is no button 'Buy' on this message; there are: 'Claim', 'Skip'."


async def test_a_press_can_be_forged_with_any_data(client: TelegramClient) -> None:
    message_id = await send_button_message(client)
    await client.post("taps", from_=ANA, chat="@campus_bot", message_id=message_id, data="v1:refund:1:1")
    assert (await client.get_updates())[0]["callback_query"]["data"] == "v1:refund:1:1"
    too_long = await client.control_refusal("taps", from_=ANA, chat="@campus_bot", message_id=message_id, data="x" * 65)
    assert "1 to 64 bytes" in too_long


async def test_everybody_in_a_group_can_press_the_same_button(client: TelegramClient) -> None:
    group = await client.add_group()
    sent = await client.bot_result("sendMessage", chat_id=group, text="job", reply_markup=button_row("Claim"))
    for person in (ANA, BEN):
        await client.tap_label(person, sent["message_id"], "Claim", chat=group)
    pressed = [one["callback_query"]["from"]["id"] for one in await client.get_updates() if "callback_query" in one]
    assert pressed == [ANA, BEN]


async def test_an_answer_is_in_the_change_feed(client: TelegramClient) -> None:
    tapped = await client.tap_label(ANA, await send_button_message(client), "Claim")
    last = (await client.get("events"))["last"]
    await client.bot_result("answerCallbackQuery", callback_query_id=tapped, text="Yours")
    event = (await client.get("events", after=last, wait=5))["events"][0]
    assert (event["kind"], event["text"], event["user"]) == ("tap_answer", "Yours", ANA)
    assert event["callback_query_id"] == tapped
