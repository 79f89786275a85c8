"""What a runner owes for a refund is kept of what she earns later: once, never below nothing, and told."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from domain.order import Bearer, Order
from domain.people import Member
from domain.store.earnings import Earnings, earnings_of
from domain.store.money import payable_of
from domain.store.progress import start_saga
from domain.store.steps.money import payout_start
from domain.store.use_cases import refunding
from tests.audits import broken, read_modes
from tests.town import Town
from tests.workers.refunding import booked, completed, give_back, hear, late_answer
from tests.workers.scenes import new_admin


async def in_debt(town: Town, amount: int | None = 300, *, card: str = "pm_card_visa") -> tuple[Member, Order]:
    """A runner who cashed out, and owes this much (minor units) of a refund that she bears."""
    runner = await town.member(runner=True, card=None)
    order = await completed(town, runner, card=card)
    await owe(town, runner, order, amount)
    return runner, order


async def owe(town: Town, runner: Member, order: Order, amount: int | None) -> None:
    await town.control(f"accounts/{runner.stripe_account}", pay_out=True)
    await give_back(town, order, amount, Bearer.RUNNER)
    await town.drive()


async def debt_of(town: Town, order: Order) -> tuple[str, int, int]:
    """(status, amount, netted)."""
    ((status, amount, netted),) = await town.rows(
        "SELECT status, amount, netted FROM debt WHERE order_id = :id", id=order.id
    )
    return status, amount, netted


async def paid_of(town: Town, order: Order) -> tuple[str, int, int]:
    """(status, netted, sent) of what the runner is owed."""
    ((status, netted, sent),) = await town.rows(
        "SELECT status, netted, sent FROM payable WHERE order_id = :id", id=order.id
    )
    return status, netted, sent


async def sent_for(town: Town, order: Order) -> list[int]:
    return [one["amount"] - one["amount_reversed"] for one in await town.transfers(order.id)]


async def figures(town: Town, runner: Member) -> Earnings:
    async with town.database() as work:
        return await earnings_of(work, town.campus.id, runner.person_id)


async def test_41_a_debt_is_kept_of_the_next_pay_out(shared_town: Town) -> None:
    """Facts 41: a receivable of the runner, netted against later earnings."""
    town = shared_town
    runner, owing = await in_debt(town)
    assert (await figures(town, runner)).owes == 300
    order = await completed(town, runner)
    assert await sent_for(town, order) == [730]
    assert await paid_of(town, order) == ("paid", 300, 730)
    assert await debt_of(town, owing) == ("netted", 300, 300)
    assert (await booked(town, order))["runner_debt"] == -300
    assert "push-paid-less" in await town.told(order, runner.person_id)
    seen = await figures(town, runner)
    assert (seen.earned + seen.reimbursed, seen.sent, seen.waiting) == (2060, 1760, 0)
    assert (seen.netted, seen.owes) == (300, 0)
    later = await completed(town, runner)
    assert await sent_for(town, later) == [1030], "it is kept once"
    async with town.database() as work:
        assert all(one.order_id != owing.id for one in await refunding.debts(work, town.campus, await new_admin(town)))
    assert await town.breaches() == []


async def test_more_debt_than_pay_sends_nothing_and_leaves_the_rest_owed(shared_town: Town) -> None:
    town = shared_town
    runner, first = await in_debt(town, 1130)
    second = await completed(town, runner)
    assert (await debt_of(town, first), await sent_for(town, second)) == (("netted", 1030, 1030), [])
    assert await paid_of(town, second) == ("annulled", 1030, 0)
    assert (await town.saga(second, "pay_out_runner")).status == "done"
    assert "push-netted" in await town.told(second, runner.person_id)
    assert "push-paid" not in await town.told(second, runner.person_id)
    assert await town.breaches() == []


async def test_several_debts_are_paid_oldest_first_and_never_below_nothing(shared_town: Town) -> None:
    town = shared_town
    runner = await town.member(runner=True, card=None)
    orders = [await completed(town, runner) for _ in range(2)]
    for order, amount in zip(orders, (900, 400), strict=True):
        await owe(town, runner, order, amount)
    third = await completed(town, runner)
    assert await paid_of(town, third) == ("annulled", 1030, 0)
    assert [await debt_of(town, order) for order in orders] == [("netted", 900, 900), ("open", 400, 130)]
    assert (await figures(town, runner)).owes == 270
    fourth = await completed(town, runner)
    assert await sent_for(town, fourth) == [760]
    assert await debt_of(town, orders[1]) == ("netted", 400, 400)
    assert await town.breaches() == []


async def test_two_pay_outs_that_race_for_one_debt_keep_it_once(shared_town: Town) -> None:
    town = shared_town
    runner, owing = await in_debt(town)
    await town.sql("UPDATE person SET payouts_ready = false WHERE id = :id", id=runner.person_id)
    orders = [await completed(town, runner) for _ in range(2)]

    async def pay(order: Order) -> None:
        async with town.database() as work:
            owed = await payable_of(work, order.id)
            assert owed is not None
            await start_saga(work, payout_start(owed))

    await asyncio.gather(*(pay(order) for order in orders))
    await town.drive()
    assert sorted([*await sent_for(town, orders[0]), *await sent_for(town, orders[1])]) == [730, 1030]
    assert await debt_of(town, owing) == ("netted", 300, 300)
    assert await town.breaches() == []


async def test_what_was_kept_is_owed_again_when_the_refund_fails(shared_town: Town) -> None:
    """Void: the refund it came from came back, so nothing of it is hers to bear."""
    town = shared_town
    runner, owing = await in_debt(town, card="pm_card_refundFail")
    order, other = await completed(town, runner), await completed(town, runner)
    assert await sent_for(town, order) == [730]
    for number in range(2):
        await hear(town, f"evt_failed_{owing.id}_{number}", await late_answer(town, owing))
    assert (await debt_of(town, owing))[0] == "void"
    assert await sent_for(town, order) == [730, 300]
    assert await paid_of(town, order) == ("paid", 0, 1030)
    assert await sent_for(town, other) == [1030]
    assert (await figures(town, runner)).netted == 0
    assert await town.breaches() == []


async def test_a_fully_kept_pay_out_is_sent_after_all_when_the_refund_fails(shared_town: Town) -> None:
    town = shared_town
    runner, owing = await in_debt(town, 1130, card="pm_card_refundFail")
    order = await completed(town, runner)
    assert await sent_for(town, order) == []
    await hear(town, f"evt_failed_{owing.id}", await late_answer(town, owing))
    assert await sent_for(town, order) == [1030]
    assert await town.breaches() == []


@pytest.mark.parametrize("fails", [False, True], ids=["the refund stays", "the refund fails later"])
async def test_only_what_is_left_of_a_debt_is_let_go(shared_town: Town, fails: bool) -> None:
    town = shared_town
    runner = await town.member(runner=True, card=None)
    card = "pm_card_refundFail" if fails else "pm_card_visa"
    orders = [await completed(town, runner, card=card) for _ in range(2)]
    for order, amount in zip(orders, (900, 400), strict=True):
        await owe(town, runner, order, amount)
    await completed(town, runner)
    async with town.database() as work:
        ((number,),) = await town.rows("SELECT id FROM debt WHERE order_id = :id", id=orders[1].id)
        await refunding.let_go(work, town.campus, await new_admin(town), number)
    assert await debt_of(town, orders[1]) == ("let_go", 400, 130)
    assert (await booked(town, orders[1]))["refunds_borne"] == 270
    if fails:
        for order in orders:
            await hear(town, f"evt_failed_{order.id}", await late_answer(town, order))
        assert (await figures(town, runner)).netted == 0
    assert await town.breaches() == []


async def test_a_refused_pay_out_keeps_what_was_kept_and_keeps_it_once(shared_town: Town) -> None:
    town = shared_town
    runner, owing = await in_debt(town)
    await town.fault("POST /v1/transfers", "status", status=400, code="balance_insufficient")
    order = await completed(town, runner)
    assert await paid_of(town, order) == ("open", 300, 0)
    assert await town.breaches() == []
    async with town.database() as work:
        owed = await payable_of(work, order.id)
        assert owed is not None
        await start_saga(work, payout_start(owed))
    await town.drive()
    assert await sent_for(town, order) == [730]
    assert await debt_of(town, owing) == ("netted", 300, 300)


async def test_nothing_is_kept_of_a_pay_out_that_a_dispute_keeps(shared_town: Town) -> None:
    town = shared_town
    runner, owing = await in_debt(town)
    await town.sql("UPDATE person SET payouts_ready = false WHERE id = :id", id=runner.person_id)
    order = await completed(town, runner)
    await town.sql("UPDATE payable SET frozen = true WHERE order_id = :id", id=order.id)
    with pytest.raises(LookupError):
        async with town.database() as work:
            owed = await payable_of(work, order.id)
            assert owed is not None
            await start_saga(work, payout_start(owed))
    assert await debt_of(town, owing) == ("open", 300, 0)
    await town.sql("UPDATE payable SET frozen = false WHERE order_id = :id", id=order.id)


def bent(rows: Any, **changes: Any) -> Any:
    return [{**row, **{name: row[name] + more for name, more in changes.items()}} for row in rows]


@pytest.mark.parametrize(
    ("breach", "names"),
    [
        (lambda books: replace(books, nettings=[]), {"I5", "I9"}),
        (lambda books: replace(books, nettings=bent(books.nettings, amount=1)), {"I5"}),
        (lambda books: replace(books, payables=bent(books.payables, netted=1)), {"I3", "I5", "I6"}),
        (lambda books: replace(books, debts=bent(books.debts, netted=-1)), {"I5"}),
    ],
    ids=["kept for nothing", "kept more", "sent what was kept", "a debt paid twice"],
)
async def test_the_promises_see_what_was_kept_wrongly(town: Town, breach: Any, names: set[str]) -> None:
    runner, _ = await in_debt(town)
    await completed(town, runner)
    for mode, books in (await read_modes(town.database, town.workshop.stripe)).items():
        assert broken(breach(books)).keys() == names, mode
