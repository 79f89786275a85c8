"""Tests of the way to the console: a button in an admin's private chat, a link to it in the admin chat."""

from domain.messaging.buttons import Tap
from tests.stack.bot_stack import NORTH, BotStack, BotUser, Json
from tests.stack.delivered_order_setup import AdminChat
from tests.stack.order_setup import open_order


def only_button(message: Json) -> Json:
    (button,) = [each for row in message["buttons"] for each in row if "data" not in each]
    return button


async def test_an_admin_opens_the_console_from_the_private_chat(stack: BotStack, sam: BotUser) -> None:
    await sam.write("/console")
    here = f"{stack.settings.console_url}/console/north/"
    assert only_button(await sam.last_message())["web_app"] == {"url": here}
    order_id, _ = await open_order(stack)
    for line in (f"/console {order_id}", f"/start console_{order_id}"):
        await sam.write(line)
        assert only_button(await sam.last_message())["web_app"] == {"url": f"{here}orders/{order_id}"}


async def test_the_admin_chat_gets_a_link_to_the_private_chat(admin_chat: AdminChat) -> None:
    await admin_chat.write("/console 7")
    link = only_button(await admin_chat.sam.last_message(admin_chat.chat))
    assert link["url"] == f"https://t.me/{NORTH[2]}?start=console_7"
    assert "private chat" in await admin_chat.text()


async def test_other_places_have_words_of_their_own(stack: BotStack, sam: BotUser) -> None:
    here = f"{stack.settings.console_url}/console/north/"
    for line in ("/console money", "/start console_money"):
        await sam.write(line)
        assert only_button(await sam.last_message())["web_app"] == {"url": f"{here}money"}


async def test_the_screens_of_admins_lead_to_their_place(stack: BotStack, admin_chat: AdminChat) -> None:
    order_id, _ = await open_order(stack)
    places = {
        f"/order {order_id}": f"_{order_id}",
        "/board": "",
        "/stuck": "_engine",
        "/parked": "_engine",
        "/differences": "_money",
        "/held": "_money",
    }
    for command, place in places.items():
        await admin_chat.write(command)
        link = only_button(await admin_chat.sam.last_message(admin_chat.chat))
        assert link["url"] == f"https://t.me/{NORTH[2]}?start=console{place}"
    await admin_chat.sam.write(f"/order {order_id}")
    await admin_chat.sam.tap(Tap.ADMIN_ORDER, order_id)  # drawn again by a tap
    page = only_button(await admin_chat.sam.last_message())["web_app"]["url"]
    assert page == f"{stack.settings.console_url}/console/north/orders/{order_id}"


async def test_nobody_else_is_led_there(stack: BotStack, mei: BotUser, ana: BotUser) -> None:
    for one in (mei, ana):
        for line in ("/console", "/start console", "/start console_1"):
            await one.write(line)
            assert "web_app" not in str((await one.last_message())["buttons"])
