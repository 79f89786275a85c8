"""Money that our rows and Stripe's do not agree about: orphans, late objects, cents, fees, and a restored backup."""

from domain.order import Order, OrderStatus
from tests.town import Town
from tests.workers.backup import back_up, restore, tamper
from tests.workers.comparing import compare, differences, stray_intent, stray_transfer, told, turn
from workers.stripe_gateway import retrieve_intent
from workers.stripe_gateway_lists import retrieve_transfer

BY_HAND = "requires_capture"


async def completed(town: Town) -> Order:
    """An order whose money has moved."""
    order = await town.delivered(await town.member(runner=True, card=None))
    await town.drive()
    return await town.order(order.id)


async def test_payments_and_transfers_that_nobody_knows_are_told_once_and_touched_by_nobody(town: Town) -> None:
    """59."""
    order = await completed(town)
    runner = await town.member(runner=True, card=None)
    intent = await stray_intent(town)
    transfer = await stray_transfer(town, order, str(runner.stripe_account))
    for _ in range(2):
        await compare(town)
    found = await differences(town)
    assert ("unknown_intent", intent["id"], BY_HAND) in found
    assert ("unknown_transfer", transfer["id"], "") in found
    assert ("not_booked", transfer["balance_transaction"], f"transfer {transfer['id']}") in found
    assert [kind for kind, _, _ in found if kind != "balance_differs"] == [
        "unknown_intent",
        "unknown_transfer",
        "not_booked",
    ]
    assert await told(town) == ["push-difference"] * len(found)
    assert (await retrieve_intent(town.workshop.stripe, intent["id"]))["status"] == BY_HAND
    assert (await retrieve_transfer(town.workshop.stripe, transfer["id"]))["amount_reversed"] == 0
    await town.workshop.stripe.v1.payment_intents.cancel_async(intent["id"])
    await compare(town)
    assert await differences(town, "gone") == [("unknown_intent", intent["id"], "canceled")]


async def test_a_hold_that_stripe_made_too_late_is_let_go(town: Town) -> None:
    """11: its saga is over."""
    customer = await town.member()
    order = await town.open_job(customer)
    row = await town.saga(order, "create_order")
    await town.cancel(customer, order)
    await town.drive()
    late = await stray_intent(town, saga=str(row.id), order=str(order.id), call="late")
    for _ in range(2):
        await compare(town)
    (found,) = [one for one in await town.intents(order.id) if one["id"] == late["id"]]
    assert found["status"] == "canceled"
    assert await differences(town) == []
    assert [kind for kind, _, _ in await differences(town, "mended")] == ["late_intent"]
    assert await told(town) == []
    assert await town.breaches() == []


async def test_a_hold_whose_saga_is_at_work_is_left_alone(town: Town) -> None:
    """35: Stripe lists it before we wrote it down."""
    order = await town.place(await town.member())
    row = await town.saga(order, "create_order")
    late = await stray_intent(town, saga=str(row.id), order=str(order.id), call="early")
    await turn(town)
    assert await differences(town) == []
    assert await differences(town, "mended") == []
    (since,) = await town.rows("SELECT seen_until FROM reading WHERE task = 'payment_intents'")
    assert since.seen_until <= late["created"], "it is looked at again"


async def test_a_transfer_that_came_too_late_is_taken_back_and_booked(town: Town) -> None:
    """11: refused, so we concluded that there was none; the runner is paid once, by the next try."""
    runner = await town.member(runner=True, card=None)
    order = await town.delivered(runner)
    await town.control(f"accounts/{runner.stripe_account}", transfers="inactive")
    await town.drive()
    row = await town.saga(order, "pay_out_runner")
    assert row.status == "undone"
    await town.control(f"accounts/{runner.stripe_account}", transfers="active")
    late = await stray_transfer(town, order, str(runner.stripe_account), saga=str(row.id), call="late")
    for _ in range(2):
        await compare(town)
    assert (await retrieve_transfer(town.workshop.stripe, late["id"]))["amount_reversed"] == 50
    assert await differences(town) == []
    assert [kind for kind, _, _ in await differences(town, "mended")] == ["late_transfer"]
    assert [tuple(one) for one in await town.rows("SELECT status, sent FROM payable")] == [("paid", 1030)]
    await compare(town)
    assert await differences(town) == []
    assert await town.breaches() == []


async def test_a_late_transfer_that_cannot_be_taken_back_is_a_persons_case(town: Town) -> None:
    """41."""
    runner = await town.member(runner=True, card=None)
    order = await town.delivered(runner)
    await town.control(f"accounts/{runner.stripe_account}", transfers="inactive")
    await town.drive()
    row = await town.saga(order, "pay_out_runner")
    await town.control(f"accounts/{runner.stripe_account}", transfers="active")
    late = await stray_transfer(town, order, str(runner.stripe_account), saga=str(row.id), call="late")
    await town.control(f"accounts/{runner.stripe_account}", pay_out=True)
    await compare(town)
    kinds = {kind: note for kind, subject, note in await differences(town) if subject == late["id"]}
    assert "balance_insufficient" in kinds["late_transfer"]
    assert "push-difference" in await told(town)


async def test_a_ledger_that_is_a_cent_off_is_a_difference_until_it_is_not(town: Town) -> None:
    """60."""
    order = await completed(town)
    await compare(town)
    assert await differences(town) == []
    moved = "UPDATE ledger_entry SET amount = amount {} sign(amount) WHERE txn_id ="
    of_capture = f" (SELECT id FROM ledger_txn WHERE kind = 'capture' AND order_id = {order.id}) AND line IN (1, 3)"
    await tamper(town, moved.format("+") + of_capture)
    await compare(town)
    ((ours, theirs),) = await town.rows("SELECT ours, theirs FROM difference WHERE kind = 'amount_differs'")
    assert (ours, theirs) == (1131, 1130)
    ((ours, theirs),) = await town.rows("SELECT ours, theirs FROM difference WHERE kind = 'balance_differs'")
    assert ours - theirs == 1
    await tamper(town, moved.format("-") + of_capture)
    await compare(town)
    assert await differences(town) == []
    assert sorted(kind for kind, _, _ in await differences(town, "gone")) == ["amount_differs", "balance_differs"]


async def test_a_fee_that_was_not_known_at_the_capture_is_booked_late(town: Town) -> None:
    order = await completed(town)
    lost = f"(SELECT id FROM ledger_txn WHERE kind = 'fee' AND order_id = {order.id})"
    await tamper(town, f"DELETE FROM ledger_entry WHERE txn_id = {lost}", "DELETE FROM ledger_txn WHERE kind = 'fee'")
    assert [finding.name for finding in await town.breaches()] == ["I6"]
    await compare(town)
    assert await town.breaches() == []
    assert await differences(town) == []


async def test_a_hold_that_is_gone_before_anybody_took_the_job_is_told(town: Town) -> None:
    order = await town.open_job()
    (intent,) = await town.intents(order.id)
    await town.workshop.stripe.v1.payment_intents.cancel_async(intent["id"])
    await compare(town)
    assert await differences(town) == [], "it is not old enough: whoever is at it may be quicker"
    await town.sql("UPDATE hold SET made_at = now() - interval '6 minutes'")
    await compare(town)
    assert await differences(town) == [("hold_elsewhere", intent["id"], "held / canceled")]
    assert (await town.order(order.id)).status is OrderStatus.CREATED


async def test_a_hold_that_is_gone_while_its_order_goes_on_is_told_once_and_is_no_difference(town: Town) -> None:
    """27: the events say so by list, and the look at what stands unfinished says so without them."""
    order = await town.held_job(await town.member(runner=True, card=None))
    (intent,) = await town.intents(order.id)
    await town.workshop.stripe.v1.payment_intents.cancel_async(intent["id"])
    await town.sql("UPDATE hold SET made_at = now() - interval '6 minutes'")
    for _ in range(2):
        await compare(town)
    assert await differences(town) == []
    assert (await town.told(order, town.campus.admin_chat)).count("push-hold-lapsed") == 1
    assert (await town.order(order.id)).status is OrderStatus.ACCEPTED


async def test_after_a_restored_backup_every_forgotten_object_is_listed_and_nothing_is_paid_twice(town: Town) -> None:
    """54: an hour is lost."""
    ana, ben = [await town.member(runner=True, card=None) for _ in range(2)]
    under_way = await town.held_job(ana)
    at_the_door = await town.delivered(ben)
    await back_up(town)
    await town.carry(ana, under_way)
    await town.hand_over(ana, under_way)
    await town.drive()
    forgotten = await town.open_job()
    known = {
        kind: {one["id"] for one in await town.look("objects", kind=kind)} for kind in ("payment_intent", "transfer")
    }
    await restore(town)
    await compare(town)
    await town.drive()
    found = await differences(town)
    (lost,) = [one["id"] for one in await town.intents(forgotten.id)]
    assert ("unknown_intent", lost, BY_HAND) in found
    assert {subject for kind, subject, _ in found if kind == "unknown_transfer"} == known["transfer"]
    await town.carry(ana, under_way)
    await town.hand_over(ana, under_way)
    await town.drive()
    for order in (under_way, at_the_door):
        assert (await town.order(order.id)).status is OrderStatus.COMPLETED
        assert len(await town.transfers(order.id)) == 1
        assert [one["status"] for one in await town.intents(order.id)] == ["succeeded"]
    assert {one["id"] for one in await town.look("objects", kind="payment_intent")} == known["payment_intent"]


async def test_a_pay_out_that_nobody_sends_is_told_until_somebody_does(town: Town) -> None:
    order = await town.delivered(await town.member(runner=True, ready=False, card=None))
    await town.drive()
    await town.sql("UPDATE payable SET status = 'sending', booked_at = now() - interval '6 minutes'")
    await compare(town)
    assert [kind for kind, _, _ in await differences(town)] == ["payout_alone"]
    await town.sql("UPDATE payable SET status = 'open' WHERE order_id = :id", id=order.id)
    await compare(town)
    assert await differences(town) == []
