"""Taps: pressing buttons and answering the press."""

import asyncio

from tests.sandbox.telegram.desk import ANA, BEN, Desk, buttons

STALE = "Bad Request: query is too old and response timeout expired or query ID is invalid"


async def card(desk: Desk) -> int:
    sent = await desk.done("sendMessage", chat_id=ANA, text="job", reply_markup=buttons("Claim", "Skip"))
    return int(sent["message_id"])


async def test_a_tap_reaches_the_bot_with_its_message_and_person(desk: Desk) -> None:
    message_id = await card(desk)
    tapped = await desk.tap(ANA, message_id, "Claim")
    query = (await desk.updates())[0]["callback_query"]
    assert (query["id"], query["data"], query["from"]["id"]) == (tapped, "claim", ANA)
    assert query["message"]["message_id"] == message_id


async def test_whoever_waits_for_an_answer_gets_it_when_it_comes(desk: Desk) -> None:
    tapped = await desk.tap(ANA, await card(desk), "Claim")
    waiting = asyncio.create_task(desk.look(f"taps/{tapped}", wait=20))
    await desk.done("answerCallbackQuery", callback_query_id=tapped, text="Yours", show_alert=True)
    seen = await waiting
    assert (seen["answered"], seen["text"], seen["show_alert"]) == (True, "Yours", True)
    assert seen["answered_at"] >= seen["tapped_at"]


async def test_an_unanswered_tap_says_so(desk: Desk) -> None:
    tapped = await desk.tap(ANA, await card(desk), "Claim")
    assert (await desk.look(f"taps/{tapped}"))["answered"] is False


async def test_a_second_a_late_and_a_foreign_answer_are_refused(desk: Desk) -> None:
    message_id = await card(desk)
    first = await desk.tap(ANA, message_id, "Claim")
    await desk.done("answerCallbackQuery", callback_query_id=first)
    assert await desk.refusal("answerCallbackQuery", callback_query_id=first) == STALE
    late = await desk.tap(ANA, message_id, "Claim")
    await desk.sim("clock", advance=151)
    assert await desk.refusal("answerCallbackQuery", callback_query_id=late) == STALE
    assert await desk.refusal("answerCallbackQuery", callback_query_id="12345") == STALE
    await desk.sim("bots", token="4712:other", username="other_bot")
    theirs = await desk.tap(ANA, message_id, "Claim")
    other = Desk(url=desk.url, session=desk.session, token="4712:other")
    assert await other.refusal("answerCallbackQuery", callback_query_id=theirs) == STALE


async def test_an_answer_has_at_most_two_hundred_characters(desk: Desk) -> None:
    tapped = await desk.tap(ANA, await card(desk), "Claim")
    long = await desk.refusal("answerCallbackQuery", callback_query_id=tapped, text="x" * 201)
    assert long == "Bad Request: MESSAGE_TOO_LONG"
    await desk.done("answerCallbackQuery", callback_query_id=tapped, text="x" * 200)


async def test_a_missing_label_names_those_there_are(desk: Desk) -> None:
    message_id = await card(desk)
    said = await desk.mistake("taps", from_=ANA, chat="@campus_bot", message_id=message_id, label="Buy")
    assert said == "There is no button 'Buy' on this message; there are: 'Claim', 'Skip'."


async def test_a_press_can_be_forged_with_any_data(desk: Desk) -> None:
    message_id = await card(desk)
    await desk.sim("taps", from_=ANA, chat="@campus_bot", message_id=message_id, data="v1:refund:1:1")
    assert (await desk.updates())[0]["callback_query"]["data"] == "v1:refund:1:1"
    too_long = await desk.mistake("taps", from_=ANA, chat="@campus_bot", message_id=message_id, data="x" * 65)
    assert "1 to 64 bytes" in too_long


async def test_everybody_in_a_group_can_press_the_same_button(desk: Desk) -> None:
    group = await desk.group()
    sent = await desk.done("sendMessage", chat_id=group, text="job", reply_markup=buttons("Claim"))
    for person in (ANA, BEN):
        await desk.tap(person, sent["message_id"], "Claim", chat=group)
    pressed = [one["callback_query"]["from"]["id"] for one in await desk.updates() if "callback_query" in one]
    assert pressed == [ANA, BEN]


async def test_an_answer_is_news(desk: Desk) -> None:
    tapped = await desk.tap(ANA, await card(desk), "Claim")
    last = (await desk.look("events"))["last"]
    await desk.done("answerCallbackQuery", callback_query_id=tapped, text="Yours")
    event = (await desk.look("events", after=last, wait=5))["events"][0]
    assert (event["kind"], event["text"], event["user"]) == ("tap_answer", "Yours", ANA)
    assert event["callback_query_id"] == tapped
