"""Tests of the scene player: a scene that goes wrong fails with a sentence, and events are printed in plain words."""

from dataclasses import replace

import pytest

from sandbox.launch.campuses import MEI, read_campus
from sandbox.people.control_clients import PlayError
from sandbox.people.narrator import Narrator
from sandbox.people.observed_messages import ChatRef, ObservedButton, ObservedMessage
from sandbox.people.populated_stack import PopulatedStack
from sandbox.play.money_check import ExpectedMoney, check_order_money
from tests.journeys.running_scenes import running_scene

CAMPUS = read_campus()
CLAIM = ObservedButton(label="Claim · S$1.80", data="v1:claim:7:2", link=None)
MESSAGE = ObservedMessage(
    chat_ref=ChatRef(CAMPUS.bot, MEI.id),
    message_id=3,
    sender="CampusG North",
    by_bot=True,
    text="#7",
    keyboard=((CLAIM,),),
    edits=1,
    silent=False,
    created_event=9,
    created_at=0.0,
    updated_at=0.0,
)


async def test_a_missing_message_is_reported_with_the_last_events(stack: PopulatedStack) -> None:
    with pytest.raises(AssertionError, match=r"(?s)Mei reads 'a word nobody says'.*Not within 0 s.*Hi Mei!") as failure:
        async with running_scene(stack) as context:
            await context.mei.start_bot()
            await context.mei.wait_for_message("a word nobody says", timeout=0.1)
    assert isinstance(failure.value.__cause__, PlayError)


async def test_money_that_did_not_move_fails_the_scene(stack: PopulatedStack) -> None:
    async with running_scene(stack) as context:
        with pytest.raises(PlayError, match=r"0 charged and 0 paid out in 0 transfers; 830 and 730 were expected"):
            await check_order_money(context.stripe, ExpectedMoney(order_id=10**9, charged=830, paid_out=730))


def printed_paragraphs(kind: str, message: ObservedMessage) -> list[str]:
    """Return what is printed of an event in a scene with Mei."""
    paragraphs: list[str] = []
    event = {"kind": kind, "chat": message.chat_ref.chat, "user": message.chat_ref.user_id}
    Narrator(paragraphs.append, CAMPUS, (MEI,)).on_event(event, message)
    return paragraphs


def test_an_edit_is_printed_in_place_with_its_buttons() -> None:
    (paragraph,) = printed_paragraphs("edit", MESSAGE)
    assert paragraph == "   0.0 s  CampusG North → Mei (edited in place)\n          #7\n          [Claim · S$1.80]"
    assert (CLAIM.action, CLAIM.subject) == ("claim", 7)


def test_a_chat_of_other_people_is_not_printed() -> None:
    assert printed_paragraphs("message", replace(MESSAGE, chat_ref=ChatRef(CAMPUS.bot, 424242))) == []
