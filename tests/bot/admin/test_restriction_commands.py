"""/bar, /limit, /unbar and /restrictions: what an admin writes, is asked and reads, and what the person reads."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.admin.people.restriction_parsing import parse_restriction
from domain.campuses.tables import campus, membership
from domain.messaging.buttons import Tap
from domain.messaging.tables import notification
from domain.restrictions.model import RestrictionKind, RestrictionReason
from domain.restrictions.tables import restriction
from domain.words import say
from tests.stack.bot_stack import SOUTH, BotStack, BotUser, Json
from tests.stack.delivered_order_setup import AdminChat
from tests.stack.order_setup import open_order

NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)
BAR, LIMIT = RestrictionKind.BAR, RestrictionKind.LIMIT


@pytest.mark.parametrize(
    ("kind", "typed", "missing"),
    [
        (BAR, "", ("duration", "reason", "note")),
        (BAR, "7d", ("reason", "note")),
        (BAR, "money 7d", ("note",)),
        (BAR, "seven days for money", ("duration", "reason")),
        (BAR, "money 0d why", ("duration",)),
        (BAR, "money 9999w why", ("duration",)),
        (LIMIT, "7d money why", ("amount",)),
        (LIMIT, "7d money 0.00 why", ("amount",)),
        (LIMIT, "7d money 0open why", ("amount",)),
        (LIMIT, "7d money 20.00", ("note",)),
    ],
)
def test_what_is_missing_is_named(kind: RestrictionKind, typed: str, missing: tuple[str, ...]) -> None:
    parsed = parse_restriction(kind, typed, currency="sgd", now=NOON)
    assert (parsed.terms, parsed.missing) == (None, missing)


@pytest.mark.parametrize(
    ("typed", "until", "daily_sum", "open_orders", "note"),
    [
        ("7d money 20 late", NOON + timedelta(days=7), 2_000, None, "late"),
        ("money 12h S$20.50/day 1open 3 disputes", NOON + timedelta(hours=12), 2_050, 1, "3 disputes"),
        ("forever 2open money why 7d", None, None, 2, "why 7d"),
    ],
)
def test_terms_are_read_in_any_order_before_the_words(
    typed: str, until: datetime | None, daily_sum: int | None, open_orders: int | None, note: str
) -> None:
    terms = parse_restriction(LIMIT, typed, currency="sgd", now=NOON).terms
    assert terms is not None
    assert (terms.reason, terms.until) == (RestrictionReason.MONEY, until)
    assert (terms.daily_sum, terms.open_orders, terms.note) == (daily_sum, open_orders, note)


async def told(stack: BotStack, one: BotUser) -> list[str]:
    """What the person was told about restrictions, oldest first."""
    rows = await stack.rows(notification, notification.c.chat_id == one.id)
    return [say("en", row["key"], **row["args"]) for row in rows if row["name"].startswith("restriction:")]


async def test_an_admin_bars_a_customer_after_a_yes_and_lets_them_back(
    stack: BotStack, sam: BotUser, mei: BotUser
) -> None:
    assert "This is missing" in await sam.answer_to(f"/bar {mei.id} 7d")
    asked = await sam.answer_to(f"/bar {mei.id} 7d money two disputed payments")
    assert f"Bar Mei ({mei.id}) from ordering and delivering until" in asked
    assert await sam.labels() == ["Leave it as it is", "Yes, bar"]
    assert await told(stack, mei) == []
    assert f"Mei ({mei.id}) is barred until" in await sam.screen_after("Yes, bar")
    (said,) = await told(stack, mei)
    assert "because of payments" in said
    assert "two disputed" not in said, "the note is for admins alone"
    assert "You can't order or take jobs until" in (await mei.tap(Tap.ORDER_FOOD, 0, 1))["text"]
    await sam.write("/restrictions")
    assert f"Mei ({mei.id}) · barred until" in await sam.text()
    await sam.tap(Tap.UNBAR, mei.id, 1)
    assert f"It completes /unbar {mei.id}" in await sam.text()
    assert "has been told that one restriction is lifted" in await sam.answer_to(f"/unbar {mei.id} it was the bank")
    assert "It is over" in (await told(stack, mei))[1]
    assert not (await mei.tap(Tap.ORDER_FOOD, 0, 1))["text"], "a refusal is said in the small window"
    assert "barred" not in await mei.text()


async def test_a_barred_runner_reads_why_in_the_group_and_claims_nothing(
    stack: BotStack, sam: BotUser, ana: BotUser
) -> None:
    order_id, _ = await open_order(stack)
    await sam.write(f"/bar {ana.id} forever conduct shouts at people")
    await sam.press("Yes, bar")
    said = (await ana.tap(Tap.CLAIM, order_id, 1))["text"]
    assert said == (
        "You can't order or take jobs for now: the team of North decided so because of how people were treated. "
        "If that is wrong, talk to them."
    )


async def test_whom_it_is_about_is_a_number_a_name_an_order_or_the_message_replied_to(
    stack: BotStack, sam: BotUser, admin_chat: AdminChat
) -> None:
    order_id, mei = await open_order(stack)
    await sam.write(f"/limit #{order_id} 30d money 20.00 1open two disputes")
    assert "At most S$20.00 in 24 hours. At most 1 open at the same time." in await sam.text()
    await sam.press("Yes, limit")
    (made,) = await stack.rows(restriction, restriction.c.person_id == mei.id)
    assert (made["status"], made["daily_sum"], made["open_orders"]) == ("active", 2_000, 1)
    assert "Nobody here has this number or name" in await sam.answer_to("/bar @nobody_here 7d money why")
    assert "Nobody here has this number or name" in await sam.answer_to("/bar 999999999 7d money why")
    assert "Write who, how long" in await sam.answer_to("/bar")
    assert f"It completes /unbar {mei.id}" in await sam.answer_to(f"/unbar {mei.id}")
    await admin_chat.write("/board")
    number = (await admin_chat.sam.last_message(admin_chat.chat))["message_id"]
    row = {"campus_id": stack.campuses["north"], "name": f"alert of {order_id}", "chat_id": admin_chat.chat}
    await stack.insert(
        notification, **row, key="notification-stuck", order_id=order_id, message_id=number, status="sent"
    )
    await admin_chat.write("/bar 7d money once more", reply_to=number)
    assert f"Bar Mei ({mei.id})" in await admin_chat.text()


SOUTH_CHAT = -1_000_900_001


async def add_southerner(stack: BotStack, one: BotUser, **columns: Json) -> BotUser:
    """The person at the bot of south, where they have these columns of a membership."""
    there = BotUser(id=one.id, stack=stack, bot=SOUTH)
    await there.write("/start")
    here = (membership.c.person_id == one.id, membership.c.campus_id == stack.campuses["south"])
    await stack.update_rows(membership, *here, **({"admitted": True} | columns))
    return there


async def told_in_south(stack: BotStack) -> list[str]:
    rows = await stack.rows(notification, notification.c.chat_id == SOUTH_CHAT)
    return [say("en", row["key"], **row["args"]) for row in rows]


async def test_another_campus_reads_of_a_bar_for_money_lists_it_and_lifts_it_there_alone(
    stack: BotStack, sam: BotUser, mei: BotUser
) -> None:
    await stack.update_rows(campus, campus.c.id == stack.campuses["south"], admin_chat=SOUTH_CHAT)
    southern = await add_southerner(stack, mei)
    zoe = await add_southerner(stack, await stack.add_person("Zoe"), is_admin=True)
    await sam.write(f"/bar {mei.id} forever money two disputed payments")
    await sam.press("Yes, bar")
    (said,) = [each for each in await told_in_south(stack) if str(mei.id) in each]
    assert f"({mei.id}) orders nothing and takes no jobs here either until that ends." in said
    assert "The team of North decided so because of money" in said
    assert "two disputed payments" in said
    assert f"/unbar {mei.id} why" in said
    assert "can't order" in (await southern.tap(Tap.ORDER_FOOD, 0, 1))["text"]
    assert len([each for each in await told_in_south(stack) if str(mei.id) in each]) == 1, "told once"
    listed = await zoe.answer_to("/restrictions")
    assert "barred without an end · money, everywhere, decided at North" in listed
    answer = await zoe.answer_to(f"/unbar {mei.id} we know them")
    assert "What another campus decided is lifted here alone, and its team reads your words." in answer
    assert (await told(stack, mei))[-1].startswith("▶️ <b>It is over at South.</b>")
    assert "can't order" not in ((await southern.tap(Tap.ORDER_FOOD, 0, 1))["text"] or "")
    assert "can't order" in (await mei.tap(Tap.ORDER_FOOD, 0, 1))["text"]
    assert "money, everywhere, but not at South" in await sam.answer_to("/restrictions")
