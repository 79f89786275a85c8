"""Updates of kinds nobody here reads: each is answered or left alone once, and no later line waits behind it."""

from domain.buttons import Tap
from domain.people import RunnerStatus
from domain.store.schema import telegram_update
from tests.bot.jobs import NUMBERS, arrived, card_of, posted, pushes, written_by
from tests.bot.stage import Json, Somebody, Stage

AT_ONCE = 35  # taps of one person before she is too fast
NEWER: Json = {"poll": {"id": "1", "question": "pizza?", "options": [], "type": "of next year"}}


async def test_content_newer_than_our_library_is_something_we_do_not_read(stage: Stage) -> None:
    mei = await stage.somebody()
    update = written_by(mei, **NEWER)
    await posted(stage, update)
    assert "I can't do anything with that here" in await mei.text()
    await mei.write("/orders")
    assert "not ordered anything" in await mei.text()
    assert await _failed(stage, update) == []


async def test_an_answer_to_a_card_with_such_content_in_it_is_still_an_answer(stage: Stage) -> None:
    order_id, mei, ana = await arrived(stage)
    update = written_by(mei, reply_to=await card_of(stage, mei, order_id), text="coming down")
    update["message"]["reply_to_message"] |= NEWER
    await posted(stage, update)
    (heard,) = await pushes(stage, order_id, "push-relay", ana)
    assert heard["args"]["text"] == "coming down"
    assert await _failed(stage, update) == []


async def test_a_button_of_any_kind_with_the_largest_numbers_there_are_is_answered(stage: Stage) -> None:
    largest, everything = 10**18 - 1, {"runner_status": RunnerStatus.APPROVED, "is_admin": True}
    taps = [f"v1:{tap}:{number}:999999999" for tap in Tap for number in (largest, -largest)]
    for start in range(0, len(taps), AT_ONCE):
        sam = await stage.somebody("Sam", **everything)
        tapped = [_tapped_by(sam, data) for data in taps[start : start + AT_ONCE]]
        for update in tapped:
            await posted(stage, update)
        assert await _handled(stage, sam) == len(tapped), "one was held off for coming too fast, or failed"


def _tapped_by(one: Somebody, data: str) -> Json:
    """On a message too old to be known by more than its number."""
    message = {"message_id": 5, "date": 0, "chat": {"id": one.id, "type": "private"}}
    sender = {"id": one.id, "is_bot": False, "first_name": "Sam", "language_code": "en"}
    query = {"id": str(next(NUMBERS)), "from": sender, "chat_instance": "1", "data": data, "message": message}
    return {"update_id": next(NUMBERS), "callback_query": query}


async def _handled(stage: Stage, one: Somebody) -> int:
    taps = await stage.rows(telegram_update, telegram_update.c.person_id == one.id, telegram_update.c.tries == 0)
    return sum("callback_query" in row["payload"] and row["error"] != "too often" for row in taps)


async def _failed(stage: Stage, update: Json) -> list[Json]:
    here = telegram_update.c.update_id == update["update_id"]
    return await stage.rows(telegram_update, here, telegram_update.c.tries > 0)
