"""Tests of the scene player: a scene that goes wrong fails with a sentence, and events are printed in plain words."""

import pytest

from sandbox.launch.telegram_accounts import MEI
from sandbox.play.money_check import check_order_money
from sandbox.play.narrator import Narrator
from sandbox.play.observed_messages import ChatRef, ObservedButton, ObservedMessage
from sandbox.play.sandbox_client import PlayError
from sandbox.play.scene_campuses import NORTH_CHATS, ScenePeople
from sandbox.play.scene_context import ExpectedMoney
from sandbox.play.scenes.scene_steps import INVITATION
from tests.journeys.journey_stack import JourneyStack


async def test_a_missing_message_is_reported_with_the_last_events(stack: JourneyStack) -> None:
    with pytest.raises(AssertionError, match=r"(?s)Mei reads 'a word nobody says'.*Not within 0 s.*Hi Mei!") as failure:
        async with stack.running_scene() as context:
            await context.mei.type_text(f"/start {INVITATION}")
            await context.mei.find_button("order_food")
            await context.mei.wait_for_message("a word nobody says", timeout=0.1)
    assert isinstance(failure.value.__cause__, PlayError)


async def test_money_that_did_not_move_fails_the_scene(stack: JourneyStack) -> None:
    async with stack.running_scene() as context:
        with pytest.raises(PlayError, match=r"0 charged and 0 paid out in 0 transfers; 830 and 730 were expected"):
            await check_order_money(context.stripe, ExpectedMoney(order_id=10**9, charged=830, paid_out=730))


def test_an_edit_is_printed_in_place_with_its_buttons() -> None:
    paragraphs: list[str] = []
    place = ChatRef(f"@{NORTH_CHATS.bot.username}", MEI.id)
    claim = ObservedButton(label="Claim · S$1.80", data="v1:claim:7:2", link=None)
    message = ObservedMessage(
        chat_ref=place,
        message_id=3,
        sender="CampusG North",
        by_bot=True,
        text="#7",
        keyboard=((claim,),),
        edits=1,
        silent=False,
        created_event=9,
        created_at=0.0,
        updated_at=0.0,
    )
    event = {"kind": "edit", "chat": place.chat, "user": place.user_id}
    Narrator(paragraphs.append, ScenePeople(campus_chats=NORTH_CHATS)).on_event(event, message)
    assert paragraphs == ["   0.0 s  CampusG North → Mei (edited in place)\n          #7\n          [Claim · S$1.80]"]
    assert (claim.action, claim.subject) == ("claim", "7")


def test_a_chat_of_other_people_is_not_printed() -> None:
    paragraphs: list[str] = []
    place = ChatRef(f"@{NORTH_CHATS.bot.username}", 424242)
    message = ObservedMessage(
        chat_ref=place,
        message_id=1,
        sender="X",
        by_bot=True,
        text="#7",
        keyboard=(),
        edits=0,
        silent=False,
        created_event=1,
        created_at=0.0,
        updated_at=0.0,
    )
    Narrator(paragraphs.append, ScenePeople(campus_chats=NORTH_CHATS)).on_event(
        {"kind": "message", "chat": place.chat, "user": 424242}, message
    )
    assert paragraphs == []
