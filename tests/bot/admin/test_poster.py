"""The poster that admins print: a QR code of the campus's invitation, or of one drop point."""

import struct

from bot.conversation.picture_rendering import render_poster
from domain.campuses.tables import campus, drop_point
from domain.messaging.buttons import Tap, pack
from tests.stack.bot_stack import BotStack, BotUser, wait_until

POSTER_TIMEOUT_SECONDS = 40.0  # the first picture of a process loads the library, on a busy machine
LINE = "Food from the shops around you, brought by students. Scan, press Start."


async def last_picture(one: BotUser, words: str) -> bytes:
    """Return the picture of the bot's newest message, once it is there with this caption."""

    async def rendered() -> str | None:
        newest = await one.last_message()
        return newest["photo"] if words in newest["text"] else None

    return await one.stack.read_file(await wait_until(rendered, POSTER_TIMEOUT_SECONDS))


async def test_a_poster_is_a_large_code_of_the_invitation_with_the_link_as_text(stack: BotStack, sam: BotUser) -> None:
    await stack.update_rows(campus, campus.c.id == stack.campuses["north"], invite_code="poster-code")
    await stack.control_telegram("messages", from_=sam.id, chat=sam.chat, text="/poster")
    link = "https://t.me/north_bot?start=poster-code"
    rendered = await last_picture(sam, link)
    assert rendered == render_poster(link, "North", LINE)
    assert rendered != render_poster(f"{link}_1", "North", LINE)
    assert min(struct.unpack(">II", rendered[16:24])) >= 1_000, "pixels, as a PNG's header has them"


async def test_each_drop_point_has_a_poster_of_its_own(stack: BotStack, sam: BotUser) -> None:
    await stack.update_rows(campus, campus.c.id == stack.campuses["north"], invite_code="poster-code")
    (library,) = await stack.rows(
        drop_point, drop_point.c.campus_id == stack.campuses["north"], drop_point.c.building == "Library"
    )
    link = f"https://t.me/north_bot?start=poster-code_{library['id']}"
    wanted = pack(Tap.POSTER, library["id"], 1)
    menu = (await sam.last_message())["message_id"]
    await stack.control_telegram("taps", from_=sam.id, chat=sam.chat, message_id=menu, data=wanted)
    line = "Food brought to Library, door. Scan, press Start."
    assert await last_picture(sam, link) == render_poster(link, "North", line)
    await stack.wait_until_idle()
    elsewhere = await stack.rows(drop_point, drop_point.c.campus_id == stack.campuses["west"])
    assert "out of date" in (await sam.tap(Tap.POSTER, elsewhere[0]["id"], 1))["text"]


async def test_only_admins_get_posters_and_only_in_their_own_chats(stack: BotStack) -> None:
    mei, sam = await stack.add_person(), await stack.add_admin()
    assert "not yours to do" in await mei.answer_to("/poster")
    assert "not yours to do" in (await mei.tap(Tap.POSTER, 1, 1))["text"]
    assert "not yours to do" in str(await sam.answer_to("/poster", stack.groups["north"]))
