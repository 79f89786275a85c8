"""A hold that dies during the delivery: the card is charged anew, or the customer owes it; the runner is paid."""

import pytest

from domain.order import Bearer, OrderStatus
from domain.store.use_cases import membership
from tests.town import Town
from tests.workers.comparing import compare, differences, forget_payment
from tests.workers.owing import ASKING, at_the_door, charges_asked, debt, holds, let_lapse, money, owed_order
from tests.workers.refunding import booked, give_back, hear, refund_rows
from tests.workers.scenes import refunds_of
from workers.steps.charges import TOO_LATE


async def test_26_a_hold_that_lapsed_is_replaced_by_one_charge_nobody_has_to_approve(town: Town) -> None:
    """26, and nothing differs from Stripe afterwards."""
    runner = await town.member(runner=True, card=None)
    order = await town.held_job(runner)
    await town.carry(runner, order)
    await town.control("clock", advance=8 * 86_400)
    await town.hand_over(runner, order)
    await town.drive()
    assert (await town.order(order.id)).status is OrderStatus.COMPLETED
    assert await money(town, order) == [("canceled", 0), ("succeeded", 1130)]
    assert await holds(town, order) == [("released", 0), ("captured", 1130)]
    _, charge = await town.intents(order.id)
    (transfer,) = await town.transfers(order.id)
    assert (transfer["amount"], transfer["source_transaction"]) == (1030, charge["latest_charge"])
    held, asked = await charges_asked(town, order)
    assert (asked["params"]["off_session"], asked["params"]["capture_method"]) == ("true", "automatic")
    assert asked["params"]["payment_method"] == held["params"]["payment_method"]
    assert await town.rows("SELECT id FROM customer_debt") == []
    assert await town.breaches() == []
    await compare(town)
    assert await differences(town) == []


@pytest.mark.parametrize("code", sorted(TOO_LATE))
async def test_a_hold_that_stripe_calls_expired_is_closed_before_the_card_is_charged(
    shared_town: Town, code: str
) -> None:
    """Its intent may still say that it holds: two payments of one order are never open at a time."""
    town = shared_town
    order = await town.delivered(await town.member(runner=True, card=None))
    await town.fault("POST /v1/payment_intents/*/capture", "status", status=400, code=code)
    await town.drive()
    assert await money(town, order) == [("canceled", 0), ("succeeded", 1130)]
    assert await town.breaches() == []


async def test_a_declined_charge_is_owed_by_the_customer_and_the_runner_is_paid_by_us(shared_town: Town) -> None:
    """26: her card is another one by now, and its bank says no."""
    town = shared_town
    customer, runner = await town.member(), await town.member(runner=True, card=None)
    await town.delivered(await town.member(runner=True, card=None))
    await town.drive()  # there has to be something in our balance to pay her from
    order = await owed_order(town, customer, runner=runner)
    assert order.status is OrderStatus.COMPLETED
    assert await money(town, order) == [("canceled", 0), ("canceled", 0)]
    assert await holds(town, order) == [("released", 0), ("refused", 0)]
    assert await debt(town, order) == ("open", 1130)
    assert await town.transfers(order.id) == [], "there is no charge to take it from, and the balance is pending"
    assert await town.rows("SELECT status, refusal FROM payable WHERE order_id = :id", id=order.id) == [
        ("open", "balance_insufficient")
    ]
    assert await booked(town, order) == {"customer_debt": 1130, "runner_payable": -1030, "platform_revenue": -100}
    assert (await town.told(order, customer.person_id))[-1] == "push-owes"
    assert (await town.told(order, town.campus.admin_chat)).count("push-owes-admins") == 1
    assert await town.breaches() == []


async def test_where_the_balance_suffices_the_runner_is_paid_at_once(town: Town) -> None:
    rich = await town.member(card="pm_card_bypassPending")
    runner = await town.member(runner=True, ready=False, card=None)
    for _ in range(2):
        job = await town.held_job(runner, rich)
        await town.carry(runner, job)
        await town.hand_over(runner, job)
        await town.drive()
    paid = await town.member(runner=True, card=None)
    order = await owed_order(town, await town.member(), runner=paid)
    (transfer,) = await town.transfers(order.id)
    assert (transfer["amount"], transfer["source_transaction"]) == (1030, None)
    assert await town.breaches() == []
    await compare(town)
    assert await differences(town) == []


async def test_a_bank_that_wants_a_word_when_nobody_is_there_is_a_no(shared_town: Town) -> None:
    """1.2: authentication_required."""
    town = shared_town
    customer, runner = await town.member(), await town.member(runner=True, card=None)
    order = await at_the_door(town, runner, customer)
    await town.give_card(customer.person_id, ASKING)
    await town.hand_over(runner, order)
    await town.drive()
    assert await debt(town, order) == ("open", 1130)
    assert await town.rows("SELECT refusal FROM customer_debt WHERE order_id = :id", id=order.id) == [
        ("authentication_required",)
    ]
    assert await money(town, order) == [("canceled", 0), ("canceled", 0)]
    assert await town.breaches() == []


async def test_without_a_card_there_is_nothing_to_charge(shared_town: Town) -> None:
    town = shared_town
    customer, runner = await town.member(), await town.member(runner=True, card=None)
    order = await at_the_door(town, runner, customer)
    async with town.database() as work:
        await membership.remove_card(work, town.campus, customer, "4242")
    await town.hand_over(runner, order)
    await town.drive()
    assert await debt(town, order) == ("open", 1130)
    assert await money(town, order) == [("canceled", 0)]
    assert await town.breaches() == []


async def test_a_customer_that_stripe_forgot_owes_it(shared_town: Town) -> None:
    town = shared_town
    customer, runner = await town.member(), await town.member(runner=True, card=None)
    order = await at_the_door(town, runner, customer)
    assert customer.stripe_customer is not None
    await town.workshop.stripe.v1.customers.delete_async(customer.stripe_customer)
    await town.hand_over(runner, order)
    await town.drive()
    assert await debt(town, order) == ("open", 1130)
    assert (await town.order(order.id)).status is OrderStatus.COMPLETED
    assert await town.breaches() == []


@pytest.mark.parametrize("gone", ["card", "customer"])
async def test_53_what_is_removed_while_it_holds_is_captured_all_the_same(shared_town: Town, gone: str) -> None:
    """53: her card by her own word, or all of her at Stripe."""
    town = shared_town
    customer, runner = await town.member(), await town.member(runner=True, card=None)
    order = await town.held_job(runner, customer)
    if gone == "card":
        async with town.database() as work:
            await membership.remove_card(work, town.campus, customer, "4242")
        await town.drive()
    else:
        await town.workshop.stripe.v1.customers.delete_async(str(customer.stripe_customer))
    await town.carry(runner, order)
    await town.hand_over(runner, order)
    await town.drive()
    assert await money(town, order) == [("succeeded", 1130)]
    assert await holds(town, order) == [("captured", 1130)]
    assert await town.breaches() == []


async def test_27_a_lapse_under_way_is_told_once_and_changes_nothing(shared_town: Town) -> None:
    """27: by a webhook, and by another one about the same."""
    town = shared_town
    runner = await town.member(runner=True, card=None)
    order = await at_the_door(town, runner)
    (gone,) = await town.intents(order.id)
    await hear(town, f"evt_gone_{order.id}", gone)
    await hear(town, f"evt_gone_again_{order.id}", gone)
    assert (await town.told(order, town.campus.admin_chat)).count("push-hold-lapsed") == 1
    assert (await town.order(order.id)).status is OrderStatus.ARRIVED
    assert await holds(town, order) == [("held", 0)]
    await town.hand_over(runner, order)
    await town.drive()
    assert await money(town, order) == [("canceled", 0), ("succeeded", 1130)]


async def test_a_hold_that_lapses_before_anybody_took_the_job_is_not_told_of(shared_town: Town) -> None:
    """The claim finds out, and ends the order before anything is bought."""
    town = shared_town
    order = await town.open_job()
    await let_lapse(town, order)
    (gone,) = await town.intents(order.id)
    await hear(town, f"evt_unclaimed_{order.id}", gone)
    assert "push-hold-lapsed" not in await town.told(order)


async def test_what_was_charged_anew_can_be_refunded(shared_town: Town) -> None:
    town = shared_town
    runner = await town.member(runner=True, card=None)
    order = await at_the_door(town, runner)
    await town.hand_over(runner, order)
    await town.drive()
    await give_back(town, order, 300, Bearer.RUNNER)
    await town.drive()
    assert await refund_rows(town, order) == [("succeeded", 300, 300)]
    _, charged = await town.intents(order.id)
    assert [one["payment_intent"] for one in await refunds_of(town, order.id)] == [charged["id"]]
    assert await town.breaches() == []


async def test_a_payment_of_the_order_that_we_do_not_know_keeps_the_card_from_being_charged(shared_town: Town) -> None:
    """54: after a restored backup the charge may have been made already; a person has to see."""
    town = shared_town
    runner = await town.member(runner=True, card=None)
    order = await at_the_door(town, runner)
    await forget_payment(town, order)
    await town.hand_over(runner, order)
    await town.drive()
    assert (await town.saga(order, "complete_order")).status == "stuck"
    assert await money(town, order) == [("canceled", 0)]
    await town.sql("DELETE FROM difference WHERE subject = 'pi_forgotten'")


async def test_an_order_that_was_under_way_before_this_release_stands_for_a_human(shared_town: Town) -> None:
    """Rows of the first version know no charge: they drain on the steps they were written with."""
    town = shared_town
    runner = await town.member(runner=True, card=None)
    order = await at_the_door(town, runner)
    await town.hand_over(runner, order)
    await town.sql("UPDATE saga SET version = 1 WHERE order_id = :id AND kind = 'complete_order'", id=order.id)
    await town.drive()
    assert (await town.saga(order, "complete_order")).status == "stuck"
    assert await holds(town, order) == [("held", 0)]
