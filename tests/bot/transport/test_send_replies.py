"""Sending replies while Telegram is slow, broken or refuses: none of that undoes what was committed."""

import pytest

from domain.campuses.tables import campus, membership
from domain.inbox.tables import telegram_update
from domain.messaging.buttons import Tap
from domain.messaging.tables import notification
from domain.orders.drafts.tables import draft
from tests.bot.transport.update_flood import FIRST_UPDATE, HEADERS
from tests.stack.bot_stack import NORTH, BotStack, Json, json_bytes
from tests.stack.order_setup import bind_group
from tests.stack.raw_updates import UPDATE_IDS, message_content, private_chat, tap_content


async def test_a_request_to_wait_is_respected_and_the_reply_is_sent(stack: BotStack) -> None:
    mei = await stack.add_person()
    await stack.control_telegram("faults", kind="status", method="sendMessage", retry_after=1, chat=mei.id)
    assert "not ordered anything" in await mei.answer_to("/orders")


async def test_an_update_is_finished_before_its_reply_is_sent(stack: BotStack) -> None:
    mei = await stack.add_person()
    before, running = len(await mei.messages()), stack.running_bot
    assert running is not None
    await stack.control_telegram("faults", kind="status", method="sendMessage", retry_after=2, chat=mei.id)
    update = json_bytes({"update_id": next(UPDATE_IDS), **message_content(mei.id, text="/orders")})
    async with stack.http.post(f"{stack.gateway_url}/telegram/north", data=update, headers=HEADERS) as response:
        assert response.status == 200
    assert len(await mei.messages()) == before
    assert not running.reply_queue.is_idle
    await stack.wait_until_idle()
    assert "not ordered anything" in await mei.text()


async def test_a_chat_that_telegram_limits_for_long_costs_others_nothing(stack: BotStack) -> None:
    mei, kai = await stack.add_person(), await stack.add_person("Kai")
    await stack.control_telegram("faults", kind="status", method="sendMessage", retry_after=600, chat=mei.id)
    for _ in range(10):
        await mei.write("/orders")
    await kai.write("/orders")
    assert "not ordered anything" in await kai.text()
    assert "not ordered anything" not in await mei.text(), "Telegram asked to wait for longer than a reply is worth"
    assert (await mei.tap(Tap.HOME, argument=1))["answered"]


async def test_a_lost_edit_is_drawn_again_by_the_next_tap_on_the_old_button(stack: BotStack) -> None:
    mei = await stack.add_person()
    await mei.press("🍜")
    old = await mei.last_message()
    gone: Json = {"kind": "status", "status": 400, "description": "Bad Request: message to edit not found"}
    await stack.control_telegram("faults", method="editMessageText", chat=mei.id, **gone)
    await stack.control_telegram("faults", method="sendMessage", chat=mei.id, kind="reset")
    koufu = next(button["data"] for row in old["buttons"] for button in row if button["text"].startswith("Koufu"))
    await mei.forge_tap(koufu, message_id=old["message_id"])
    assert (await mei.last_message())["text"] == old["text"], "neither the edit nor what took its place arrived"
    assert "out of date" in (await mei.forge_tap(koufu, message_id=old["message_id"]))["text"]
    assert "what would you like" in await mei.text()


async def test_a_broken_connection_sends_no_message_twice_and_the_next_tap_shows_all(stack: BotStack) -> None:
    mei = await stack.add_person()
    faults: tuple[Json, ...] = ({"kind": "lost_answer"}, {"kind": "reset"}, {"kind": "status", "status": 502})
    for fault in faults:
        before = len(await stack.calls("sendMessage", mei.id))
        await stack.control_telegram("faults", method="sendMessage", chat=mei.id, **fault)
        await mei.write("/orders")
        assert len(await stack.calls("sendMessage", mei.id)) == before + 1, fault
    await mei.press("🏠" if "not ordered anything" in await mei.text() else "🧾")
    assert len(await mei.labels()) > 0


async def test_an_unanswerable_tap_has_its_effect_all_the_same(stack: BotStack) -> None:
    mei = await stack.add_person()
    await mei.press("🍜")
    message = await mei.last_message()
    await stack.control_telegram(
        "faults", kind="status", method="answerCallbackQuery", status=400, description="Bad Request: no"
    )
    koufu = next(label for label in await mei.labels() if label.startswith("Koufu"))
    await stack.control_telegram("taps", from_=mei.id, chat=mei.chat, message_id=message["message_id"], label=koufu)
    await stack.wait_until_idle()
    (basket,) = await stack.rows(draft, draft.c.person_id == mei.id)
    assert basket["store_name"] == "Koufu"
    assert "what would you like" in await mei.text()


@pytest.mark.parametrize("is_told_where", [False, True], ids=["no message", "inaccessible message"])
async def test_a_tap_that_is_too_old_to_answer_is_no_trouble(stack: BotStack, *, is_told_where: bool) -> None:
    mei = await stack.add_person()
    tapped = tap_content(mei.id, "v1:my_orders:0:0")
    where = {"chat": private_chat(mei.id), "message_id": (await mei.last_message())["message_id"], "date": 0}
    del tapped["callback_query"]["message"]
    tapped["callback_query"] |= {"message": where} if is_told_where else {}
    await stack.control_telegram("updates", bot=NORTH[2], update=tapped)
    await stack.wait_until_idle()
    assert "not ordered anything" in await mei.text()


async def test_a_menu_that_can_not_be_edited_is_sent_again(stack: BotStack) -> None:
    mei = await stack.add_person()
    before = len(await mei.messages())
    deleted = "Bad Request: message to edit not found"
    await stack.control_telegram(
        "faults", kind="status", method="editMessageText", status=400, description=deleted, chat=mei.id
    )
    await mei.press("🧾")
    assert len(await mei.messages()) == before + 1
    assert "not ordered anything" in await mei.text()


async def test_the_same_menu_twice_is_no_trouble(stack: BotStack) -> None:
    mei = await stack.add_person()
    before = await mei.messages()
    answer = await mei.tap(Tap.HOME, argument=1)
    assert answer["text"] is None
    assert await mei.messages() == before


async def test_who_blocked_the_bot_is_unreachable_until_they_write(stack: BotStack) -> None:
    mei = await stack.add_person()
    await stack.control_telegram("block", user=mei.id, bot=NORTH[2])
    await stack.wait_until_idle()
    assert [row["reachable"] for row in await stack.rows(membership, membership.c.person_id == mei.id)] == [False]
    await stack.control_telegram("unblock", user=mei.id, bot=NORTH[2])
    await mei.write("/start")
    assert [row["reachable"] for row in await stack.rows(membership, membership.c.person_id == mei.id)] == [True]


async def test_a_group_that_becomes_a_supergroup_stays_bound(stack: BotStack) -> None:
    sam, before = await stack.add_admin(), stack.groups["north"]
    made = await stack.control_telegram("groups", title="Small", members=[sam.id], bots=[NORTH[2]], type="group")
    await bind_group(sam, made["id"], admins=True)
    moved = await stack.control_telegram("migrate", chat=made["id"])
    await stack.wait_until_idle()
    (row,) = await stack.rows(campus, campus.c.id == stack.campuses["north"])
    assert (row["admin_chat"], row["runner_group"]) == (moved["id"], before)


async def test_every_update_is_settled(stack: BotStack) -> None:
    await stack.add_person()
    served = telegram_update.c.campus_id.in_([stack.campuses["north"], stack.campuses["south"]])
    unhandled = await stack.rows(telegram_update, served, telegram_update.c.handled_at.is_(None))
    assert [row for row in unhandled if not row["dead_lettered"]] == []
    assert [row for row in unhandled if row["update_id"] < FIRST_UPDATE] == [], (
        "only random updates may become dead letters"
    )


REFUSED: Json = {"kind": "status", "status": 400}
LINK_REFUSED = "Bad Request: inline keyboard button URL 'https://food/console?secret=1' is invalid: Wrong HTTP URL"


async def test_what_telegram_refuses_for_its_buttons_is_sent_without_them_and_told_once(stack: BotStack) -> None:
    mei, here = await stack.add_person(), campus.c.name == NORTH[0]
    await stack.update_rows(campus, here, admin_chat=-1_000_777_003)
    for method in ("sendMessage", "editMessageText"):
        for _ in range(2):
            await stack.control_telegram("faults", method=method, chat=mei.id, **REFUSED, description=LINK_REFUSED)
            if method == "sendMessage":
                text = await mei.answer_to("/start")
            else:
                await mei.tap(Tap.HOME, argument=1)
                text = await mei.text()
            assert "Hi Mei!" in text
            assert "did not take all buttons" in text
    told = await stack.rows(notification, notification.c.key == "notification-buttons-refused")
    await stack.update_rows(campus, here, admin_chat=None)
    assert [one["args"]["error"] for one in told] == [LINK_REFUSED.replace("/console?secret=1", "")]
    await mei.write("/orders")
    assert "did not take all buttons" not in await mei.text()


async def test_without_an_admin_chat_each_admin_reads_in_private_of_refused_buttons(stack: BotStack) -> None:
    mei, sam, kim = [await stack.add_person() for _ in range(3)]
    for admin in (sam, kim):
        await stack.update_rows(membership, membership.c.person_id == admin.id, is_admin=True)
    said = LINK_REFUSED.replace("food", "elsewhere")
    await stack.control_telegram("faults", method="sendMessage", chat=mei.id, **REFUSED, description=said)
    assert "did not take all buttons" in await mei.answer_to("/start")
    refused = notification.c.key == "notification-buttons-refused"
    told = await stack.rows(notification, refused & notification.c.chat_id.in_((mei.id, sam.id, kim.id)))
    assert sorted(one["chat_id"] for one in told) == sorted((sam.id, kim.id))


async def test_a_keyboard_that_telegram_refuses_altogether_leaves_the_words(stack: BotStack) -> None:
    mei = await stack.add_person()
    refused: Json = REFUSED | {"description": "Bad Request: BUTTON_DATA_INVALID"}
    await stack.control_telegram("faults", method="sendMessage", chat=mei.id, **refused)
    assert "Hi Mei!" in await mei.answer_to("/start")
    assert await mei.labels() == ["🏠 Home"]
