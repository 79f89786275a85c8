"""The poster that admins print: a code of the campus' invitation, or of one drop point's."""

import struct

from bot.pictures import draw_poster
from domain.buttons import Tap, pack
from domain.store.schema import campus, drop_point
from tests.bot.stage import Somebody, Stage, until

DRAWN_WITHIN = 40.0  # seconds; the first picture of a process loads the library, on a busy machine
LINE = "Food from the shops around you, brought by students. Scan, press Start."


async def shown(one: Somebody, words: str) -> bytes:
    """The picture of the bot's newest message, once it is there with these words."""

    async def drawn() -> str | None:
        newest = await one.last()
        return newest["photo"] if words in newest["text"] else None

    file_id = await until(drawn, DRAWN_WITHIN)
    async with one.stage.session.get(f"{one.stage.telegram}/sim/files/{file_id}") as response:
        assert response.status == 200
        return await response.read()


async def test_a_poster_is_a_large_code_of_the_invitation_with_the_same_in_words(stage: Stage) -> None:
    sam = await stage.admin()
    await stage.change(campus, campus.c.id == stage.campuses["north"], invite_code="poster-code")
    await stage.sim("messages", from_=sam.id, chat=sam.chat, text="/poster")
    link = "https://t.me/north_bot?start=poster-code"
    drawn = await shown(sam, link)
    assert drawn == draw_poster(link, "North", LINE)
    assert drawn != draw_poster(f"{link}_1", "North", LINE)
    assert min(struct.unpack(">II", drawn[16:24])) >= 1_000, "pixels, as a PNG's header has them"


async def test_each_drop_point_has_a_poster_of_its_own(stage: Stage) -> None:
    sam = await stage.admin()
    await stage.change(campus, campus.c.id == stage.campuses["north"], invite_code="poster-code")
    (library,) = await stage.rows(
        drop_point, drop_point.c.campus_id == stage.campuses["north"], drop_point.c.building == "Library"
    )
    link = f"https://t.me/north_bot?start=poster-code_{library['id']}"
    wanted = pack(Tap.POSTER, library["id"], 1)
    menu = (await sam.last())["message_id"]
    await stage.sim("taps", from_=sam.id, chat=sam.chat, message_id=menu, data=wanted)
    line = "Food brought to Library, door. Scan, press Start."
    assert await shown(sam, link) == draw_poster(link, "North", line)
    await stage.quiet()
    elsewhere = await stage.rows(drop_point, drop_point.c.campus_id == stage.campuses["west"])
    assert "out of date" in (await sam.tap(Tap.POSTER, elsewhere[0]["id"], 1))["text"]


async def test_only_admins_get_posters_and_only_at_their_own_desk(stage: Stage) -> None:
    mei, sam = await stage.somebody(), await stage.admin()
    await mei.write("/poster")
    assert "not yours to do" in await mei.text()
    assert "not yours to do" in (await mei.tap(Tap.POSTER, 1, 1))["text"]
    await sam.write("/poster", stage.groups["north"])
    assert "not yours to do" in str((await sam.last(stage.groups["north"]))["text"])
