"""Words between the campus team and one side of an order: they reach that side, and nobody else."""

from domain.buttons import Tap
from domain.loudness import MOST_LOUD
from domain.store.schema import push
from tests.bot.delivered import Desk, desk_of, reply
from tests.bot.jobs import claimed, push_of, pushes
from tests.bot.stage import Stage


async def test_what_the_desk_tells_a_runner_she_answers_to_the_desk_and_the_customer_reads_none_of_it(
    stage: Stage,
) -> None:
    order_id, mei, ana = await claimed(stage)
    sam = await stage.admin()
    await sam.write(f"/tell {order_id} runner buy the <small> one")
    assert "Ana reads it" in await sam.text()
    (sent,) = await pushes(stage, order_id, "push-team-writes")
    assert (sent["chat_id"], sent["args"]["words"]) == (ana.id, "buy the <small> one")
    number = await push_of(stage, ana, order_id, "push-team-writes")
    await ana.write("they have none", reply_to=number)
    assert "campus team reads it" in await ana.text()
    assert await pushes(stage, order_id, "push-relay", mei) == []


async def test_a_customer_can_be_told_too_and_nobody_but_an_admin_tells(stage: Stage) -> None:
    order_id, mei, ana = await claimed(stage)
    await (await stage.admin()).write(f"/tell {order_id} customer is a bowl fine too?")
    (sent,) = await pushes(stage, order_id, "push-team-writes")
    assert sent["chat_id"] == mei.id
    for somebody in (mei, ana):
        await somebody.write(f"/tell {order_id} runner hello")
        assert "not yours to do" in await somebody.text()
    assert len(await pushes(stage, order_id, "push-team-writes")) == 1


async def test_however_much_the_desk_writes_the_runners_arrival_still_rings(stage: Stage) -> None:
    order_id, mei, ana = await claimed(stage)
    sam = await stage.admin()
    for number in range(MOST_LOUD):
        await sam.write(f"/tell {order_id} customer word {number}")
    for tap in (Tap.BOUGHT_AS_ESTIMATED, Tap.PICKED_UP, Tap.HERE):
        await ana.tap(tap, order_id, 2)
    (arrived,) = await pushes(stage, order_id, "push-arrived", mei)
    assert not arrived["silent"]


async def test_tell_wants_an_order_a_side_and_words(stage: Stage) -> None:
    order_id, *_ = await claimed(stage)
    sam = await stage.admin()
    for typed in ("/tell", f"/tell {order_id}", f"/tell {order_id} runner", f"/tell {order_id} nobody hello"):
        await sam.write(typed)
        assert "Write the order's number" in await sam.text()
    await sam.write("/tell 999999 runner hello")
    assert "no such order" in await sam.text()
    assert await stage.rows(push, push.c.key == "push-team-writes", push.c.order_id == order_id) == []


async def test_a_reply_to_a_runners_question_answers_her_and_her_answer_comes_back(stage: Stage) -> None:
    order_id, _, ana = await claimed(stage)
    async with desk_of(stage) as desk:
        await ana.tap(Tap.ASK_ADMIN, order_id, 1800)
        asked = await _in_the_desk(desk, order_id, "push-above-limit")
        await reply(desk.sam, asked, "Take it, we ask Mei", desk.chat)
        assert "Ana reads it" in (await desk.sam.last(desk.chat))["text"]
        number = await push_of(stage, ana, order_id, "push-team-writes")
        await ana.write("thank you", reply_to=number)
        answered = await _in_the_desk(desk, order_id, "push-team-reads")
        await reply(desk.sam, answered, "You are welcome", desk.chat)
        said = [row["args"]["words"] for row in await pushes(stage, order_id, "push-team-writes", ana)]
        assert said == ["Take it, we ask Mei", "You are welcome"]


async def test_the_admin_chat_answers_help_and_unknown_commands_and_leaves_talk_alone(stage: Stage) -> None:
    async with desk_of(stage) as desk:
        for typed in ("/help", "/banana 12"):
            await desk.sam.write(typed, desk.chat)
            said = (await desk.sam.last(desk.chat))["text"]
            assert "/board" in said
            assert ("don't know that command" in said) is (typed != "/help")
        before = len(await desk.sam.messages(desk.chat))
        await desk.sam.write("anybody hungry?", desk.chat)
        assert len(await desk.sam.messages(desk.chat)) == before + 1, "people talk to each other there"


async def _in_the_desk(desk: Desk, order_id: int, key: str) -> int:
    """The message of the newest push of this kind in the admin chat, as a worker would have sent it."""
    await desk.sam.write("/stuck", desk.chat)
    number = int((await desk.sam.last(desk.chat))["message_id"])
    found = await pushes(desk.stage, order_id, key)
    await desk.stage.change(push, push.c.id == found[-1]["id"], message_id=number, status="sent", due_at=None)
    return number
