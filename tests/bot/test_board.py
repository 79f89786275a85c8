"""The board, an order's acts with their reasons, and pausing: privately, and in the admin chat."""

from datetime import UTC, datetime, timedelta

import pytest

from domain.buttons import Tap
from domain.order import Bearer, OrderStatus
from domain.store.orders import find_order
from domain.store.schema import dialogue, draft, event, orders, payable, push
from domain.store.timers import set_timer
from domain.timers import TimerKind
from tests.bot.delivered import desk_of
from tests.bot.jobs import arrived, claimed, job, pushes
from tests.bot.stage import Somebody, Stage

MOST_PAGES = 20


async def find_on_board(sam: Somebody, order_id: int) -> str:
    """The board's text on the page where this order stands."""
    await sam.write("/board")
    for _ in range(MOST_PAGES):
        if any(label.startswith(f"#{order_id} ") for label in await sam.labels()):
            return await sam.text()
        await sam.press("▶")
    raise AssertionError(f"order {order_id} is on no page")


async def bought(stage: Stage) -> tuple[int, Somebody, Somebody]:
    """An order whose food is bought."""
    order_id, mei, ana = await claimed(stage)
    await ana.tap(Tap.BOUGHT_AS_ESTIMATED, order_id, 2)
    assert await stage.status(order_id) is OrderStatus.PLACED
    return order_id, mei, ana


async def test_the_board_shows_open_orders_by_state_and_late_ones_in_words(stage: Stage) -> None:
    sam, (waiting, _) = await stage.admin(), await job(stage)
    long_ago = datetime.now(UTC) - timedelta(minutes=10)
    await stage.change(orders, orders.c.id == waiting, created_at=long_ago)
    held, _, ana = await claimed(stage)
    text = await find_on_board(sam, waiting)
    assert "Looking for a runner" in text
    assert f"#{waiting} Koufu · Library, door · 10 min · ⚠ unclaimed since 10 min" in text
    text = await find_on_board(sam, held)
    assert f"#{held} Koufu · Ana · 0 min\n" in f"{text}\n", "in time"
    assert text.index("Taken") < text.index(f"#{held} ")
    await stage.change(orders, orders.c.id == held, accepted_at=long_ago)
    async with stage.work() as work:
        await set_timer(work, await find_order(work, stage.campuses["north"], held), TimerKind.SILENCE, work.now)
    assert (await sam.press("🔄"))["text"] == "This is how it is now."
    sam = (
        await stage.admin()
    )  # who has not used up her taps on turning pages; late orders stand higher, perhaps elsewhere
    text = await find_on_board(sam, held)
    assert f"#{held} Koufu · Ana · 10 min · ⚠ the runner was asked and does not answer" in text
    before = len(await sam.messages())
    await sam.press(f"#{held} ")
    assert f"#{held}: taken" in await sam.text()
    assert f"runner Ana ({ana.id})" in await sam.text()
    await sam.press("◀ Board")
    assert "Board" in await sam.text()
    assert len(await sam.messages()) == before, "one message, edited"


async def test_an_order_offers_an_admin_what_is_legal_now_and_nothing_else(stage: Stage) -> None:
    sam = await stage.admin()
    offered = []
    for made in (job, claimed, bought, arrived):
        order_id = (await made(stage))[0]
        await sam.write(f"/order {order_id}")
        offered.append([label for label in await sam.labels() if label.endswith("…")])
    after = ["Finish…", "Close…"]
    assert offered == [["Cancel…"], ["Cancel…", "Give back…"], after, after]
    answer = await sam.tap(Tap.ACT, order_id, 1)
    assert "not open for that" in answer["text"], "a button from before the purchase"


async def test_an_admin_finishes_after_a_screen_that_says_the_amounts_and_a_reason(stage: Stage) -> None:
    sam, (order_id, _, _) = await stage.admin(), await bought(stage)
    await sam.write(f"/order {order_id}")
    await sam.press("Finish…")
    text = await sam.text()
    assert "Mei is charged S$7.00, and Ana gets S$6.00" in text
    assert (await sam.labels())[0] == "Leave it as it is"
    await sam.press("Leave it")
    assert await stage.status(order_id) is OrderStatus.PLACED
    await sam.press("Finish…")
    await sam.press("Yes, handed over")
    await sam.press("Leave it")
    await sam.write("a line for nobody")
    assert await stage.status(order_id) is OrderStatus.PLACED, "who left the question answers it no more"
    await sam.write(f"/order {order_id}")
    await sam.press("Finish…")
    await sam.press("Yes, handed over")
    assert "Type one line" in await sam.text()
    await sam.write("x" * 201)
    assert "at most 200" in await sam.text()
    await sam.write("both  say so by phone")
    assert await stage.status(order_id) is OrderStatus.DELIVERED
    (row,) = await stage.rows(event, event.c.order_id == order_id, event.c.event == "finished_by_admin")
    assert (row["actor_id"], row["reason"], row["before"]) == (sam.id, "both say so by phone", "PLACED")
    await sam.write("and thanks")
    assert "did not understand" in await sam.text(), "a reason is asked once"


async def test_a_line_of_another_day_is_no_reason(stage: Stage) -> None:
    sam, (order_id, _, _) = await stage.admin(), await bought(stage)
    await sam.tap(Tap.ACT_SURE, order_id, 5)
    hers = dialogue.c.person_id == sam.id
    await stage.change(dialogue, hers, asked_at=datetime.now(UTC) - timedelta(hours=1))
    await sam.write("good morning")
    assert await stage.status(order_id) is OrderStatus.PLACED
    assert "did not understand" in await sam.text()


@pytest.mark.parametrize(
    ("label", "bearer", "told"),
    [
        ("We pay S$6.00", Bearer.PLATFORM, "push-closed-paid"),
        ("The runner bears it", Bearer.RUNNER, "push-closed-unpaid"),
    ],
)
async def test_an_admin_closes_and_says_who_bears_it(stage: Stage, label: str, bearer: Bearer, told: str) -> None:
    sam, (order_id, mei, ana) = await stage.admin(), await bought(stage)
    await sam.write(f"/order {order_id}")
    await sam.press("Close…")
    assert "Mei pays nothing" in await sam.text()
    assert (await sam.labels())[0] == "Leave it as it is"
    await sam.press(label)
    await sam.write("the bag fell into the river")
    row = await stage.order(order_id)
    assert (row["status"], row["end_reason"], row["borne_by"]) == ("CANCELLED", "closed", bearer)
    assert row["end_note"] == "the bag fell into the river"
    assert (await pushes(stage, order_id, "push-closed", mei))[0]["args"]["reason"] == "the bag fell into the river"
    assert len(await pushes(stage, order_id, told, ana)) == 1
    owed = await stage.rows(payable, payable.c.order_id == order_id)
    assert [(each["amount"], each["charge"]) for each in owed] == ([(600, None)] if bearer is Bearer.PLATFORM else [])


async def test_an_admin_gives_a_job_back_and_its_runner_reads_why(stage: Stage) -> None:
    sam, (order_id, _, ana) = await stage.admin(), await claimed(stage)
    await sam.write(f"/order {order_id}")
    await sam.press("Give back…")
    await sam.press("Yes, give back")
    await sam.write("her bike broke")
    assert await stage.status(order_id) is OrderStatus.CREATED
    (sent,) = await pushes(stage, order_id, "push-released-by-admin", ana)
    assert sent["args"]["reason"] == "her bike broke"


async def test_what_came_too_early_or_too_late_is_said_and_changes_nothing(stage: Stage) -> None:
    sam, (order_id, _, _) = await stage.admin(), await claimed(stage)
    for command in (f"/finish {order_id} now", f"/close {order_id} runner now"):
        await sam.write(command)
        assert "Nothing is bought for it yet" in await sam.text(), command
    assert await stage.status(order_id) is OrderStatus.ACCEPTED
    other, _, _ = await bought(stage)
    for command in (f"/cancel {other} now", f"/release {other} now"):
        await sam.write(command)
        assert "bought already" in await sam.text(), command
    for command in ("/close", f"/close {other} customer no", f"/close {other} runner", f"/close {other} platform "):
        await sam.write(command)
        assert "/close 12 platform" in await sam.text(), command
    assert await stage.status(other) is OrderStatus.PLACED


async def test_an_admin_ends_no_purchase_of_her_own(stage: Stage) -> None:
    order_id, mei, ana = await bought(stage)
    for one in (mei, ana):
        admin = await stage.admin()
        column = "customer_id" if one is mei else "runner_id"
        await stage.change(orders, orders.c.id == order_id, **{column: admin.id})
        await admin.write(f"/close {order_id} platform pay me")
        assert "not yours" in await admin.text()
        await admin.write(f"/order {order_id}")
        assert "Close…" not in await admin.labels()
        await stage.change(orders, orders.c.id == order_id, **{column: one.id})
    assert await stage.status(order_id) is OrderStatus.PLACED


async def test_in_the_admin_chat_the_reason_comes_with_the_command(stage: Stage) -> None:
    order_id, _, _ = await bought(stage)
    async with desk_of(stage) as desk:
        await desk.sam.write(f"/order {order_id}", desk.chat)
        await desk.sam.tap(Tap.ACT, order_id, 3, chat=desk.chat)
        said = await desk.sam.last(desk.chat)
        assert f"Write it here with the reason: /finish {order_id} reason" in said["text"]
        assert "out of date" in (await desk.sam.tap(Tap.ACT_SURE, order_id, 3, chat=desk.chat))["text"]
        await desk.sam.write("/board", desk.chat)
        assert "Board" in (await desk.sam.last(desk.chat))["text"]
        assert (await desk.sam.tap(Tap.BOARD, 0, 1, chat=desk.chat))["text"] == "This is how it is now."
        await desk.sam.write(f"/close {order_id} platform nobody there", desk.chat)
        assert "the runner gets S$6.00" in (await desk.sam.last(desk.chat))["text"]
    assert await stage.status(order_id) is OrderStatus.CANCELLED


async def test_a_pause_stops_new_orders_in_the_admins_words_and_keeps_baskets(stage: Stage) -> None:
    sam, mei, (order_id, _) = await stage.admin(), await stage.customer(), await job(stage)
    await mei.press("🍜")
    await mei.press("Koufu")
    await mei.press("Chicken rice")
    await sam.write("/pause fire drill until two")
    assert "Who wants to order reads: fire drill until two" in await sam.text()
    await mei.tap(Tap.HOME, version=1)
    assert "No new orders right now (fire drill until two)" in (await mei.press("🍜"))["text"]
    assert [row["items"] for row in await stage.rows(draft, draft.c.person_id == mei.id)] != [[]]
    await sam.write("/board")
    assert "paused (fire drill until two)" in await sam.text()
    ana = await stage.runner()
    assert "is yours" in (await ana.tap(Tap.CLAIM, order_id, 1))["text"], "open orders go on"
    await sam.write("/pause")
    assert "is told so" in await sam.text()
    assert "closed" in (await mei.press("🍜"))["text"]
    await sam.write("/resume")
    await sam.write("/resume")
    assert "nothing to resume" in await sam.text()
    await mei.press("🍜")
    assert "Where to?" in await mei.text(), "she goes on where she was"
    rows = await stage.rows(event, event.c.subject == "campus", event.c.actor_id == sam.id)
    assert [(row["event"], row["reason"]) for row in sorted(rows, key=lambda row: row["id"])] == [
        ("paused", "fire drill until two"),
        ("paused", None),
        ("resumed", None),
    ]


async def test_a_pay_out_for_lack_of_funds_is_sent_again_from_the_alert(stage: Stage) -> None:
    sam, (order_id, _, _) = await stage.admin(), await bought(stage)
    await sam.write(f"/close {order_id} platform nobody there")
    assert [row["status"] for row in await stage.rows(payable, payable.c.order_id == order_id)] == ["open"]
    await stage.change(payable, payable.c.order_id == order_id, refusal="balance_insufficient")
    await sam.write("/stuck")
    assert f"order {order_id}: S$6.00" in await sam.text()
    assert "sent again" in (await sam.press(f"Send #{order_id} again"))["text"]
    assert f"order {order_id}: S$6.00" not in await sam.text()
    assert [row["status"] for row in await stage.rows(payable, payable.c.order_id == order_id)] == ["sending"]
    assert "out of date" in (await sam.tap(Tap.PAY_AGAIN, order_id))["text"]
    assert await stage.rows(push, push.c.order_id == order_id, push.c.key == "push-payout-waits")
