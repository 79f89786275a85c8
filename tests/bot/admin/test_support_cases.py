"""Cases in the admins' hands: the list, answers in both directions, and closing with a last answer."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert

from domain.campuses.tables import membership
from domain.database.tables import event_log
from domain.messaging.buttons import Tap
from domain.messaging.tables import notification
from domain.support.feedback import CaseStatus
from domain.support.tables import problem_case
from tests.stack.bot_stack import BotStack, BotUser, Json
from tests.stack.delivered_order_setup import AdminChat, deliver_order

pytestmark = pytest.mark.drill


async def test_a_reply_in_the_admin_chat_answers_and_the_customers_reply_comes_back(
    stack: BotStack, admin_chat: AdminChat
) -> None:
    mei, _, case = await _report_case(stack)
    (told,) = await admin_chat.new_messages()
    await admin_chat.write("We are <looking> for it", reply_to=told["message_id"])
    assert "Mei gets your answer" in await admin_chat.text()
    await admin_chat.new_messages()
    answer = await mei.last_message()
    assert "The campus team writes" in answer["text"] and "We are <looking> for it" in answer["text"]
    await mei.tap(Tap.ORDER_FOOD, argument=1)  # another question is open now, and the reply is no answer to it
    await mei.write("It had a red lid", reply_to=answer["message_id"])
    assert f"Passed on to the campus team: case #{case}" in await mei.text()
    (more,) = await admin_chat.new_messages()
    assert "It had a red lid" in more["text"]
    await admin_chat.write("Found it", reply_to=more["message_id"])
    await admin_chat.new_messages()
    assert "Found it" in await mei.text()


async def test_an_answer_may_be_a_command_or_a_photo(stack: BotStack, admin_chat: AdminChat) -> None:
    mei, _, case = await _report_case(stack)
    (told,) = await admin_chat.new_messages()
    assert "Reply to the message about case" in (await _tap_in_admin_chat(admin_chat, told, "Answer"))["text"]
    await admin_chat.write(f"/case {case} Which one?\nThe big one?")
    await admin_chat.send_due()
    assert "Which one?\nThe big one?" in await mei.text()
    await admin_chat.write("Is this it?", reply_to=told["message_id"], photo=True)
    await admin_chat.send_due()
    answer = await mei.last_message()
    assert answer["photo"] is not None and "Is this it?" in answer["text"]
    assert answer["buttons"][0][0]["text"] == "Write back"


async def test_a_case_with_more_said_than_a_message_holds_is_shown_all_the_same(
    stack: BotStack, admin_chat: AdminChat
) -> None:
    _, _, case = await _report_case(stack)
    (told,) = await stack.rows(event_log, event_log.c.subject == "case", event_log.c.subject_id == str(case))
    said = {name: told[name] for name in told if name not in ("id", "at")}
    async with stack.work() as work:
        await work.connection.execute(insert(event_log), [said | {"event": "added", "reason": "🍜\n" * 100}] * 20)
    assert "Mei:\nNo chopsticks" in await admin_chat.sam.answer_to(f"/case {case}")


async def test_an_admin_answers_in_private_and_the_others_read_it(stack: BotStack, admin_chat: AdminChat) -> None:
    mei, _, case = await _report_case(stack)
    await admin_chat.new_messages()
    assert f"#{case} · order" in await admin_chat.sam.answer_to("/cases")
    await admin_chat.sam.tap(Tap.CASE, case, 1)
    assert "Mei:\nNo chopsticks" in await admin_chat.sam.text()
    await admin_chat.sam.press("Answer", "◀ Case")
    await admin_chat.sam.write("a word to nobody")
    await admin_chat.sam.tap(Tap.CASE_ANSWER, case)
    await admin_chat.sam.write("On their way")
    (told,) = await admin_chat.new_messages()
    assert f"Sam answered in case #{case}" in told["text"]
    assert "On their way" in await mei.text()
    assert "Sam, campus team:\nOn their way" in await admin_chat.sam.answer_to(f"/case {case}")


async def test_the_closing_answer_is_sent_once_and_closes_the_case(stack: BotStack, admin_chat: AdminChat) -> None:
    mei, order_id, case = await _report_case(stack)
    (told,) = await admin_chat.new_messages()
    assert "The customer reads your last word" in await admin_chat.answer_to(f"/close_case {case}")
    await _tap_in_admin_chat(admin_chat, told, "Close case")
    menu = await admin_chat.sam.last_message(admin_chat.chat)
    assert menu["buttons"][0][0]["text"] == "Keep it open"
    await _tap_in_admin_chat(admin_chat, menu, "Close: solved")
    await admin_chat.send_due()
    assert f"Case #{case} is closed" in await mei.text()
    assert "Thank you for telling us" in await mei.text()
    (row,) = await stack.rows(problem_case, problem_case.c.id == case)
    assert (row["status"], row["closed_by"]) == (CaseStatus.CLOSED, admin_chat.sam.id)
    for late in ("Answer", "Close case"):
        assert f"Case #{case} is closed" in (await _tap_in_admin_chat(admin_chat, told, late))["text"]
    await admin_chat.write(f"/close_case {case} no, wait")
    assert f"Case #{case} is closed" in await admin_chat.text()
    await mei.write("But it is not solved", reply_to=(await mei.last_message())["message_id"])
    assert f"Case #{case} is closed" in await mei.text()
    assert "What is wrong" in await mei.screen_after_tap(Tap.PROBLEM, order_id, 7)
    happened = await stack.rows(event_log, event_log.c.order_id == order_id, event_log.c.subject == "case")
    assert [line["event"] for line in happened] == ["opened", "closed"]


async def test_a_case_closed_while_the_customer_typed_says_so(stack: BotStack, admin_chat: AdminChat) -> None:
    mei, order_id, case = await _report_case(stack)
    await mei.tap(Tap.PROBLEM, order_id, 7)
    await admin_chat.sam.write(f"/close_case {case} It was under the shelf")
    assert f"Case #{case} is closed" in await mei.answer_to("Any news?")
    assert "did not understand" in await mei.answer_to("Any news?")


async def test_the_oldest_case_comes_first_with_its_age(stack: BotStack, admin_chat: AdminChat) -> None:
    _, _, first = await _report_case(stack)
    _, _, second = await _report_case(stack)
    ago = datetime.now(UTC) - timedelta(hours=2, minutes=5, seconds=20)
    await stack.update_rows(problem_case, problem_case.c.id == first, opened_at=ago)
    lines = (await admin_chat.sam.answer_to("/cases")).splitlines()
    numbers = [line.split(" ")[0] for line in lines if line.startswith("#")]
    assert numbers == sorted(numbers, key=lambda each: int(each[1:]))
    assert numbers.index(f"#{first}") < numbers.index(f"#{second}")
    assert "2 h 5 min" in next(line for line in lines if line.startswith(f"#{first} "))


async def test_only_admins_see_answer_and_close_and_never_in_their_own_matter(
    stack: BotStack, admin_chat: AdminChat
) -> None:
    mei, order_id, case = await _report_case(stack)
    ana = BotUser(id=int((await stack.order_row(order_id))["runner_id"]), stack=stack)
    for command in ("/cases", f"/case {case}", f"/case {case} hi", f"/close_case {case} done"):
        for one in (ana, mei):
            assert "not yours" in await one.answer_to(command), command
    for tap in (Tap.CASES, Tap.CASE, Tap.CASE_ANSWER, Tap.CASE_CLOSE, Tap.CASE_CLOSE_SURE):
        assert "not yours" in (await ana.tap(tap, case, 1))["text"], tap
    assert "no such case" in await admin_chat.sam.answer_to("/case 999999")
    await stack.update_rows(membership, membership.c.person_id.in_((mei.id, ana.id)), is_admin=True)
    for one in (ana, mei):
        assert "Another admin has to do this" in await one.answer_to(f"/close_case {case} all mine")
    (row,) = await stack.rows(problem_case, problem_case.c.id == case)
    assert row["status"] == CaseStatus.OPEN


async def test_talk_in_groups_is_no_answer_to_a_case(stack: BotStack, admin_chat: AdminChat) -> None:
    _, _, case = await _report_case(stack)
    (told,) = await admin_chat.new_messages()
    own = await admin_chat.write("just talking")
    await admin_chat.write("to myself", reply_to=own["message"]["message_id"])
    eve, runners = await stack.add_runner("Eve"), stack.groups["north"]
    await admin_chat.sam.write("/case 1", runners)
    refusal = await eve.last_message(runners)
    await eve.write("what is that?", runners, reply_to=refusal["message_id"])
    assert (await eve.last_message(runners))["message_id"] == refusal["message_id"]
    assert [
        each["message_id"] for each in await admin_chat.sam.messages(admin_chat.chat) if each["from"]["is_bot"]
    ] == [told["message_id"]]
    (row,) = await stack.rows(problem_case, problem_case.c.id == case)
    assert row["messages"] == 1


async def test_without_an_admin_chat_a_case_waits_in_the_list(stack: BotStack, sam: BotUser) -> None:
    mei, _, case = await _report_case(stack)
    assert await stack.rows(notification, notification.c.name.like(f"case:{case}:%")) == []
    await sam.write(f"/case {case} We read it")
    (told,) = await stack.rows(notification, notification.c.name.like(f"case:{case}:%"))
    assert (told["chat_id"], told["args"]["words"]) == (mei.id, "We read it")
    await sam.write(f"/case {case} look", photo=True)
    both = await stack.rows(notification, notification.c.name.like(f"case:{case}:%"))
    assert sorted((row["args"]["words"], row["photo"] is not None) for row in both) == [
        ("We read it", False),
        ("look", True),
    ]


async def _report_case(stack: BotStack) -> tuple[BotUser, int, int]:
    """Add a customer with a case about their order, and return the numbers of the order and the case."""
    mei, _, order_id = await deliver_order(stack)
    await mei.tap(Tap.PROBLEM, order_id, 7)
    await mei.press("Missing")
    await mei.write("No chopsticks")
    (row,) = await stack.rows(problem_case, problem_case.c.order_id == order_id)
    return mei, order_id, int(row["id"])


async def _tap_in_admin_chat(admin_chat: AdminChat, message: Json, label: str) -> Json:
    """Tap a button in the admin chat as an admin, and return the answer."""
    button = next(each for row in message["buttons"] for each in row if each["text"] == label)
    return await admin_chat.sam.forge_tap(button["data"], message_id=message["message_id"], chat=admin_chat.chat)
