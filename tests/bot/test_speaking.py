"""Saying it: Telegram asks to wait, is broken, or will not; none of that undoes what was committed."""

from domain.buttons import Tap
from domain.store.schema import campus, draft, membership, telegram_update
from tests.bot.flood import FIRST_UPDATE
from tests.bot.founding import NORTH
from tests.bot.stage import Stage


async def test_a_request_to_wait_is_respected_and_the_words_come(stage: Stage) -> None:
    mei = await stage.somebody()
    await stage.sim("faults", kind="status", method="sendMessage", retry_after=1, chat=mei.id)
    await mei.write("/orders")
    assert "not ordered anything" in await mei.text()


async def test_a_broken_connection_does_not_swallow_a_menu(stage: Stage) -> None:
    mei = await stage.somebody()
    await stage.sim("faults", kind="reset", method="sendMessage", chat=mei.id)
    await stage.sim("faults", kind="status", method="sendMessage", status=502, chat=mei.id)
    await mei.write("/orders")
    assert "not ordered anything" in await mei.text()


async def test_an_unanswerable_tap_has_its_effect_all_the_same(stage: Stage) -> None:
    mei = await stage.somebody()
    await mei.press("🍜")
    message = await mei.last()
    await stage.sim("faults", kind="status", method="answerCallbackQuery", status=400, description="Bad Request: no")
    koufu = next(label for label in await mei.labels() if label.startswith("Koufu"))
    await stage.sim("taps", from_=mei.id, chat=mei.chat, message_id=message["message_id"], label=koufu)
    await stage.quiet()
    (basket,) = await stage.rows(draft, draft.c.person_id == mei.id)
    assert basket["store_name"] == "Koufu"
    assert "what would you like" in await mei.text()


async def test_a_tap_that_is_too_old_to_answer_is_no_trouble(stage: Stage) -> None:
    mei = await stage.somebody()
    query = {
        "id": "1",
        "from": {"id": mei.id, "is_bot": False, "first_name": "Mei", "language_code": "en"},
        "chat_instance": "1",
        "data": "v1:my_orders:0:0",
    }
    await stage.sim("updates", bot=NORTH[2], update={"callback_query": query})
    await stage.quiet()
    assert "not ordered anything" in await mei.text()


async def test_a_menu_that_can_not_be_edited_comes_anew(stage: Stage) -> None:
    mei = await stage.somebody()
    before = len(await mei.messages())
    deleted = "Bad Request: message to edit not found"
    await stage.sim("faults", kind="status", method="editMessageText", status=400, description=deleted, chat=mei.id)
    await mei.press("🧾")
    assert len(await mei.messages()) == before + 1
    assert "not ordered anything" in await mei.text()


async def test_the_same_menu_twice_is_no_trouble(stage: Stage) -> None:
    mei = await stage.somebody()
    before = await mei.messages()
    answer = await mei.tap(Tap.HOME, version=1)
    assert answer["text"] is None
    assert await mei.messages() == before


async def test_one_who_blocked_the_bot_is_unreachable_until_she_writes(stage: Stage) -> None:
    mei = await stage.somebody()
    await stage.sim("block", user=mei.id, bot=NORTH[2])
    await stage.quiet()
    assert [row["reachable"] for row in await stage.rows(membership, membership.c.person_id == mei.id)] == [False]
    await stage.sim("unblock", user=mei.id, bot=NORTH[2])
    await mei.write("/start")
    assert [row["reachable"] for row in await stage.rows(membership, membership.c.person_id == mei.id)] == [True]


async def test_a_group_that_becomes_a_supergroup_stays_bound(stage: Stage) -> None:
    sam, before = await stage.admin(), stage.groups["north"]
    made = await stage.sim("groups", title="Small", members=[sam.id], bots=[NORTH[2]], type="group")
    await sam.write("/bind admin", made["id"])
    moved = await stage.sim("migrate", chat=made["id"])
    await stage.quiet()
    (row,) = await stage.rows(campus, campus.c.id == stage.campuses["north"])
    assert (row["admin_chat"], row["runner_group"]) == (moved["id"], before)


async def test_every_update_is_settled(stage: Stage) -> None:
    await stage.somebody()
    served = telegram_update.c.campus_id.in_([stage.campuses["north"], stage.campuses["south"]])
    unhandled = await stage.rows(telegram_update, served, telegram_update.c.handled_at.is_(None))
    assert [row for row in unhandled if not row["parked"]] == []
    assert [row for row in unhandled if row["update_id"] < FIRST_UPDATE] == [], "only wild ones may be poison"
