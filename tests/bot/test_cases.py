"""An admin looks into what customers reported: the list, answers both ways, the last word."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import insert

from domain.aftercare import CaseStatus
from domain.buttons import Tap
from domain.store.schema import event, membership, problem_case, push
from tests.bot.delivered import Desk, delivered, desk_of, reply, show
from tests.bot.stage import Json, Somebody, Stage


async def test_a_reply_in_the_admin_chat_answers_and_the_customers_reply_comes_back(stage: Stage) -> None:
    async with desk_of(stage) as desk:
        mei, _, case = await _reported(stage)
        (told,) = await desk.told()
        await reply(desk.sam, told["message_id"], "We are <looking> for it", desk.chat)
        assert "Mei gets your answer" in (await desk.sam.last(desk.chat))["text"]
        await desk.told()
        answer = await mei.last()
        assert "The campus team writes" in answer["text"] and "We are <looking> for it" in answer["text"]
        await mei.tap(Tap.ORDER_FOOD, version=1)  # another question is open now; the reply is no answer to that one
        await reply(mei, answer["message_id"], "It had a red lid")
        assert f"Passed on to the campus team: case #{case}" in await mei.text()
        (more,) = await desk.told()
        assert "It had a red lid" in more["text"]
        await reply(desk.sam, more["message_id"], "Found it", desk.chat)
        await desk.told()
        assert "Found it" in await mei.text()


async def test_an_answer_may_be_a_command_or_a_photo(stage: Stage) -> None:
    async with desk_of(stage) as desk:
        mei, _, case = await _reported(stage)
        (told,) = await desk.told()
        assert "Reply to the message about case" in (await _tapped(desk, told, "Answer"))["text"]
        await desk.sam.write(f"/case {case} Which one?\nThe big one?", desk.chat)
        await desk.post()
        assert "Which one?\nThe big one?" in await mei.text()
        await reply(desk.sam, told["message_id"], "Is this it?", desk.chat, photo=True)
        await desk.post()
        answer = await mei.last()
        assert answer["photo"] is not None and "Is this it?" in answer["text"]
        assert answer["buttons"][0][0]["text"] == "Write back"


async def test_a_case_with_more_said_than_a_message_holds_is_shown_all_the_same(stage: Stage) -> None:
    async with desk_of(stage) as desk:
        _, _, case = await _reported(stage)
        (told,) = await stage.rows(event, event.c.subject == "case", event.c.subject_id == str(case))
        said = {name: told[name] for name in told if name not in ("id", "at")}
        async with stage.work() as work:
            await work.connection.execute(insert(event), [said | {"event": "added", "reason": "🍜" * 150}] * 20)
        await desk.sam.write(f"/case {case}")
        assert "Mei: No chopsticks" in await desk.sam.text()


async def test_an_admin_answers_in_private_and_the_others_read_it(stage: Stage) -> None:
    async with desk_of(stage) as desk:
        mei, _, case = await _reported(stage)
        await desk.told()
        await desk.sam.write("/cases")
        assert f"#{case} · order" in await desk.sam.text()
        await desk.sam.tap(Tap.CASE, case, 1)
        assert "Mei: No chopsticks" in await desk.sam.text()
        await desk.sam.press("Answer")
        await desk.sam.press("◀ Case")
        await desk.sam.write("a word to nobody")
        await desk.sam.tap(Tap.CASE_ANSWER, case)
        await desk.sam.write("On their way")
        (told,) = await desk.told()
        assert f"Sam answered in case #{case}" in told["text"]
        assert "On their way" in await mei.text()
        await desk.sam.write(f"/case {case}")
        assert "Sam, campus team: On their way" in await desk.sam.text()


async def test_the_last_word_is_said_once_and_closes_the_case(stage: Stage) -> None:
    async with desk_of(stage) as desk:
        mei, order_id, case = await _reported(stage)
        (told,) = await desk.told()
        await desk.sam.write(f"/close_case {case}", desk.chat)
        assert "/close_case 3" in (await desk.sam.last(desk.chat))["text"]
        await _tapped(desk, told, "Close case")
        menu = await desk.sam.last(desk.chat)
        assert menu["buttons"][0][0]["text"] == "Keep it open"
        await _tapped(desk, menu, "Close: solved")
        await desk.post()
        assert f"Case #{case} is closed" in await mei.text()
        assert "Thank you for telling us" in await mei.text()
        (row,) = await stage.rows(problem_case, problem_case.c.id == case)
        assert (row["status"], row["closed_by"]) == (CaseStatus.CLOSED, desk.sam.id)
        for late in ("Answer", "Close case"):
            assert f"Case #{case} is closed" in (await _tapped(desk, told, late))["text"]
        await desk.sam.write(f"/close_case {case} no, wait", desk.chat)
        assert f"Case #{case} is closed" in (await desk.sam.last(desk.chat))["text"]
        await reply(mei, (await mei.last())["message_id"], "But it is not solved")
        assert f"Case #{case} is closed" in await mei.text()
        await mei.tap(Tap.PROBLEM, order_id, 7)
        assert "What is wrong" in await mei.text()
        happened = await stage.rows(event, event.c.order_id == order_id, event.c.subject == "case")
        assert [line["event"] for line in happened] == ["opened", "closed"]


async def test_a_case_closed_while_the_customer_typed_says_so(stage: Stage) -> None:
    async with desk_of(stage) as desk:
        mei, order_id, case = await _reported(stage)
        await mei.tap(Tap.PROBLEM, order_id, 7)
        await desk.sam.write(f"/close_case {case} It was under the shelf")
        await mei.write("Any news?")
        assert f"Case #{case} is closed" in await mei.text()
        await mei.write("Any news?")
        assert "did not understand" in await mei.text()


async def test_the_oldest_case_comes_first_with_its_age(stage: Stage) -> None:
    async with desk_of(stage) as desk:
        _, _, first = await _reported(stage)
        _, _, second = await _reported(stage)
        ago = datetime.now(UTC) - timedelta(hours=2, minutes=5, seconds=20)
        await stage.change(problem_case, problem_case.c.id == first, opened_at=ago)
        await desk.sam.write("/cases")
        lines = (await desk.sam.text()).splitlines()
        numbers = [line.split(" ")[0] for line in lines if line.startswith("#")]
        assert numbers == sorted(numbers, key=lambda each: int(each[1:]))
        assert numbers.index(f"#{first}") < numbers.index(f"#{second}")
        assert "2 h 5 min" in next(line for line in lines if line.startswith(f"#{first} "))


async def test_only_admins_see_answer_and_close_and_never_in_their_own_matter(stage: Stage) -> None:
    async with desk_of(stage) as desk:
        mei, order_id, case = await _reported(stage)
        ana = Somebody(id=int((await stage.order(order_id))["runner_id"]), stage=stage)
        for command in ("/cases", f"/case {case}", f"/case {case} hi", f"/close_case {case} done"):
            for one in (ana, mei):
                await one.write(command)
                assert "not yours" in await one.text(), command
        for tap in (Tap.CASES, Tap.CASE, Tap.CASE_ANSWER, Tap.CASE_CLOSE, Tap.CASE_CLOSE_SURE):
            assert "not yours" in (await ana.tap(tap, case, 1))["text"], tap
        await desk.sam.write("/case 999999")
        assert "no such case" in await desk.sam.text()
        await stage.change(membership, membership.c.person_id.in_((mei.id, ana.id)), is_admin=True)
        for one in (ana, mei):
            await one.write(f"/close_case {case} all mine")
            assert "not yours" in await one.text()
        (row,) = await stage.rows(problem_case, problem_case.c.id == case)
        assert row["status"] == CaseStatus.OPEN


async def test_chatter_in_groups_is_nobodys_answer(stage: Stage) -> None:
    async with desk_of(stage) as desk:
        _, _, case = await _reported(stage)
        (told,) = await desk.told()
        own = await desk.sam.write("just talking", desk.chat)
        await reply(desk.sam, own["message"]["message_id"], "to myself", desk.chat)
        eve, runners = await stage.runner("Eve"), stage.groups["north"]
        await desk.sam.write("/case 1", runners)
        refusal = await eve.last(runners)
        await reply(eve, refusal["message_id"], "what is that?", runners)
        assert (await eve.last(runners))["message_id"] == refusal["message_id"]
        assert [each["message_id"] for each in await desk.sam.messages(desk.chat) if each["from"]["is_bot"]] == [
            told["message_id"]
        ]
        (row,) = await stage.rows(problem_case, problem_case.c.id == case)
        assert row["messages"] == 1


async def test_without_an_admin_chat_a_case_waits_in_the_list(stage: Stage) -> None:
    sam = await stage.admin()
    mei, _, case = await _reported(stage)
    assert await stage.rows(push, push.c.name.like(f"case:{case}:%")) == []
    await sam.write(f"/case {case} We read it")
    (told,) = await stage.rows(push, push.c.name.like(f"case:{case}:%"))
    assert (told["chat_id"], told["args"]["words"]) == (mei.id, "We read it")
    await show(sam, f"/case {case} look")
    both = await stage.rows(push, push.c.name.like(f"case:{case}:%"))
    assert sorted((row["args"]["words"], row["photo"] is not None) for row in both) == [
        ("We read it", False),
        ("look", True),
    ]


async def _reported(stage: Stage) -> tuple[Somebody, int, int]:
    """A customer with a case about her order; gives the order's and the case's number."""
    mei, _, order_id = await delivered(stage)
    await mei.tap(Tap.PROBLEM, order_id, 7)
    await mei.press("Missing")
    await mei.write("No chopsticks")
    (row,) = await stage.rows(problem_case, problem_case.c.order_id == order_id)
    return mei, order_id, int(row["id"])


async def _tapped(desk: Desk, message: Json, label: str) -> Json:
    """An admin taps a button in the admin chat; gives the answer."""
    button = next(each for row in message["buttons"] for each in row if each["text"] == label)
    return await desk.sam.forge(button["data"], message_id=message["message_id"], chat=desk.chat)
