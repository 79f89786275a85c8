"""What /me tells: after real captures and transfers it is what the ledger and Stripe say."""

from datetime import date, timedelta

from domain.order import Bearer
from domain.people import Member
from domain.store.earnings import Earnings, Spending, earned_by_week, earnings_of, paid_by_week, spending_of
from tests.town import Town
from tests.workers.refunding import completed, give_back


async def spending(town: Town, member: Member) -> Spending:
    """A customer's figures."""
    async with town.database() as work:
        return await spending_of(work, town.campus.id, member.person_id)


async def earnings(town: Town, member: Member) -> Earnings:
    """A runner's figures."""
    async with town.database() as work:
        return await earnings_of(work, town.campus.id, member.person_id)


async def test_figures_follow_an_order_from_the_hold_to_the_transfer(shared_town: Town) -> None:
    """Two at 4.00, delivery 2.00, service 0.80: 12.40 held at most; the receipt says 8.50, so 11.30 are paid."""
    town = shared_town
    mei, ana = await town.member(), await town.member(runner=True, ready=False)
    await town.place(mei)
    await town.drive()
    waiting = await town.held_job(ana, mei)
    assert await spending(town, mei) == Spending(paid=0, on_hold=2480, placed=2, delivered=0)
    await town.carry(ana, waiting)
    await town.hand_over(ana, waiting)
    await town.drive()
    assert await spending(town, mei) == Spending(paid=1130, on_hold=1240, placed=2, delivered=1)
    assert await earnings(town, ana) == Earnings(earned=180, reimbursed=850, sent=0, waiting=1030, jobs=1)
    (owed,) = await town.rows(
        "SELECT -sum(amount) AS amount FROM ledger_entry JOIN ledger_account ON ledger_account.id = account_id"
        " WHERE owner = :id",
        id=ana.person_id,
    )
    assert owed.amount == 1030
    assert await spending(town, ana) == Spending(paid=0, on_hold=0, placed=0, delivered=0)
    assert await earnings(town, mei) == Earnings(earned=0, reimbursed=0, sent=0, waiting=0, jobs=0)


async def test_what_was_sent_is_no_longer_waiting_and_a_declined_order_was_none(shared_town: Town) -> None:
    town = shared_town
    ana, poor = await town.member(runner=True), await town.member(card="pm_card_chargeCustomerFail")
    await town.delivered(ana)
    await town.drive()
    assert await earnings(town, ana) == Earnings(earned=180, reimbursed=850, sent=1030, waiting=0, jobs=1)
    await town.place(poor)
    await town.drive()
    assert await spending(town, poor) == Spending(paid=0, on_hold=0, placed=0, delivered=0)


async def test_figures_know_what_went_back(shared_town: Town) -> None:
    """3.00 of 11.30 are given back: what was sent is what Stripe says, what waits is what the ledger says."""
    town = shared_town
    ana, ben = await town.member(runner=True), await town.member(runner=True, ready=False)
    for runner in (ana, ben):
        order = await completed(town, runner)
        await give_back(town, order, 300, Bearer.RUNNER)
        await town.drive()
        customer = await town.known(order.customer_id)
        assert await spending(town, customer) == Spending(paid=830, on_hold=0, placed=1, delivered=1)
        async with town.database() as work:
            weeks = await paid_by_week(work, town.campus, customer.person_id, date(2000, 1, 1))
        assert list(weeks.values()) == [830]
    assert await earnings(town, ana) == Earnings(earned=0, reimbursed=730, sent=730, waiting=0, jobs=1)
    assert await earnings(town, ben) == Earnings(earned=0, reimbursed=730, sent=0, waiting=730, jobs=1)
    for runner, sent in ((ana, 730), (ben, 0)):
        (books,) = await town.rows(
            "SELECT coalesce(-sum(amount), 0) AS owed FROM ledger_entry JOIN ledger_account a ON a.id = account_id"
            " WHERE a.owner = :id",
            id=runner.person_id,
        )
        assert books.owed == (await earnings(town, runner)).waiting
        transfers = await town.look("objects", kind="transfer")
        hers = [one for one in transfers if one["destination"] == runner.stripe_account]
        assert sum(one["amount"] - one["amount_reversed"] for one in hers) == sent


async def test_weeks_begin_on_monday_in_the_campus_own_zone(shared_town: Town) -> None:
    """Singapore is eight hours ahead: Sunday, 16:30 UTC, is Monday there."""
    town = shared_town
    mei, ana = await town.member(), await town.member(runner=True)
    for moment in ("2026-03-01 15:30:00+00", "2026-03-01 16:30:00+00"):
        order = await town.held_job(ana, mei)
        await town.carry(ana, order)
        await town.hand_over(ana, order)
        await town.drive()
        await town.sql(
            "UPDATE orders SET completed_at = CAST(:at AS text)::timestamptz WHERE id = :id", at=moment, id=order.id
        )
        await town.sql(
            "UPDATE payable SET booked_at = CAST(:at AS text)::timestamptz WHERE order_id = :id", at=moment, id=order.id
        )
    before, monday = date(2026, 2, 23), date(2026, 3, 2)
    async with town.database() as work:
        assert await paid_by_week(work, town.campus, mei.person_id, before) == {before: 1130, monday: 1130}
        assert await paid_by_week(work, town.campus, mei.person_id, before + timedelta(days=1)) == {monday: 1130}
        assert await earned_by_week(work, town.campus, ana.person_id, before) == {before: 180, monday: 180}
        assert await earned_by_week(work, town.campus, mei.person_id, before) == {}
