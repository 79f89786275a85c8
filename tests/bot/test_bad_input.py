"""What people type by mistake or by malice: one sentence says what is wanted, the question and the basket stay."""

from dataclasses import dataclass

import pytest

from domain.store.schema import dialogue, draft
from tests.bot.founding import NORTH
from tests.bot.stage import Json, Somebody, Stage

RIGHT_TO_LEFT = "\u202eevil\u202c \u200f"
LONG = "ü" * 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question, the way to it, what is no answer to it, and what must be said then."""

    way: tuple[str, ...]
    asks: str
    no_answers: tuple[str, ...]
    said: str


QUESTIONS = {
    "items": Question(
        way=("🍜", "Koufu"),
        asks="items",
        no_answers=(
            "rice 4.505",
            "rice -1",
            "rice 1e3",
            "rice ٤",
            "4,50",
            "0x rice 4.50",
            "100x rice 4",
            "rice 0",
            "🍜",
            RIGHT_TO_LEFT,
            "<b>rice</b>",
            "\n".join(["a 1"] * 1000),
            LONG,
        ),
        said="Write what it is and what it costs, like 2x chicken rice S$4.20",
    ),
    "fee": Question(
        way=("🍜", "Koufu", "Chicken rice", "That's all", "Library", "✏️ Fee"),
        asks="fee",
        no_answers=("4.505", "-1", "1e3", "٤", "two", "🍜", "<i>2</i>", "2 2", "\n".join(["2"] * 1000), LONG),
        said="I need an amount, like S$4.50.",
    ),
    "fee out of range": Question(
        way=("🍜", "Koufu", "Chicken rice", "That's all", "Library", "✏️ Fee"),
        asks="fee",
        no_answers=("1.49", "15,01", "0", "99999999"),
        said="does not fit here.",
    ),
    "store": Question(way=("🍜",), asks="store", no_answers=("x" * 61, LONG, "\u200b"), said="I need the shop's name"),
    "drop_point": Question(
        way=("🍜", "Koufu", "Chicken rice", "That's all"),
        asks="drop_point",
        no_answers=("x" * 61, LONG, "\u2060"),
        said="I need a place to bring it to",
    ),
    "note": Question(
        way=("🍜", "Koufu", "Chicken rice", "That's all", "Library"),
        asks="note",
        no_answers=("x" * 101, LONG, "\u200b"),
        said="I need words, at most 100 characters.",
    ),
}


@pytest.mark.parametrize("name", QUESTIONS)
async def test_no_answer_changes_anything_and_the_question_stands(stage: Stage, name: str) -> None:
    mei, question = await _asked(stage, name)
    before = await _kept(stage, mei)
    for typed in question.no_answers:
        await mei.write(typed)
        assert question.said in await mei.text(), f"{typed[:40]!r}: {await mei.text()}"
        assert "🏠 Home" in await mei.labels()
        assert await _kept(stage, mei) == before


@pytest.mark.parametrize("name", ["items", "fee", "note"])
async def test_a_picture_is_no_answer_and_the_question_stands(stage: Stage, name: str) -> None:
    mei, _ = await _asked(stage, name)
    before = await _kept(stage, mei)
    await mei.write("laksa 5.50", photo=True)
    assert "I need words here, not a picture." in await mei.text()
    assert "🏠 Home" in await mei.labels()
    await mei.write("/nonsense")
    assert "I don't know that command." in await mei.text()
    assert await _kept(stage, mei) == before
    await mei.press("Look at my order")
    assert "🏠 Home" in await mei.labels()


@pytest.mark.parametrize("typed", ["4,50", "S$4.5", "s$ 4.50", "4.50", "SGD 4.50"])
async def test_an_amount_is_read_the_ways_people_write_it(stage: Stage, typed: str) -> None:
    mei, _ = await _asked(stage, "fee")
    await mei.write(typed)
    assert "Delivery fee, your offer: S$4.50" in await mei.text()


async def test_strange_words_are_words(stage: Stage) -> None:
    mei, _ = await _asked(stage, "store")
    await mei.write("Bob's <b>& شاورما 🥙</b>\x00\n \u202etxet")
    assert "<b>& شاورما 🥙</b> txet" in await mei.text()
    await mei.write("شاورما 7.50\n<i>🥙</i> 3")
    assert "1 × <i>🥙</i> · S$3.00" in await mei.text()


async def test_a_sticker_out_of_the_blue_gets_help(stage: Stage) -> None:
    mei = await stage.somebody()
    person = {"id": mei.id, "is_bot": False, "first_name": "Mei", "language_code": "en"}
    message = {"message_id": 9, "date": 0, "chat": {"id": mei.id, "type": "private"}, "from": person}
    await stage.sim("updates", bot=NORTH[2], update={"message": message})  # nothing in it that a bot here reads
    await stage.quiet()
    assert "I can't do anything with that here" in await mei.text()
    assert "🍜 Order food" in await mei.labels()


async def _asked(stage: Stage, name: str) -> tuple[Somebody, Question]:
    mei, question = await stage.customer(), QUESTIONS[name]
    for label in question.way:
        await mei.press(label)
    (open_question,) = await stage.rows(dialogue, dialogue.c.person_id == mei.id)
    assert open_question["expects"] == question.asks
    return mei, question


async def _kept(stage: Stage, mei: Somebody) -> tuple[Json, Json]:
    (asked,) = await stage.rows(dialogue, dialogue.c.person_id == mei.id)
    return asked["expects"], await stage.rows(draft, draft.c.person_id == mei.id)
