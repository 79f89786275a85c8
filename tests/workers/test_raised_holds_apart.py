"""What a raised hold means to everybody else who reads holds: cards, figures, the admins, and the comparison."""

from domain.order import Order
from domain.store.earnings import spending_of
from domain.store.use_cases import running
from tests.town import Town
from tests.workers.comparing import compare, differences, told
from tests.workers.owing import ASKING
from tests.workers.raising import held_at_stripe, parts, raise_fee


async def approving(town: Town) -> Order:
    """An order of 12.40 with a hold of 12.70 asked for, and the bank wants a yes."""
    customer = await town.member()
    order = await town.open_job(customer)
    await town.give_card(customer.person_id, ASKING)
    await raise_fee(town, customer, order)
    await town.drive()
    return order


async def old(town: Town, order: Order) -> None:
    """Long enough ago for the comparison to look."""
    await town.sql("UPDATE orders SET placed_at = now() - interval '6 minutes' WHERE id = :id", id=order.id)
    await town.sql("UPDATE saga SET wake_at = now() + interval '1 minute' WHERE wake_at IS NOT NULL")


async def test_what_is_on_hold_is_what_counts(town: Town) -> None:
    order = await approving(town)
    async with town.database() as work:
        assert (await spending_of(work, town.campus.id, order.customer_id)).on_hold == 1240
    (intent,) = [one for one in await town.intents(order.id) if one["status"] == "requires_action"]
    await town.fault("POST /v1/payment_intents/*/cancel", "status", status=429)
    await town.control(f"approve/{intent['id']}", ok=True)
    await town.hurry()
    assert len(await held_at_stripe(town, order)) == 2, "the old one has yet to go"
    async with town.database() as work:
        assert (await spending_of(work, town.campus.id, order.customer_id)).on_hold == 1270


async def test_the_runners_see_the_higher_fee_once_it_counts_and_not_before(town: Town) -> None:
    order = await approving(town)
    drawn = "SELECT wanted FROM live_card WHERE order_id = :id AND kind = 'group'"
    ((before,),) = await town.rows(drawn, id=order.id)
    (intent,) = [one for one in await town.intents(order.id) if one["status"] == "requires_action"]
    await town.control(f"approve/{intent['id']}", ok=True)
    await town.hurry()
    assert await town.rows(drawn, id=order.id) == [(before + 1,)]
    assert (await town.order(order.id)).price.runner_earns > order.price.runner_earns


async def test_a_candidate_that_waits_is_no_difference(town: Town) -> None:
    order = await approving(town)
    await old(town, order)
    await compare(town)
    assert await differences(town) == []
    assert len(await held_at_stripe(town, order)) == 2


async def test_an_old_hold_whose_release_stands_stuck_is_let_go_all_the_same(town: Town) -> None:
    """Nobody counts on it any more; the retry then finds nothing to do."""
    customer = await town.member()
    order = await town.open_job(customer)
    await town.fault("POST /v1/payment_intents/*/cancel", "status", status=429)
    await raise_fee(town, customer, order)
    await town.drive()
    await town.no_faults()
    await town.sql(
        "UPDATE saga SET status = 'stuck', error = 'refused', call = NULL, wake_at = NULL, worker = NULL"
        " WHERE order_id = :id AND kind = 'replace_hold'",
        id=order.id,
    )
    await old(town, order)
    await compare(town)
    assert await parts(town, order) == [("former", "released", 1240), ("current", "held", 1270)]
    assert await held_at_stripe(town, order) == [1270]
    assert [key for key in await told(town) if key == "push-hold-dying"] == []
    await town.sql(
        "UPDATE saga SET status = 'running', error = NULL, wake_at = now() WHERE order_id = :id AND status = 'stuck'",
        id=order.id,
    )
    await town.hurry()
    assert (await town.saga(order, "replace_hold")).status == "done"
    assert await town.breaches() == []


async def test_a_late_no_about_a_hold_that_was_replaced_does_not_touch_the_one_in_its_place(town: Town) -> None:
    """The check asked about the first hold; meanwhile she gave the job back, and its customer raised the fee."""
    runner, customer = await town.member(runner=True, card=None), await town.member()
    order = await town.open_job(customer)
    await town.fault("GET /v1/payment_intents/*", "reset", before=True, times=100)
    await town.claim(runner, order)
    await town.drive()
    async with town.database() as work:
        await running.release(work, town.campus, runner, order.id)
    await raise_fee(town, customer, order)
    await town.until(lambda: is_ended(town, order, "replace_hold"))
    await town.no_faults()
    await town.hurry()
    assert (await town.saga(order, "accept_order")).status == "undone"
    holds = await town.rows("SELECT part, status FROM hold WHERE order_id = :id ORDER BY id", id=order.id)
    assert [tuple(one) for one in holds] == [("former", "released"), ("current", "held")]
    await town.claim(await town.member(runner=True, card=None), order)
    assert await town.breaches() == []


async def is_ended(town: Town, order: Order, kind: str) -> bool:
    return (await town.saga(order, kind)).status in ("done", "undone")
