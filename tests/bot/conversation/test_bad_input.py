"""Invalid input: one sentence says what is expected, and the question and the basket stay."""

from dataclasses import dataclass

import pytest

from domain.orders.drafts.tables import conversation_state, draft
from tests.stack.bot_stack import NORTH, BotStack, BotUser, Json
from tests.stack.raw_updates import message_content

RIGHT_TO_LEFT = "\u202eevil\u202c \u200f"
MAX_LENGTH_TEXT = "ü" * 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question, the way to it, invalid answers to it, and the reply to them."""

    button_path: tuple[str, ...]
    prompt: str
    invalid_answers: tuple[str, ...]
    expected_reply: str


QUESTIONS = {
    "items": Question(
        button_path=("🍜", "Koufu"),
        prompt="items",
        invalid_answers=(
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
            MAX_LENGTH_TEXT,
        ),
        expected_reply="othing was added",
    ),
    "fee": Question(
        button_path=("🍜", "Koufu", "Chicken rice", "That's all", "Library", "✏️ Fee"),
        prompt="fee",
        invalid_answers=(
            "4.505",
            "-1",
            "1e3",
            "two",
            "🍜",
            "<i>2</i>",
            "2 2",
            "\n".join(["2"] * 1000),
            MAX_LENGTH_TEXT,
        ),
        expected_reply="I need an amount, like S$4.50.",
    ),
    "fee out of range": Question(
        button_path=("🍜", "Koufu", "Chicken rice", "That's all", "Library", "✏️ Fee"),
        prompt="fee",
        invalid_answers=("1.49", "15,01", "0", "99999999"),
        expected_reply="does not fit here.",
    ),
    "store": Question(
        button_path=("🍜",),
        prompt="store",
        invalid_answers=("x" * 61, MAX_LENGTH_TEXT, "\u200b"),
        expected_reply="I need the shop's name",
    ),
    "drop_point": Question(
        button_path=("🍜", "Koufu", "Chicken rice", "That's all"),
        prompt="drop_point",
        invalid_answers=("x" * 61, MAX_LENGTH_TEXT, "\u2060"),
        expected_reply="I need a place to bring it to",
    ),
    "note": Question(
        button_path=("🍜", "Koufu", "Chicken rice", "That's all", "Library"),
        prompt="note",
        invalid_answers=("x" * 101, MAX_LENGTH_TEXT, "\u200b"),
        expected_reply="I need words, at most 100 characters.",
    ),
}


@pytest.mark.parametrize("name", QUESTIONS)
async def test_no_invalid_answer_changes_anything_and_the_question_stays_open(stack: BotStack, name: str) -> None:
    mei, question = await _ask_question(stack, name)
    before = await _kept_basket(stack, mei)
    for typed in question.invalid_answers:
        assert question.expected_reply in await mei.answer_to(typed), f"{typed[:40]!r}: {await mei.text()}"
        assert "🏠 Home" in await mei.labels()
        assert await _kept_basket(stack, mei) == before


@pytest.mark.parametrize("name", ["items", "fee", "note"])
async def test_a_picture_is_no_answer_and_the_question_stays_open(stack: BotStack, name: str) -> None:
    mei, _ = await _ask_question(stack, name)
    before = await _kept_basket(stack, mei)
    assert "I need words here, not a picture." in await mei.answer_to("laksa 5.50", photo=True)
    assert "🏠 Home" in await mei.labels()
    assert "I don't know that command." in await mei.answer_to("/nonsense")
    assert await _kept_basket(stack, mei) == before
    await mei.press("Look at my order")
    assert "🏠 Home" in await mei.labels()


@pytest.mark.parametrize("typed", ["4,50", "S$4.5", "s$ 4.50", "4.50", "SGD 4.50"])
async def test_an_amount_is_read_the_ways_people_write_it(stack: BotStack, typed: str) -> None:
    mei, _ = await _ask_question(stack, "fee")
    assert "Delivery fee, your offer: S$4.50" in await mei.answer_to(typed)


async def test_unusual_characters_are_taken_as_text(stack: BotStack) -> None:
    mei, _ = await _ask_question(stack, "store")
    assert "<b>& شاورما 🥙</b> txet" in await mei.answer_to("Bob's <b>& شاورما 🥙</b>\x00\n \u202etxet")
    assert "1 × <i>🥙</i> · S$3.00" in await mei.answer_to("شاورما 7.50\n<i>🥙</i> 3.00")


async def test_an_unexpected_sticker_gets_help(stack: BotStack) -> None:
    mei = await stack.add_person()
    message = message_content(mei.id)  # of a kind that no handler reads
    await stack.control_telegram("updates", bot=NORTH[2], update=message)
    await stack.wait_until_idle()
    assert "I can't do anything with that here" in await mei.text()
    assert "🍜 Order food" in await mei.labels()


async def _ask_question(stack: BotStack, name: str) -> tuple[BotUser, Question]:
    mei, question = await stack.add_customer(), QUESTIONS[name]
    for label in question.button_path:
        await mei.press(label)
    (open_question,) = await stack.rows(conversation_state, conversation_state.c.person_id == mei.id)
    assert open_question["pending_input"] == question.prompt
    return mei, question


async def _kept_basket(stack: BotStack, mei: BotUser) -> tuple[Json, Json]:
    (asked,) = await stack.rows(conversation_state, conversation_state.c.person_id == mei.id)
    return asked["pending_input"], await stack.rows(draft, draft.c.person_id == mei.id)
