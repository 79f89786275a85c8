"""The play itself: it fails when it must, with a sentence, and tells what is seen in plain words."""

import pytest

from sandbox.launch.people import MEI
from sandbox.play.cast import NORTH, Troupe
from sandbox.play.narrator import Narrator
from sandbox.play.scenes.parts import INVITATION
from sandbox.play.sights import Button, Message, Place
from sandbox.play.stage import Ending
from sandbox.play.verdict import judge
from sandbox.play.wire import PlayError
from tests.journeys.town import Town


async def test_what_nobody_says_is_told_as_expected_with_the_last_things_seen(town: Town) -> None:
    with pytest.raises(AssertionError, match=r"(?s)Mei reads 'a word nobody says'.*Not within 0 s.*Hi Mei!") as failure:
        async with town.stage() as stage:
            await stage.mei.types(f"/start {INVITATION}")
            await stage.mei.spots("order_food")
            await stage.mei.reads("a word nobody says", within=0.1)
    assert isinstance(failure.value.__cause__, PlayError)


async def test_money_that_did_not_move_is_no_happy_ending(town: Town) -> None:
    async with town.stage() as stage:
        with pytest.raises(PlayError, match=r"0 charged and 0 paid out in 0 transfers; 830 and 730 were expected"):
            await judge(stage.stripe, Ending(order=10**9, charged=830, paid_out=730))


def test_an_edit_is_told_in_place_with_its_buttons() -> None:
    told: list[str] = []
    place = Place(f"@{NORTH.bot.username}", MEI.id)
    claim = Button(label="Claim · S$1.80", data="v1:claim:7:2", link=None)
    message = Message(
        place=place,
        number=3,
        sender="CampusG North",
        by_bot=True,
        text="#7",
        keyboard=((claim,),),
        edits=1,
        silent=False,
        came=9,
        came_at=0.0,
        at=0.0,
    )
    event = {"kind": "edit", "chat": place.chat, "user": place.user}
    Narrator(told.append, Troupe(campus=NORTH)).event(event, message)
    assert told == ["   0.0 s  CampusG North → Mei (edited in place)\n          #7\n          [Claim · S$1.80]"]
    assert (claim.action, claim.subject) == ("claim", "7")


def test_a_chat_of_other_people_is_not_told() -> None:
    told: list[str] = []
    place = Place(f"@{NORTH.bot.username}", 424242)
    message = Message(
        place=place,
        number=1,
        sender="X",
        by_bot=True,
        text="#7",
        keyboard=(),
        edits=0,
        silent=False,
        came=1,
        came_at=0.0,
        at=0.0,
    )
    Narrator(told.append, Troupe(campus=NORTH)).event({"kind": "message", "chat": place.chat, "user": 424242}, message)
    assert told == []
