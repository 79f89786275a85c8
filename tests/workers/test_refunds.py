"""Refunds: never more than was paid, borne by whom the admin says, sent once, and undone when they fail."""

import asyncio
from contextlib import suppress

import pytest

from domain.errors import CampusGError, NotAllowed, NothingToRefund, PayoutUnderWay, RefundOutOfRange
from domain.order import Bearer, Order
from domain.store.use_cases import running
from tests.town import Town
from tests.workers.refunding import (
    booked,
    completed,
    give_back,
    hear,
    late_answer,
    payable,
    refund_rows,
)
from tests.workers.scenes import new_admin, refunds_of
from workers.engine import run_saga

FEE = 88  # Stripe's for a charge of 11.30: 3.4 % and 50, which it keeps


async def test_a_part_goes_back_at_the_platforms_cost(shared_town: Town) -> None:
    town = shared_town
    runner = await town.member(runner=True, card=None)
    order = await completed(town, runner)
    await give_back(town, order, 200)
    await town.drive()
    (found,) = await refunds_of(town, order.id)
    assert (found["amount"], found["status"]) == (200, "succeeded")
    assert await refund_rows(town, order) == [("succeeded", 200, 0)]
    assert await payable(town, order) == ("paid", 0, 1030)
    lines = await booked(town, order)
    assert lines == {"stripe_balance": 100 - FEE - 200, "platform_revenue": -100, "refunds_borne": 200} | {
        "stripe_fees": FEE
    }
    assert (await town.told(order, order.customer_id))[-1] == "push-refunded"
    assert "push-refunded-runner" not in await town.told(order, runner.person_id)
    assert (await town.saga(order, "refund_order")).status == "done"


async def test_39_a_full_refund_before_the_transfer_leaves_nothing_to_send(shared_town: Town) -> None:
    """Facts 39: the platform gives back its fees, the runner her pay, which was not sent yet and never is."""
    town = shared_town
    runner = await town.member(runner=True, ready=False, card=None)
    order = await completed(town, runner)
    await give_back(town, order, None, Bearer.RUNNER)
    await town.drive()
    assert await refund_rows(town, order) == [("succeeded", 1130, 1030)]
    assert await payable(town, order) == ("annulled", 1030, 0)
    assert await booked(town, order) == {
        "stripe_balance": -FEE,
        "platform_revenue": -100,
        "refunds_borne": 100,
        "stripe_fees": FEE,
    }
    await town.give_account(runner.person_id)
    await town.hurry()
    assert await town.transfers(order.id) == []
    assert "push-refunded-runner" in await town.told(order, runner.person_id)
    with pytest.raises(NothingToRefund):
        await give_back(town, order, 1)


async def test_40_a_partial_refund_after_the_transfer_is_taken_back_from_the_runner(shared_town: Town) -> None:
    """Facts 40; and what the runner bears is never more than she has."""
    town = shared_town
    order = await completed(town, await town.member(runner=True, card=None))
    await give_back(town, order, 400, Bearer.RUNNER)
    await town.drive()
    (transfer,) = await town.transfers(order.id)
    assert transfer["amount_reversed"] == 400
    assert await payable(town, order) == ("paid", 400, 630)
    await give_back(town, order, None, Bearer.RUNNER)
    await town.drive()
    assert await refund_rows(town, order) == [("succeeded", 400, 400), ("succeeded", 730, 630)]
    assert await payable(town, order) == ("paid", 1030, 0)


async def test_41_a_refused_reversal_becomes_a_debt_the_admins_see(shared_town: Town) -> None:
    """Facts 41: her account is empty, so she owes it."""
    town = shared_town
    runner = await town.member(runner=True, card=None)
    order = await completed(town, runner)
    await town.control(f"accounts/{runner.stripe_account}", pay_out=True)
    await give_back(town, order, 300, Bearer.RUNNER)
    await town.drive()
    assert await payable(town, order) == ("paid", 0, 1030)
    assert await town.rows("SELECT status, amount FROM debt WHERE order_id = :id", id=order.id) == [("open", 300)]
    assert (await booked(town, order))["runner_debt"] == 300
    assert "push-debt" in await town.told(order, town.campus.admin_chat)
    assert (await town.saga(order, "refund_order")).status == "done"


async def test_42_a_refund_that_fails_later_is_as_if_it_never_was(shared_town: Town) -> None:
    """Facts 42: booked the other way, taken from the runner no more, and everybody is told; also when told twice."""
    town = shared_town
    runner = await town.member(runner=True, card=None)
    order = await completed(town, runner, card="pm_card_refundFail")
    before = await booked(town, order)
    await give_back(town, order, 400, Bearer.RUNNER)
    await town.drive()
    assert await payable(town, order) == ("paid", 400, 630)
    found = await late_answer(town, order)
    assert found["status"] == "failed"
    for number in range(2):
        await hear(town, f"evt_failed_{order.id}_{number}", found)
    assert await refund_rows(town, order) == [("failed", 400, 400)]
    assert await payable(town, order) == ("paid", 0, 1030)
    assert sum(one["amount"] - one["amount_reversed"] for one in await town.transfers(order.id)) == 1030
    assert await booked(town, order) == before
    assert (await town.told(order, order.customer_id)).count("push-refund-failed") == 1
    assert "push-refund-failed-admins" in await town.told(order, town.campus.admin_chat)
    assert (await town.told(order, runner.person_id)).count("push-paid") == 2
    await give_back(town, order, None)
    await town.drive()
    assert (await refund_rows(town, order))[1] == ("succeeded", 1130, 0), "it may be tried again"
    await town.control("clock", advance=61)
    await hear(town, f"evt_failed_{order.id}_again", (await refunds_of(town, order.id))[1])


async def test_42_a_failed_refund_voids_the_debt_it_made(shared_town: Town) -> None:
    town = shared_town
    runner = await town.member(runner=True, card=None)
    order = await completed(town, runner, card="pm_card_refundFail")
    before = await booked(town, order)
    await town.control(f"accounts/{runner.stripe_account}", pay_out=True)
    await give_back(town, order, 300, Bearer.RUNNER)
    await town.drive()
    await hear(town, f"evt_failed_{order.id}", await late_answer(town, order))
    assert await town.rows("SELECT status FROM debt WHERE order_id = :id", id=order.id) == [("void",)]
    assert await booked(town, order) == before
    assert len(await town.transfers(order.id)) == 1


async def test_a_pending_refund_is_watched_without_any_webhook(shared_town: Town) -> None:
    """Facts 36."""
    town = shared_town
    order = await completed(town, await town.member(runner=True, card=None), card="pm_card_pendingRefund")
    await give_back(town, order, 200)
    await town.drive()
    assert await refund_rows(town, order) == [("pending", 200, 0)]
    await town.control("clock", advance=61)
    await town.hurry()
    assert await refund_rows(town, order) == [("succeeded", 200, 0)]
    assert (await town.saga(order, "refund_order")).status == "done"


async def test_43_two_refunds_at_once_never_exceed_what_was_paid(shared_town: Town) -> None:
    """Facts 43: the order's lock lets one look after the other."""
    town = shared_town
    order = await completed(town, await town.member(runner=True, card=None))
    admins = [await new_admin(town) for _ in range(4)]

    async def tap(number: int) -> str:
        try:
            await give_back(town, order, 500, Bearer.RUNNER, admin=admins[number])
        except CampusGError as refusal:
            return refusal.key
        return "given"

    taps = await asyncio.gather(*(tap(number) for number in range(4)))
    assert sorted(taps) == ["error-refund-out-of-range"] * 2 + ["given"] * 2
    await town.drive()
    assert [one["amount"] for one in await refunds_of(town, order.id)] == [500, 500]
    assert await payable(town, order) == ("paid", 1000, 30)


async def test_a_refund_waits_until_the_runners_money_is_there(shared_town: Town) -> None:
    """While a transfer is in flight nobody knows whether there is something to keep or to take back."""
    town = shared_town
    order = await town.delivered(await town.member(runner=True, card=None))
    await run_saga(town.workshop, (await town.saga(order, "complete_order")).id)
    with pytest.raises(PayoutUnderWay):
        await give_back(town, order, 200, Bearer.RUNNER)
    await give_back(town, order, 200)
    await town.drive()
    assert await payable(town, order) == ("paid", 0, 1030)
    await give_back(town, order, 200, Bearer.RUNNER)
    await town.drive()
    assert await payable(town, order) == ("paid", 200, 830)


async def test_a_refund_and_the_release_of_what_waited_never_give_the_same_money_twice(shared_town: Town) -> None:
    """Her account becomes ready in the very moment an admin lets her bear a refund: one of the two sees the other."""
    town = shared_town
    for amount in (300, 1030, None):
        runner = await town.member(runner=True, ready=False, card=None)
        order = await completed(town, runner)
        async with town.database() as work:
            run = await running.set_up_payout(work, town.campus, runner)
        await town.drive()
        await town.control(f"onboard/{(await town.known(runner.person_id)).stripe_account}", finish=True)
        await town.sql("UPDATE saga SET wake_at = now() WHERE id = :id", id=run.id)

        async def refund(order: Order = order, amount: int | None = amount) -> None:
            with suppress(PayoutUnderWay):
                await give_back(town, order, amount, Bearer.RUNNER)

        await asyncio.gather(town.drive(), refund())
        await town.drive()
        status, withheld, sent = await payable(town, order)
        assert status in ("paid", "annulled")
        assert withheld + sent == 1030
        assert sum(one["amount"] - one["amount_reversed"] for one in await town.transfers(order.id)) == sent


async def test_a_refund_that_stripe_refuses_changes_nothing_and_the_admins_read_why(shared_town: Town) -> None:
    town = shared_town
    runner = await town.member(runner=True, ready=False, card=None)
    order = await completed(town, runner)
    before = await booked(town, order)
    await town.fault("POST /v1/refunds", "status", status=400, code="charge_disputed")
    await give_back(town, order, None, Bearer.RUNNER)
    assert (await payable(town, order))[0] == "annulled"
    await town.drive()
    assert await refund_rows(town, order) == [("failed", 1130, 1030)]
    assert await payable(town, order) == ("open", 0, 0)
    assert await booked(town, order) == before
    assert "push-refund-refused" in await town.told(order, town.campus.admin_chat)
    assert "push-refunded" not in await town.told(order)


@pytest.mark.parametrize("amount", [0, -1, 1131, 10**12])
async def test_only_a_part_of_what_was_paid_goes_back(shared_town: Town, amount: int) -> None:
    town = shared_town
    order = await completed(town, await town.member(runner=True, card=None))
    with pytest.raises(RefundOutOfRange):
        await give_back(town, order, amount)
    assert await refund_rows(town, order) == []


async def test_nothing_goes_back_of_what_was_not_paid_nor_on_the_word_of_who_has_a_part_in_it(
    shared_town: Town,
) -> None:
    town = shared_town
    runner = await town.member(runner=True, card=None)
    held = await town.held_job(await town.member(runner=True, card=None))
    with pytest.raises(NothingToRefund):
        await give_back(town, held, 100)
    order = await completed(town, runner)
    for number in (runner.person_id, order.customer_id):
        await town.sql("UPDATE membership SET is_admin = true WHERE person_id = :id", id=number)
        with pytest.raises(NotAllowed):
            await give_back(town, order, 100, admin=await town.known(number))
    with pytest.raises(NotAllowed):
        await give_back(town, order, 100, admin=await town.member(card=None))


async def test_a_refund_that_fails_before_we_know_its_number_fails_here_too(shared_town: Town) -> None:
    """Its answer was lost, and Stripe says again what it said then; so we see for ourselves how it stands."""
    town = shared_town
    runner = await town.member(runner=True, card=None)
    order = await completed(town, runner, card="pm_card_refundFail")
    before = await booked(town, order)
    await town.fault("POST /v1/refunds", "lost_answer")
    await give_back(town, order, 400)
    ((saga_id,),) = await town.rows("SELECT id FROM saga WHERE order_id = :id AND kind = 'refund_order'", id=order.id)
    await run_saga(town.workshop, saga_id)
    await hear(town, f"evt_failed_{order.id}_early", await late_answer(town, order))
    await town.hurry()
    assert await refund_rows(town, order) == [("failed", 400, 0)]
    assert await booked(town, order) == before
    posted = await town.rows("SELECT id FROM ledger_txn WHERE order_id = :id AND kind LIKE 'refund%'", id=order.id)
    assert len(posted) == 2, "Stripe's balance knows it both ways, and the daily comparison asks for each"


async def test_a_refund_that_can_not_be_seen_was_made_all_the_same(shared_town: Town) -> None:
    """Only the first question was about the money: who took a no to the second for its answer would give it twice."""
    town = shared_town
    order = await completed(town, await town.member(runner=True, card=None))
    await town.fault("GET /v1/refunds/*", "status", status=404)
    await give_back(town, order, 400)
    await town.drive()
    await town.hurry()
    assert await refund_rows(town, order) == [("succeeded", 400, 0)]
    assert [one["amount"] for one in await refunds_of(town, order.id)] == [400]


async def test_the_towns_books_are_right_after_all_this(shared_town: Town) -> None:
    assert await shared_town.breaches() == []
