"""A customer who owes: she orders nothing more, pays what she owes, or an admin lets it go."""

import asyncio

import pytest

from domain.errors import DebtBeingPaid, NotAllowed, OwesMoney, Stale
from domain.order import Order, OrderStatus
from domain.people import Member
from domain.store.drafts import ask_for_card
from domain.store.progress import start_asked
from domain.store.steps.money import order_start
from domain.store.use_cases import ordering
from tests.town import Town
from tests.workers.owing import ASKING, debt, holds, money, owed_order, pay
from tests.workers.refunding import booked
from tests.workers.scenes import people_act

NO_MORE = {"runner_payable", "stripe_fees", "stripe_balance", "platform_revenue"}


async def test_who_owes_places_no_order_and_may_again_when_she_paid(shared_town: Town) -> None:
    town = shared_town
    customer = await town.member()
    order = await owed_order(town, customer)
    with pytest.raises(OwesMoney) as refused:
        await town.place(await town.known(customer.person_id))
    assert refused.value.words == {"amount": "S$11.30", "order": order.id}
    async with town.database() as work:
        with pytest.raises(OwesMoney):
            await ordering.order_again(work, town.campus, customer, order.id)
    await town.give_card(customer.person_id, "pm_card_visa")
    await pay(town, customer, order)
    await town.drive()
    assert await debt(town, order) == ("paid", 1130)
    assert await money(town, order) == [("canceled", 0), ("canceled", 0), ("succeeded", 1130)]
    assert await holds(town, order) == [("released", 0), ("refused", 0), ("captured", 1130)]
    assert (await town.told(order, customer.person_id))[-1] == "push-debt-paid"
    assert set(await booked(town, order)) == NO_MORE
    assert (await town.open_job(await town.known(customer.person_id))).status is OrderStatus.CREATED
    assert await town.breaches() == []


async def test_a_card_saved_by_who_owes_is_for_paying_first(shared_town: Town) -> None:
    """Her basket waited for a card: it goes on waiting until she paid."""
    town = shared_town
    customer = await town.member()
    order = await owed_order(town, customer)
    draft = await town.draft(customer)
    async with town.database() as work:
        await ask_for_card(work, draft, draft.price(town.campus.fees).ceiling)
        run = await ordering.add_card(work, town.campus, customer)
    await town.drive()
    await people_act(town, run.id)
    await town.hurry()
    assert (await town.told(order, customer.person_id))[-1] == "push-card-saved-owing"
    mine = "SELECT 1 FROM orders WHERE customer_id = :id AND id <> :order"
    assert await town.rows(mine, id=customer.person_id, order=order.id) == []
    await pay(town, customer, order)
    await town.drive()
    assert await debt(town, order) == ("paid", 1130)


async def test_an_order_that_waited_for_its_card_does_not_place_itself_either(shared_town: Town) -> None:
    """She is told why, with the way out under it."""
    town = shared_town
    customer = await town.member()
    order = await owed_order(town, customer)
    draft = await town.draft(customer)
    async with town.database() as work:
        run = await ordering.add_card(work, town.campus, customer)
        ceiling = draft.price(town.campus.fees).ceiling
        run.starts.append(order_start(draft, ceiling=ceiling, optional=True))
        await start_asked(work, run)
    query = "SELECT buttons FROM push WHERE chat_id = :id AND key = 'error-owes-money'"
    ((buttons,),) = await town.rows(query, id=customer.person_id)
    ((number,),) = await town.rows("SELECT id FROM customer_debt WHERE order_id = :id", id=order.id)
    assert buttons == [{"key": "button-pay-debt", "data": f"v1:pay_debt:{number}:0"}]
    assert (
        await town.rows("SELECT 1 FROM orders WHERE customer_id = :id AND status = 'PENDING'", id=customer.person_id)
        == []
    )


async def test_others_and_her_own_jobs_are_untouched(shared_town: Town) -> None:
    """A runner who owes for her own food goes on earning."""
    town = shared_town
    ana = await town.member(runner=True)
    await owed_order(town, ana)
    job = await town.held_job(await town.known(ana.person_id))
    await town.carry(ana, job)
    await town.hand_over(ana, job)
    await town.drive()
    assert (await town.order(job.id)).status is OrderStatus.COMPLETED
    assert await town.breaches() == []


async def asked(town: Town, customer: Member) -> Order:
    """She owes, tapped [Pay], and her bank wants a yes."""
    order = await owed_order(town, customer)
    await town.give_card(customer.person_id, ASKING)
    await pay(town, customer, order)
    await town.drive()
    return order


async def test_her_bank_may_want_a_word_first(shared_town: Town) -> None:
    town = shared_town
    customer = await town.member()
    order = await asked(town, customer)
    assert (await holds(town, order))[-1] == ("approval", 0)
    query = "SELECT buttons FROM push WHERE key = 'push-debt-approval' AND order_id = :id"
    ((buttons,),) = await town.rows(query, id=order.id)
    *_, intent = await town.intents(order.id)
    assert buttons[0]["url"] == intent["next_action"]["redirect_to_url"]["url"]
    await town.control(f"approve/{intent['id']}", ok=True)
    await town.hurry()
    assert await debt(town, order) == ("paid", 1130)
    assert await town.breaches() == []


async def test_her_no_at_the_bank_leaves_it_owed_and_another_card_pays(shared_town: Town) -> None:
    town = shared_town
    customer = await town.member()
    order = await asked(town, customer)
    *_, intent = await town.intents(order.id)
    await town.control(f"approve/{intent['id']}", ok=False)
    await town.hurry()
    assert await debt(town, order) == ("open", 1130)
    assert (await town.told(order, customer.person_id))[-1] == "push-debt-declined"
    assert (await money(town, order))[-1] == ("canceled", 0)
    await town.give_card(customer.person_id, "pm_card_visa")
    await pay(town, customer, order)
    await town.drive()
    assert await debt(town, order) == ("paid", 1130)
    assert await town.breaches() == []


async def test_a_card_that_says_no_leaves_it_owed(shared_town: Town) -> None:
    town = shared_town
    customer = await town.member()
    order = await owed_order(town, customer)
    for tries in (1, 2):
        await pay(town, customer, order)
        await town.drive()
        assert await debt(town, order) == ("open", 1130)
        assert (await town.told(order, customer.person_id)).count("push-debt-declined") == tries
    assert {status for status, _ in await money(town, order)} == {"canceled"}
    assert await town.breaches() == []


async def test_without_a_yes_in_time_it_is_closed_at_stripe_and_owed(shared_town: Town) -> None:
    town = shared_town
    customer = await town.member()
    order = await asked(town, customer)
    await town.sql("UPDATE saga SET waiting_until = now() WHERE order_id = :id AND kind = 'settle_debt'", id=order.id)
    await town.hurry()
    assert await debt(town, order) == ("open", 1130)
    assert (await money(town, order))[-1] == ("canceled", 0)
    assert (await town.told(order, customer.person_id))[-1] == "push-debt-unapproved"
    assert await town.breaches() == []


async def test_a_yes_at_the_last_moment_is_not_lost(shared_town: Town) -> None:
    """The window is over, and before the payment is closed she approved it."""
    town = shared_town
    customer = await town.member()
    order = await asked(town, customer)
    *_, intent = await town.intents(order.id)
    await town.control(f"approve/{intent['id']}", ok=True)
    await town.fault("GET /v1/payment_intents/*", "status", status=429)  # the look that would have noticed
    await town.sql("UPDATE saga SET waiting_until = now() WHERE order_id = :id AND kind = 'settle_debt'", id=order.id)
    await town.sql("UPDATE saga SET wake_at = now() WHERE order_id = :id AND kind = 'settle_debt'", id=order.id)
    for _ in range(3):
        await town.hurry()
    await town.no_faults()
    assert await debt(town, order) == ("paid", 1130)
    assert (await town.saga(order, "settle_debt")).status == "undone", "it turned back, and found it paid"
    assert (await town.told(order, customer.person_id))[-1] == "push-debt-paid"
    assert await town.breaches() == []


async def test_eight_taps_ask_her_bank_once(shared_town: Town) -> None:
    town = shared_town
    customer = await town.member()
    order = await owed_order(town, customer)
    await town.give_card(customer.person_id, "pm_card_visa")

    async def tap() -> bool:
        try:
            return await pay(town, customer, order) is not None
        except (DebtBeingPaid, Stale):
            return False

    assert sorted(await asyncio.gather(*(tap() for _ in range(8)))) == [False] * 7 + [True]
    with pytest.raises(DebtBeingPaid):
        await pay(town, customer, order)
    await town.drive()
    with pytest.raises(Stale):
        await pay(town, customer, order)
    assert [one for one in await money(town, order) if one[1]] == [("succeeded", 1130)]
    assert await town.breaches() == []


async def test_without_a_card_a_link_comes_first(shared_town: Town) -> None:
    town = shared_town
    customer = await town.member()
    order = await owed_order(town, customer)
    await town.sql("DELETE FROM saved_card WHERE person_id = :id", id=customer.person_id)
    assert await pay(town, customer, order) is None
    await town.drive()
    links = "SELECT count(*) FROM push WHERE key = 'push-card-link' AND chat_id = :id"
    assert await town.rows(links, id=customer.person_id) == [(1,)]
    assert await debt(town, order) == ("open", 1130)


async def test_a_stranger_pays_nothing_for_her(shared_town: Town) -> None:
    town = shared_town
    order = await owed_order(town, await town.member())
    with pytest.raises(NotAllowed):
        await pay(town, await town.member(), order)
