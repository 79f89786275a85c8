"""Loose words answer who wrote last: the campus team as well as the other side of the order."""

from domain.support.tables import problem_case
from tests.stack.bot_stack import BotStack
from tests.stack.delivered_order_setup import AdminChat
from tests.stack.order_setup import claimed_order, notification_of, notifications_of, order_message_of


async def test_loose_words_are_offered_first_to_the_campus_team_that_wrote_last(
    stack: BotStack, admin_chat: AdminChat
) -> None:
    order_id, mei, ana = await claimed_order(stack)
    await admin_chat.write(f"/tell {order_id} customer is a bowl fine too?")
    await notification_of(stack, mei, order_id, "notification-team-writes")
    await mei.write("yes, a bowl is fine")
    labels = await mei.labels()
    assert ("team" in labels[0], "Ana" in labels[1]) == (True, True)
    await mei.press(labels[0])
    (told,) = await notifications_of(stack, order_id, "notification-team-reads")
    assert told["args"]["words"] == "yes, a bowl is fine"
    assert await notifications_of(stack, order_id, "notification-relayed", ana) == []
    assert await stack.rows(problem_case, problem_case.c.order_id == order_id) == []


async def test_when_the_other_side_wrote_since_they_are_the_choice_again(stack: BotStack) -> None:
    order_id, mei, ana = await claimed_order(stack)
    await (await stack.add_admin()).write(f"/tell {order_id} customer is a bowl fine too?")
    await notification_of(stack, mei, order_id, "notification-team-writes")
    await ana.write("on my way", reply_to=await order_message_of(stack, ana, order_id))
    await notification_of(stack, mei, order_id, "notification-relayed")
    await mei.write("great")
    assert "Ana" in await mei.text()
    assert "team" not in str(await mei.labels())
