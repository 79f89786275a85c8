"""Disputes: what is owed is frozen, the money stands in suspense, and only a bank's word or an admin's ends that."""

import pytest

from domain.errors import NotAllowed, OrderDisputed, Stale
from domain.order import Bearer, Order
from domain.people import Member
from domain.store.use_cases import refunding, running
from tests.town import Town
from tests.workers.refunding import booked, completed, dispute, give_back, hear, refund_rows
from tests.workers.scenes import new_admin
from workers.reconciling.movements import compare

FEE, DISPUTE_FEE = 88, 1500  # Stripe's, for a charge of 11.30 and for a dispute


async def frozen(town: Town, order: Order) -> tuple[str, bool]:
    """(status, frozen) of what is owed for the order."""
    ((status, is_frozen),) = await town.rows("SELECT status, frozen FROM payable WHERE order_id = :id", id=order.id)
    return status, is_frozen


async def become_ready(town: Town, runner: Member) -> None:
    """Her pay-out account is set up; everything that may be sent is sent."""
    async with town.database() as work:
        await running.set_up_payout(work, town.campus, runner)
    await town.drive()
    await town.control(f"onboard/{(await town.known(runner.person_id)).stripe_account}", finish=True)
    await town.hurry()


async def test_44_a_dispute_freezes_what_is_owed_and_puts_the_money_in_suspense(shared_town: Town) -> None:
    """Facts 44; the admins get the order's times, once."""
    town = shared_town
    runner = await town.member(runner=True, ready=False, card=None)
    order = await completed(town, runner)
    await dispute(town, order, reason="fraudulent")
    assert await frozen(town, order) == ("open", True)
    lines = await booked(town, order)
    assert (lines["dispute_suspense"], lines["stripe_fees"]) == (1130, FEE + DISPUTE_FEE)
    (told,) = await town.rows("SELECT args FROM push WHERE key = 'push-dispute' AND order_id = :id", id=order.id)
    assert told.args["reason"] == "fraudulent"
    assert "-" not in [told.args[name] for name in ("placed", "bought", "delivered", "by")]
    assert told.args["proof"] == "pin"
    await become_ready(town, runner)
    assert await frozen(town, order) == ("open", True)
    assert await town.transfers(order.id) == []
    with pytest.raises(OrderDisputed):
        await give_back(town, order, 100)
    assert await refund_rows(town, order) == []


async def test_44_a_dispute_that_is_won_gives_all_back_and_pays_the_runner_once(shared_town: Town) -> None:
    town = shared_town
    runner = await town.member(runner=True, ready=False, card=None)
    order = await completed(town, runner)
    before = await booked(town, order)
    await dispute(town, order)
    await become_ready(town, runner)
    await dispute(town, order, outcome="won")
    assert await frozen(town, order) == ("paid", False)
    assert [one["amount"] for one in await town.transfers(order.id)] == [1030]
    after = await booked(town, order)
    assert "dispute_suspense" not in after
    assert after["stripe_balance"] == before["stripe_balance"] - DISPUTE_FEE - 1030
    assert (await town.told(order, town.campus.admin_chat)).count("push-dispute-won") == 1
    await give_back(town, order, 100, Bearer.RUNNER)
    await town.drive()
    assert await refund_rows(town, order) == [("succeeded", 100, 100)]


async def test_44_a_dispute_that_is_lost_is_our_loss_until_an_admin_decides_about_the_runner(shared_town: Town) -> None:
    town = shared_town
    runner = await town.member(runner=True, ready=False, card=None)
    order = await completed(town, runner)
    await dispute(town, order)
    await dispute(town, order, outcome="lost")
    await become_ready(town, runner)
    assert await frozen(town, order) == ("open", True)
    lines = await booked(town, order)
    assert lines["dispute_losses"] == 1130
    assert "dispute_suspense" not in lines
    with pytest.raises(OrderDisputed):
        await give_back(town, order, 100)
    async with town.database() as work:
        with pytest.raises(NotAllowed):
            await refunding.pay_anyway(work, town.campus, await town.known(runner.person_id), order.id)
    admin = await new_admin(town)
    async with town.database() as work:
        await refunding.pay_anyway(work, town.campus, admin, order.id)
    await town.drive()
    assert await frozen(town, order) == ("paid", False)
    assert len(await town.transfers(order.id)) == 1
    async with town.database() as work:
        with pytest.raises(Stale):
            await refunding.pay_anyway(work, town.campus, admin, order.id)


async def test_a_dispute_after_the_runner_was_paid_takes_nothing_from_her(shared_town: Town) -> None:
    town = shared_town
    order = await completed(town, await town.member(runner=True, card=None))
    await dispute(town, order)
    await dispute(town, order, outcome="lost")
    assert (await frozen(town, order))[0] == "paid"
    assert [one["amount_reversed"] for one in await town.transfers(order.id)] == [0]


async def test_the_daily_comparison_finds_each_movement_of_a_dispute_booked(shared_town: Town) -> None:
    """It moves money twice under one name: away with the fee, and back."""
    town = shared_town
    order = await completed(town, await town.member(runner=True, ready=False, card=None))
    await dispute(town, order)
    found = await dispute(town, order, outcome="won")
    moved = [one for one in await town.look("objects", kind="balance_transaction") if one["source"] == found["id"]]
    assert [one["net"] for one in moved] == [-1130 - DISPUTE_FEE, 1130]
    async with town.database() as work:
        assert [await compare(work, one) for one in moved] == [None, None]
        wrong = await compare(work, {**moved[0], "net": -1})
    assert wrong is not None


async def test_a_dispute_of_nothing_we_know_changes_nothing(shared_town: Town) -> None:
    """A forged or foreign event leads to no saga, and one that lies about the outcome only to a look."""
    town = shared_town
    order = await completed(town, await town.member(runner=True, card=None))
    await hear(town, "evt_foreign", {"object": "dispute", "id": "du_0", "payment_intent": "pi_0", "charge": "ch_0"})
    opened = await dispute(town, order)
    await hear(town, "evt_lie", {**opened, "status": "won"})
    assert (await frozen(town, order))[1]
    assert await town.rows("SELECT status FROM dispute WHERE order_id = :id", id=order.id) == [("open",)]


async def test_a_dispute_that_is_won_frees_nothing_while_a_bank_kept_another_part(shared_town: Town) -> None:
    town = shared_town
    runner = await town.member(runner=True, ready=False, card=None)
    order = await completed(town, runner)
    await other_dispute(town, order, "lost")
    await dispute(town, order)
    await become_ready(town, runner)
    await dispute(town, order, outcome="won")
    await town.drive()
    assert await frozen(town, order) == ("open", True)
    assert await town.transfers(order.id) == []
    assert "push-dispute-won-kept" in await town.told(order, town.campus.admin_chat)
    await other_dispute(town, order, "open")
    with pytest.raises(OrderDisputed):
        await pay_anyway(town, order)
    await town.sql("DELETE FROM dispute WHERE order_id = :id AND status = 'open'", id=order.id)
    await pay_anyway(town, order)
    await town.drive()
    assert len(await town.transfers(order.id)) == 1


async def other_dispute(town: Town, order: Order, status: str) -> None:
    """A bank's dispute of another part of the same payment; the stand-in knows one at a time."""
    await town.sql(
        "INSERT INTO dispute (campus_id, order_id, dispute, reason, status, amount, currency)"
        " VALUES (:campus, :order, :name, 'fraudulent', :status, 100, 'sgd')",
        campus=town.campus.id,
        order=order.id,
        name=f"dp_{status}_{order.id}",
        status=status,
    )


async def pay_anyway(town: Town, order: Order) -> None:
    """An admin's [Pay the runner]."""
    async with town.database() as work:
        await refunding.pay_anyway(work, town.campus, await new_admin(town), order.id)


async def test_the_towns_books_are_right_after_all_this(shared_town: Town) -> None:
    assert await shared_town.breaches() == []
