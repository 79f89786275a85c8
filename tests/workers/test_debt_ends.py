"""How a debt ends for the books and the desk: refunded after all, let go, disputed, held against Stripe, late."""

import pytest

from domain.errors import DebtBeingPaid, NotAllowed, NothingToRefund, Stale
from domain.order import Order, OrderStatus
from domain.people import Member
from domain.store.use_cases import owing
from tests.town import Town
from tests.workers.comparing import compare, differences, forget_payment, told
from tests.workers.owing import DECLINING, debt, owed_order, pay
from tests.workers.refunding import booked, dispute, give_back, refund_rows
from tests.workers.scenes import new_admin
from workers.stripe_gateway import create_intent


async def forgive(town: Town, admin: Member, order: Order, reason: str = "paid in cash") -> None:
    """An admin's /forgive."""
    async with town.database() as work:
        await owing.forgive(work, town.campus, admin, order.id, reason)


async def test_a_debt_is_not_refunded_and_what_was_paid_of_one_is(shared_town: Town) -> None:
    """Nothing came, so nothing can go back; a person may let it go instead."""
    town = shared_town
    customer = await town.member()
    order = await owed_order(town, customer)
    with pytest.raises(NothingToRefund):
        await give_back(town, order, 300)
    await town.give_card(customer.person_id, "pm_card_visa")
    await pay(town, customer, order)
    await town.drive()
    await give_back(town, order, 300)
    await town.drive()
    assert await refund_rows(town, order) == [("succeeded", 300, 0)]
    assert await town.breaches() == []


async def test_an_admin_lets_it_go_with_a_reason_she_reads(shared_town: Town) -> None:
    town = shared_town
    customer, admin = await town.member(), await new_admin(town)
    order = await owed_order(town, customer)
    await forgive(town, admin, order)
    assert await debt(town, order) == ("let_go", 1130)
    assert await booked(town, order) == {"bad_debts": 1130, "runner_payable": -1030, "platform_revenue": -100}
    assert (await town.told(order, customer.person_id))[-1] == "push-debt-forgiven"
    with pytest.raises(Stale):
        await forgive(town, admin, order)
    with pytest.raises(Stale):
        await pay(town, customer, order)
    await town.give_card(customer.person_id, "pm_card_visa")
    assert (await town.open_job(await town.known(customer.person_id))).status is OrderStatus.CREATED
    assert await town.breaches() == []


async def test_an_admin_lets_nothing_go_while_it_is_paid_nor_her_own(shared_town: Town) -> None:
    town = shared_town
    customer, admin = await town.member(), await new_admin(town)
    order = await owed_order(town, customer)
    await town.sql("UPDATE membership SET is_admin = true WHERE person_id = :id", id=customer.person_id)
    with pytest.raises(NotAllowed):
        await forgive(town, await town.known(customer.person_id), order)
    await pay(town, customer, order)
    with pytest.raises(DebtBeingPaid):
        await forgive(town, admin, order)
    await town.drive()
    await forgive(town, admin, order)
    assert await town.breaches() == []


async def test_a_settled_payment_may_be_disputed_like_any_other(shared_town: Town) -> None:
    town = shared_town
    customer = await town.member()
    order = await owed_order(town, customer)
    await town.give_card(customer.person_id, "pm_card_visa")
    await pay(town, customer, order)
    await town.drive()
    await dispute(town, order)
    assert await town.rows("SELECT status FROM dispute WHERE order_id = :id", id=order.id) == [("open",)]
    assert await town.breaches() == []


async def test_nothing_differs_from_stripe_after_a_debt_was_paid(town: Town) -> None:
    customer = await town.member()
    order = await owed_order(town, customer)
    await compare(town)
    assert await differences(town) == []
    await town.give_card(customer.person_id, DECLINING)
    await pay(town, customer, order)
    await town.drive()
    await town.give_card(customer.person_id, "pm_card_visa")
    await pay(town, customer, order)
    await town.drive()
    await town.sql("UPDATE hold SET made_at = now() - interval '6 minutes'")
    await compare(town)
    assert await differences(town) == []
    assert await town.breaches() == []


async def test_a_payment_that_stripe_makes_after_we_gave_it_up_is_told_and_never_lost(town: Town) -> None:
    """Its window was over, and nothing was to be found: a person sees to what came all the same."""
    customer = await town.member()
    order = await owed_order(town, customer)
    await town.give_card(customer.person_id, "pm_card_visa")
    await pay(town, customer, order)
    await town.fault("POST /v1/payment_intents", "lost_answer", before=True, times=100)
    await town.drive()
    call = (await town.saga(order, "settle_debt")).call
    long_ago = "to_jsonb(extract(epoch FROM now() - interval '16 minutes'))"
    await town.sql(
        "UPDATE saga SET failing_since = now() - interval '16 minutes', call = NULL, tries = 0,"
        f" data = data || jsonb_build_object('unclear_at', {long_ago}), status = 'turning', turning = true,"
        " reason = 'out_of_reach', wake_at = now() WHERE order_id = :id AND kind = 'settle_debt'",
        id=order.id,
    )
    await town.sql(
        f"UPDATE saga SET data = jsonb_set(data, '{{hold_call,at}}', {long_ago}) WHERE order_id = :id"
        " AND kind = 'settle_debt'",
        id=order.id,
    )
    await town.drive()
    assert (await town.saga(order, "settle_debt")).status == "undone"
    await town.no_faults()
    late = await create_intent(town.workshop.stripe, call["params"], call["key"])
    await compare(town)
    assert ("unknown_intent", late["id"], "succeeded") in await differences(town)
    assert "push-difference" in await told(town)


async def test_a_try_that_we_closed_and_stripe_took_is_told(town: Town) -> None:
    customer = await town.member()
    order = await owed_order(town, customer)
    await town.give_card(customer.person_id, "pm_card_visa")
    await pay(town, customer, order)
    await town.drive()
    *_, taken = await town.intents(order.id)
    tampered = "UPDATE hold SET status = 'released', captured = 0 WHERE payment_intent = :id"
    await town.sql(tampered, id=taken["id"])
    await compare(town)
    assert ("unknown_intent", taken["id"], "succeeded") in await differences(town)


async def test_who_perhaps_paid_already_is_not_charged_until_a_person_has_looked(town: Town) -> None:
    """A backup that forgot her payment, or one that Stripe made late: the desk knows of it, and she pays no second."""
    customer = await town.member()
    order = await owed_order(town, customer)
    await town.give_card(customer.person_id, "pm_card_visa")
    await forget_payment(town, order)
    paid = await town.intents(order.id)
    await pay(town, customer, order)
    await town.drive()
    assert (await town.saga(order, "settle_debt")).status == "undone"
    assert await town.intents(order.id) == paid
    assert await debt(town, order) == ("open", 1130)
    assert (await town.told(order, customer.person_id))[-1] == "push-debt-in-question"
    await town.sql("DELETE FROM difference WHERE subject = 'pi_forgotten'")
    await pay(town, customer, order)
    await town.drive()
    assert await debt(town, order) == ("paid", 1130)


async def test_a_charge_that_stripe_answered_with_a_failure_is_given_up_after_a_day_only(town: Town) -> None:
    """It may still be made, and it takes money at once: she is not told that she can pay again before that is out."""
    customer = await town.member()
    order = await owed_order(town, customer)
    await town.give_card(customer.person_id, "pm_card_visa")
    await pay(town, customer, order)
    await town.fault("POST /v1/payment_intents", "status", status=500, before=True, times=100)
    await town.drive()
    await town.sql(
        "UPDATE saga SET failing_since = now() - interval '16 minutes' WHERE order_id = :id AND kind = 'settle_debt'",
        id=order.id,
    )
    await town.hurry()
    await forget_for(town, order, "23 hours")
    await town.hurry()
    assert (await town.saga(order, "settle_debt")).status == "turning"
    assert (await town.told(order, customer.person_id))[-1] == "push-debt-unclear"
    with pytest.raises(DebtBeingPaid):
        await pay(town, customer, order)
    await forget_for(town, order, "25 hours")
    await town.hurry()
    assert (await town.saga(order, "settle_debt")).status == "undone"
    assert (await town.told(order, customer.person_id))[-1] == "push-debt-not-reached"


async def test_a_failure_whose_payment_is_found_is_no_riddle(town: Town) -> None:
    """What Stripe answered with a failure is there, and was declined: nothing has to be waited for."""
    customer = await town.member()
    order = await owed_order(town, customer)
    await town.give_card(customer.person_id, DECLINING)
    await pay(town, customer, order)
    await town.fault("POST /v1/payment_intents", "status", status=500, before=False)
    for _ in range(4):
        await town.hurry()
    told_her = await town.told(order, customer.person_id)
    assert told_her[-1] == "push-debt-declined"
    assert "push-debt-unclear" not in told_her


async def forget_for(town: Town, order: Order, ago: str) -> None:
    """As if nothing had been heard of the saga's charge for so long."""
    long_ago = "to_jsonb(extract(epoch FROM now() - CAST(CAST(:ago AS text) AS interval)))"
    await town.sql(
        f"UPDATE saga SET call = jsonb_set(call, '{{params,asked,at}}', {long_ago})"
        " WHERE order_id = :id AND kind = 'settle_debt'",
        id=order.id,
        ago=ago,
    )
