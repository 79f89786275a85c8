"""The poster that admins print: a code of the campus' invitation, or of one drop point's."""

import struct

from bot.pictures import draw_code
from domain.buttons import Tap
from domain.store.schema import campus, drop_point
from tests.bot.stage import Somebody, Stage


async def shown(one: Somebody) -> bytes:
    """The picture of the bot's newest message."""
    file_id = (await one.last())["photo"]
    async with one.stage.session.get(f"{one.stage.telegram}/sim/files/{file_id}") as response:
        assert response.status == 200
        return await response.read()


async def test_a_poster_is_a_large_code_of_the_invitation_with_the_same_in_words(stage: Stage) -> None:
    sam = await stage.admin()
    await stage.change(campus, campus.c.id == stage.campuses["north"], invite_code="poster-code")
    await sam.write("/poster")
    link = "https://t.me/north_bot?start=poster-code"
    said = await sam.text()
    assert "North: food from the shops around you" in said
    assert link in said
    drawn = await shown(sam)
    assert drawn == draw_code(link)
    assert min(struct.unpack(">II", drawn[16:24])) >= 1_000, "pixels, as a PNG's header has them"


async def test_each_drop_point_has_a_poster_of_its_own(stage: Stage) -> None:
    sam = await stage.admin()
    await stage.change(campus, campus.c.id == stage.campuses["north"], invite_code="poster-code")
    (library,) = await stage.rows(
        drop_point, drop_point.c.campus_id == stage.campuses["north"], drop_point.c.building == "Library"
    )
    await sam.write("/poster")
    await sam.press("Library, door")
    assert f"start=poster-code_{library['id']}" in await sam.text()
    assert await shown(sam) == draw_code(f"https://t.me/north_bot?start=poster-code_{library['id']}")
    elsewhere = await stage.rows(drop_point, drop_point.c.campus_id == stage.campuses["west"])
    assert "out of date" in (await sam.tap(Tap.POSTER, elsewhere[0]["id"], 1))["text"]


async def test_only_admins_get_posters_and_only_at_their_own_desk(stage: Stage) -> None:
    mei, sam = await stage.somebody(), await stage.admin()
    await mei.write("/poster")
    assert "not yours to do" in await mei.text()
    assert "not yours to do" in (await mei.tap(Tap.POSTER, 1, 1))["text"]
    await sam.write("/poster", stage.groups["north"])
    assert "not yours to do" in str((await sam.last(stage.groups["north"]))["text"])
