"""Messages between the admins and one side of an order: nobody but that side reads them."""

from domain.messaging.buttons import Tap
from domain.messaging.notification.sound import MAX_AUDIBLE_NOTIFICATIONS
from domain.messaging.tables import notification
from tests.stack.bot_stack import BotStack, BotUser
from tests.stack.delivered_order_setup import AdminChat
from tests.stack.order_setup import claimed_order, notification_of, notifications_of


async def test_what_admins_tell_a_runner_is_answered_to_the_admins_and_the_customer_reads_none_of_it(
    stack: BotStack, sam: BotUser
) -> None:
    order_id, mei, ana = await claimed_order(stack)
    assert "Ana reads it" in await sam.answer_to(f"/tell {order_id} runner buy the <small> one")
    (sent,) = await notifications_of(stack, order_id, "notification-team-writes")
    assert (sent["chat_id"], sent["args"]["words"]) == (ana.id, "buy the <small> one")
    number = await notification_of(stack, ana, order_id, "notification-team-writes")
    assert "campus team reads it" in await ana.answer_to("they have none", reply_to=number)
    assert await notifications_of(stack, order_id, "notification-relayed", mei) == []


async def test_a_customer_can_be_told_too_and_nobody_but_an_admin_tells(stack: BotStack) -> None:
    order_id, mei, ana = await claimed_order(stack)
    await (await stack.add_admin()).write(f"/tell {order_id} customer is a bowl fine too?")
    (sent,) = await notifications_of(stack, order_id, "notification-team-writes")
    assert sent["chat_id"] == mei.id
    for person in (mei, ana):
        assert "not yours to do" in await person.answer_to(f"/tell {order_id} runner hello")
    assert len(await notifications_of(stack, order_id, "notification-team-writes")) == 1


async def test_however_much_the_admins_write_the_runners_arrival_still_makes_a_sound(stack: BotStack) -> None:
    order_id, mei, ana = await claimed_order(stack)
    sam = await stack.add_admin()
    for number in range(MAX_AUDIBLE_NOTIFICATIONS):
        await sam.write(f"/tell {order_id} customer word {number}")
    for tap in (Tap.BOUGHT_AS_ESTIMATED, Tap.PICKED_UP, Tap.ARRIVED):
        await ana.tap(tap, order_id, 2)
    (arrived,) = await notifications_of(stack, order_id, "notification-arrived", mei)
    assert not arrived["silent"]


async def test_tell_needs_an_order_a_side_and_a_text(stack: BotStack, sam: BotUser) -> None:
    order_id, *_ = await claimed_order(stack)
    for typed in ("/tell", f"/tell {order_id}", f"/tell {order_id} runner", f"/tell {order_id} nobody hello"):
        assert "Write the order's number" in await sam.answer_to(typed)
    assert "no such order" in await sam.answer_to("/tell 999999 runner hello")
    assert (
        await stack.rows(
            notification, notification.c.key == "notification-team-writes", notification.c.order_id == order_id
        )
        == []
    )


async def test_a_reply_to_a_runners_question_reaches_the_runner_and_the_answer_comes_back(
    stack: BotStack, admin_chat: AdminChat
) -> None:
    order_id, _, ana = await claimed_order(stack)
    await ana.tap(Tap.ASK_ADMIN, order_id, 1800)
    asked = await _notification_in_admin_chat(admin_chat, order_id, "notification-limit-exceeded-admins")
    await admin_chat.write("Take it, we ask Mei", reply_to=asked)
    assert "Ana reads it" in await admin_chat.text()
    number = await notification_of(stack, ana, order_id, "notification-team-writes")
    await ana.write("thank you", reply_to=number)
    answered = await _notification_in_admin_chat(admin_chat, order_id, "notification-team-reads")
    await admin_chat.write("You are welcome", reply_to=answered)
    said = [row["args"]["words"] for row in await notifications_of(stack, order_id, "notification-team-writes", ana)]
    assert said == ["Take it, we ask Mei", "You are welcome"]


async def test_the_admin_chat_answers_help_and_unknown_commands_and_leaves_talk_alone(admin_chat: AdminChat) -> None:
    for typed in ("/help", "/banana 12"):
        said = await admin_chat.answer_to(typed)
        assert "/board" in said
        assert ("don't know that command" in said) is (typed != "/help")
    before = len(await admin_chat.sam.messages(admin_chat.chat))
    await admin_chat.write("anybody hungry?")
    assert len(await admin_chat.sam.messages(admin_chat.chat)) == before + 1, (
        "a group chat has talk that is not for the bot"
    )


async def _notification_in_admin_chat(admin_chat: AdminChat, order_id: int, key: str) -> int:
    """Insert the message of the newest notification of this kind in the admin chat, as a worker would have sent it."""
    await admin_chat.write("/stuck")
    number = int((await admin_chat.sam.last_message(admin_chat.chat))["message_id"])
    found = await notifications_of(admin_chat.stack, order_id, key)
    await admin_chat.stack.update_rows(
        notification, notification.c.id == found[-1]["id"], message_id=number, status="sent", due_at=None
    )
    return number
