"""A runner's pay-out account after it was set up: lost, cut off, ready again, a bank that says no."""

from itertools import count
from typing import Any

from domain.people import Member
from domain.store.use_cases import running
from tests.town import Town
from tests.workers.refunding import completed, hear, payable

EVENTS = count(1)


async def change(town: Town, runner: Member, **what: object) -> dict[str, Any]:
    """Something happens to her account at Stripe; the account as it is now."""
    found: dict[str, Any] = await town.control(f"accounts/{runner.stripe_account}", **what)
    return found


async def hear_twice(town: Town, runner: Member, found: dict[str, Any]) -> None:
    """Two events say the same about something of her account."""
    for _ in range(2):
        await hear(town, f"evt_account_{next(EVENTS)}", found, runner.stripe_account)


async def told(town: Town, runner: Member) -> list[str]:
    """What she was told about her pay-outs, without what belongs to an order."""
    rows = await town.rows("SELECT key FROM push WHERE chat_id = :id AND order_id IS NULL", id=runner.person_id)
    return [row.key for row in rows]


async def test_46_a_lost_capability_is_told_once_and_what_is_owed_is_sent_once_when_it_is_back(
    shared_town: Town,
) -> None:
    """Facts 46, and 19: nobody has to tap anything."""
    town = shared_town
    runner = await town.member(runner=True, card=None)
    await hear_twice(town, runner, await change(town, runner, transfers="inactive"))
    assert await told(town, runner) == ["push-payouts-lost"]
    assert not (await town.known(runner.person_id)).payouts_ready
    order = await completed(town, runner)
    assert await payable(town, order) == ("open", 0, 0)
    assert "push-payout-waits" in await town.told(order, runner.person_id)
    await hear_twice(town, runner, await change(town, runner, transfers="active"))
    assert await told(town, runner) == ["push-payouts-lost", "push-payouts-ready"]
    assert await payable(town, order) == ("paid", 0, 1030)
    assert len(await town.transfers(order.id)) == 1


async def test_a_lie_about_an_account_changes_nothing(shared_town: Town) -> None:
    """Facts 37: an event is a hint, the account itself says how it is."""
    town = shared_town
    runner = await town.member(runner=True, card=None)
    account = {"object": "account", "id": runner.stripe_account, "capabilities": {"transfers": "inactive"}}
    await hear_twice(town, runner, account)
    await hear_twice(town, runner, {"object": "application", "id": "ca_1"})
    await hear(town, "evt_of_nobody", {"object": "application", "id": "ca_1"}, "acct_of_nobody")
    assert await told(town, runner) == []
    assert (await town.known(runner.person_id)).payouts_ready


async def test_47_a_bank_that_refuses_is_told_once_and_nothing_else_changes(shared_town: Town) -> None:
    """Facts 47: the money was transferred, and is safe on her account at Stripe."""
    town = shared_town
    runner = await town.member(runner=True, card=None)
    order = await completed(town, runner)
    await change(town, runner, pay_out=True)
    await change(town, runner, payout_fails=True)
    (payout,) = [one for one in await town.look("objects", kind="payout") if one["status"] == "failed"]
    await hear_twice(town, runner, payout)
    assert await told(town, runner) == ["push-bank-refused"]
    assert (await town.known(runner.person_id)).payouts_ready
    assert await payable(town, order) == ("paid", 0, 1030)


async def test_48_a_cut_tie_blocks_what_is_owed_until_there_is_a_new_account(shared_town: Town) -> None:
    """Facts 48: no transfer is tried, and a new set-up sends it once."""
    town = shared_town
    runner = await town.member(runner=True, card=None)
    await change(town, runner, deauthorize=True)
    await hear_twice(town, runner, {"object": "application", "id": "ca_1"})
    assert await told(town, runner) == ["push-payouts-cut-off"]
    order = await completed(town, runner)
    assert await payable(town, order) == ("open", 0, 0)
    await set_up_again(town, runner)
    assert await payable(town, order) == ("paid", 0, 1030)
    assert len(await town.transfers(order.id)) == 1


async def test_48_a_cut_tie_nobody_told_us_of_is_found_by_the_transfer_and_mended_by_the_set_up(
    shared_town: Town,
) -> None:
    """Facts 36, 48."""
    town = shared_town
    runner = await town.member(runner=True, card=None)
    await change(town, runner, deauthorize=True)
    order = await completed(town, runner)
    assert await payable(town, order) == ("open", 0, 0)
    assert "push-payout-refused" in await town.told(order, runner.person_id)
    await set_up_again(town, runner)
    assert await payable(town, order) == ("paid", 0, 1030)
    assert len(await town.transfers(order.id)) == 1


async def set_up_again(town: Town, runner: Member) -> None:
    """[Set up pay-out], and Stripe's page filled in."""
    async with town.database() as work:
        await running.set_up_payout(work, town.campus, runner)
    await town.drive()
    anew = (await town.known(runner.person_id)).stripe_account
    assert anew not in (None, runner.stripe_account)
    await town.control(f"onboard/{anew}", finish=True)
    await town.hurry()


async def test_the_towns_books_are_right_after_all_this(shared_town: Town) -> None:
    assert await shared_town.breaches() == []
