"""What a customer who owes sees, what she cannot do, and how an admin lets it go."""

from sqlalchemy import insert

from domain.buttons import Tap
from domain.order import OrderEvent
from domain.store.events import SYSTEM
from domain.store.orders import move
from domain.store.schema import customer_debt, hold, membership, saga, saved_card
from domain.store.schema import draft as drafts
from tests.bot.delivered import delivered, desk_of
from tests.bot.stage import Json, Somebody, Stage


async def owing(stage: Stage) -> tuple[Somebody, Somebody, int, int]:
    """A customer who owes 7.30, her runner, the order, and the debt."""
    mei, ana, order_id = await delivered(stage)
    north = stage.campuses["north"]
    await stage.change(hold, hold.c.order_id == order_id, status="refused")
    about = {"campus_id": north, "order_id": order_id, "customer_id": mei.id, "amount": 730, "currency": "sgd"}
    async with stage.work() as work:
        await move(work, SYSTEM, north, order_id, OrderEvent.COMPLETED)
        owed = insert(customer_debt).values(about | {"refusal": "card_declined"}).returning(customer_debt.c.id)
        number = (await work.connection.execute(owed)).scalar_one()
    return mei, ana, order_id, int(number)


async def settling(stage: Stage, order_id: int) -> list[Json]:
    """The tries to pay it."""
    return await stage.rows(saga, saga.c.order_id == order_id, saga.c.kind == "settle_debt")


async def test_who_owes_is_told_so_wherever_she_would_order_with_the_way_out_below(stage: Stage) -> None:
    mei, _, order_id, number = await owing(stage)
    await mei.write("/start")
    for tap, subject in ((Tap.ORDER_FOOD, 0), (Tap.USUAL, order_id), (Tap.TRY_AGAIN, order_id)):
        said = await mei.tap(tap, subject, 1)
        assert f"First pay the S$7.30 you owe for order #{order_id}" in said["text"]
        assert (await mei.labels())[0] == "Pay S$7.30"
        assert "Home" in (await mei.labels())[1]
    await mei.press("Pay S$7.30")
    (row,) = await settling(stage, order_id)
    assert (row["person_id"], row["data"]["debt"]) == (mei.id, number)


async def test_a_basket_she_had_begun_is_kept_and_not_placed(stage: Stage) -> None:
    mei = await stage.customer()
    await mei.tap(Tap.HOME, version=1)
    for label in ("🍜", "Koufu", "Chicken rice", "That's all", "Library"):
        await mei.press(label)
    review, draft = (await mei.last())["message_id"], await stage.rows(drafts, drafts.c.person_id == mei.id)
    about = {"campus_id": stage.campuses["north"], "customer_id": mei.id, "amount": 730, "currency": "sgd"}
    _, _, order_id, _ = await owing(stage)
    await stage.change(customer_debt, customer_debt.c.order_id == order_id, **about)
    said = await mei.tap(Tap.PLACE, 800, draft[0]["version"], message_id=review)
    assert "First pay the S$7.30" in said["text"]
    assert (await mei.labels())[0] == "Pay S$7.30"
    assert await stage.rows(drafts, drafts.c.person_id == mei.id) == draft


async def test_me_says_what_is_owed_and_double_taps_ask_once(stage: Stage) -> None:
    mei, _, order_id, number = await owing(stage)
    await mei.write("/me")
    assert f"You owe S$7.30 for order #{order_id}." in await mei.text()
    first = await mei.press("Pay S$7.30")
    assert "we ask your bank" in first["text"]
    again = await mei.tap(Tap.PAY_DEBT, number, 1)
    assert "being asked about this just now" in again["text"]
    assert len(await settling(stage, order_id)) == 1


async def test_without_a_card_paying_begins_with_one(stage: Stage) -> None:
    mei, _, order_id, number = await owing(stage)
    async with stage.work() as work:
        await work.connection.execute(saved_card.delete().where(saved_card.c.person_id == mei.id))
    assert "no card saved" in (await mei.tap(Tap.PAY_DEBT, number))["text"]
    assert "coming in a moment" in (await mei.tap(Tap.PAY_DEBT, number))["text"]
    assert await settling(stage, order_id) == []
    assert len(await stage.rows(saga, saga.c.person_id == mei.id, saga.c.kind == "save_card")) == 1


async def test_forged_and_stale_taps_pay_nothing(stage: Stage) -> None:
    mei, ana, order_id, number = await owing(stage)
    assert "not yours" in (await ana.tap(Tap.PAY_DEBT, number))["text"]
    assert "out of date" in (await mei.tap(Tap.PAY_DEBT, 999_999))["text"]
    assert await settling(stage, order_id) == []


async def test_an_admin_sees_who_owes_and_lets_it_go_with_a_reason(stage: Stage) -> None:
    sam, (mei, _, order_id, number) = await stage.admin(), await owing(stage)
    await sam.write("/stuck")
    assert f"owes S$7.30 for order {order_id} (card_declined)" in await sam.text()
    await sam.press(f"Forgive #{order_id}")
    assert (await sam.labels())[0] == "Leave it as it is"
    assert (await stage.rows(customer_debt, customer_debt.c.id == number))[0]["status"] == "open"
    await sam.write("paid in cash at the desk")
    assert "is let go: we bear it" in await sam.text()
    (row,) = await stage.rows(customer_debt, customer_debt.c.id == number)
    assert (row["status"], row["ended_at"] is not None) == ("let_go", True)
    assert "out of date" in (await mei.tap(Tap.PAY_DEBT, number))["text"]
    await sam.write("/stuck")
    assert f"for order {order_id} (" not in await sam.text()
    await mei.tap(Tap.ORDER_FOOD, version=1)
    assert "First pay" not in await mei.text()


async def test_the_command_needs_a_reason_and_nobody_forgives_herself(stage: Stage) -> None:
    sam, (mei, _, order_id, number) = await stage.admin(), await owing(stage)
    await sam.write(f"/order {order_id}")
    assert f"Forgive #{order_id}…" in await sam.labels()
    await sam.write(f"/forgive {order_id}")
    assert "/forgive 12 paid in cash" in await sam.text()
    await stage.change(membership, membership.c.person_id == mei.id, is_admin=True)
    await mei.write(f"/forgive {order_id} because I am nice")
    assert "not yours" in await mei.text()
    assert (await stage.rows(customer_debt, customer_debt.c.id == number))[0]["status"] == "open"
    await sam.write(f"/forgive #{order_id} it was our fault")
    assert (await stage.rows(customer_debt, customer_debt.c.id == number))[0]["status"] == "let_go"
    await sam.write(f"/forgive {order_id} once more")
    assert "out of date" in await sam.text()


async def test_in_the_admin_chat_the_button_names_the_command(stage: Stage) -> None:
    _, _, order_id, _ = await owing(stage)
    async with desk_of(stage) as desk:
        await desk.sam.write("/stuck", chat=desk.chat)
        answer = await desk.sam.tap(Tap.FORGIVE, order_id, 1, chat=desk.chat)
    assert f"/forgive {order_id} reason" in answer["text"]
