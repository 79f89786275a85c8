"""Another shop on the same Stripe account: its objects are counted, booked apart, and told as one line a day."""

from typing import Any
from uuid import uuid4

import pytest

from domain.reconciliation import use_cases
from domain.reconciliation.refusals import OrderUnnamed
from tests.scenarios.reconciliation_setup import (
    create_stray_intent,
    create_stray_transfer,
    discrepancies,
    reconcile_all,
)
from tests.scenarios.refund_setup import completed_order, payable_state
from tests.scenarios.scenario_setup import new_admin
from tests.stack.worker_stack import WorkerStack

pytestmark = pytest.mark.long

KEY = "notification-foreign-objects"


async def sell_elsewhere(stack: WorkerStack, amount: int, **more: object) -> dict[str, Any]:
    """Let another shop of the account's owner take a payment; its customer is none of ours."""
    params: Any = {"amount": amount, "currency": "sgd", "payment_method": "pm_card_bypassPending", "confirm": True}
    made = await stack.context.stripe.v1.payment_intents.create_async(
        params | {"return_url": "https://shop.example", "metadata": {"sku": "mug"}} | more
    )
    return made.to_dict()


async def told(stack: WorkerStack) -> list[dict[str, Any]]:
    """What the admins were told of others, oldest first."""
    return [row.args for row in await stack.rows("SELECT args FROM notification WHERE key = :key ORDER BY id", key=KEY)]


async def test_another_shop_is_one_line_a_day_and_the_audit_is_clean(stack: WorkerStack) -> None:
    order = await completed_order(stack, await stack.add_member(runner=True, card=None))
    sold = [await sell_elsewhere(stack, 700 + number) for number in range(25)]
    await stack.control_stripe(f"dashboard/refund_payment/{sold[0]['id']}")
    await stack.control_stripe(f"dashboard/refund_payment/{sold[1]['id']}", amount=100)
    await stack.control_stripe(f"dashboard/open_dispute/{sold[2]['latest_charge']}")
    for _ in range(3):
        await reconcile_all(stack)
    assert await discrepancies(stack) == []
    assert await discrepancies(stack, "gone") == []
    (counts,) = await told(stack)
    assert (counts["payments"], counts["refunds"], counts["disputes"]) == (25, 2, 1)
    assert await stack.breaches() == []
    await sell_elsewhere(stack, 900)
    await reconcile_all(stack)
    assert len(await told(stack)) == 1, "one line a day"
    await stack.sql("UPDATE foreign_object SET told_at = told_at - interval '25 hours'")
    await reconcile_all(stack)
    assert [one["payments"] for one in await told(stack)] == [25, 1]
    await stack.control_stripe(f"dashboard/refund_payment/{(await stack.intents(order.id))[0]['id']}", amount=100)
    await reconcile_all(stack)
    assert await stack.breaches() == [], "what is done to our own payment is adopted as before"


async def test_refunds_of_an_older_shop_and_such_that_name_an_order_of_ours_are_of_others(stack: WorkerStack) -> None:
    order = await stack.open_order()
    older, other = [await sell_elsewhere(stack, 700 + number) for number in range(2)]
    charge = await stack.control_stripe(f"dashboard/make_older/{older['id']}")
    refund: Any = stack.context.stripe.v1.refunds.create_async
    await refund({"charge": charge["id"]})
    await refund({"payment_intent": other["id"], "metadata": {"order": str(order.id)}})
    for _ in range(2):
        await reconcile_all(stack)
    assert await discrepancies(stack) == await discrepancies(stack, "gone") == []
    (counts,) = await told(stack)
    assert (counts["payments"], counts["refunds"]) == (2, 2)
    assert await stack.breaches() == []


async def test_a_payment_of_a_customer_of_ours_is_not_of_others(stack: WorkerStack) -> None:
    customer = await stack.add_member()
    card: Any = customer.card
    more = {"customer": customer.stripe_customer, "payment_method": card.payment_method}
    intent = await sell_elsewhere(stack, 700, **more)
    for _ in range(2):
        await reconcile_all(stack)
    assert [(kind, subject) for kind, subject, _ in await discrepancies(stack)] == [("unknown_intent", intent["id"])]
    assert await told(stack) == []


async def send_by_hand(stack: WorkerStack, account: str, **more: object) -> dict[str, Any]:
    """Send money of the platform's to an account."""
    await stack.control_stripe("dashboard/top_up/sgd", amount=500)
    params: Any = {"amount": 50, "currency": "sgd", "destination": account}
    return (await stack.context.stripe.v1.transfers.create_async(params | more)).to_dict()


async def test_a_transfer_of_others_with_a_number_as_its_group_keeps_no_pay_back(stack: WorkerStack) -> None:
    other, runner = [await stack.add_member(runner=True, card=None) for _ in range(2)]
    await stack.sql("UPDATE person SET stripe_account = NULL WHERE id = :id", id=other.person_id)
    order = await stack.claimed_order(runner)
    await send_by_hand(stack, str(other.stripe_account), transfer_group=str(order.id))
    await reconcile_all(stack)
    assert await discrepancies(stack) == []
    assert [one["transfers"] for one in await told(stack)] == [1]
    await stack.deliver(runner, order)
    await stack.run_due()
    assert (await payable_state(stack, order))[0] == "paid"
    assert await stack.breaches() == []


@pytest.mark.parametrize("named", [{"metadata": {"order": "999999"}}, {"transfer_group": "order_999999"}])
async def test_a_transfer_to_a_runner_of_ours_is_told_also_with_a_number_that_is_no_order(
    stack: WorkerStack, named: dict[str, object]
) -> None:
    runner = await stack.add_member(runner=True, card=None)
    sent = await send_by_hand(stack, str(runner.stripe_account), **named)
    for _ in range(2):
        await reconcile_all(stack)
    found = await stack.rows("SELECT kind, subject, order_id FROM discrepancy WHERE status = 'open'")
    assert [tuple(one) for one in found] == [("unknown_transfer", sent["id"], None)]
    assert await told(stack) == []


async def test_a_transfer_by_hand_is_one_difference_with_its_order_and_settling_it_leaves_a_clean_audit(
    stack: WorkerStack,
) -> None:
    order = await completed_order(stack, await stack.add_member(runner=True, card=None))
    other = await stack.add_member(runner=True, card=None)
    sent = await create_stray_transfer(stack, order, str(other.stripe_account))
    for _ in range(2):
        await reconcile_all(stack)
    query = "SELECT id, kind, subject, order_id FROM discrepancy WHERE status = 'open'"
    (found,) = await stack.rows(query)
    assert (found.kind, found.subject, found.order_id) == ("unknown_transfer", sent["id"], order.id)
    await stack.act(use_cases.settle_discrepancy, await new_admin(stack), found.id, "a bonus that we agreed on")
    assert await stack.breaches() == []
    await reconcile_all(stack)
    assert await discrepancies(stack) == []


async def test_a_transfer_by_hand_that_is_reversed_again_leaves_nothing(stack: WorkerStack) -> None:
    order = await completed_order(stack, await stack.add_member(runner=True, card=None))
    other = await stack.add_member(runner=True, card=None)
    sent = await create_stray_transfer(stack, order, str(other.stripe_account))
    await reconcile_all(stack)
    await stack.control_stripe(f"dashboard/reverse_transfer/{sent['id']}")
    for _ in range(3):
        await reconcile_all(stack)
    assert await discrepancies(stack) == []


@pytest.mark.parametrize("is_number_given_out_again", [False, True])
async def test_what_is_of_an_order_that_a_backup_lacks_is_settled_as_no_orders(
    stack: WorkerStack, *, is_number_given_out_again: bool
) -> None:
    runner = await stack.add_member(runner=True, card=None)
    order = await stack.claimed_order(runner)
    await stack.sql(
        "INSERT INTO discrepancy (campus_id, kind, subject, order_id, remote_value, currency, first_seen)"
        " VALUES (:campus, 'unknown_transfer', 'tr_lost', :order, 50, 'sgd', now() - interval '1 hour')",
        campus=stack.campus.id,
        order=order.id if is_number_given_out_again else order.id + 1_000,
    )
    await stack.sql(
        "INSERT INTO unbooked_movement (movement, discrepancy_id, net, currency, posting_keys, due)"
        " SELECT 'txn_lost', id, -50, 'sgd', '{transfer:tr_lost}', -50 FROM discrepancy"
    )
    ((number,),) = await stack.rows("SELECT id FROM discrepancy")
    admin = await new_admin(stack)
    with pytest.raises(OrderUnnamed):
        await stack.act(use_cases.settle_discrepancy, admin, number, "it was lost")
    await stack.act(use_cases.settle_discrepancy, admin, number, "nobody here: it was lost")
    booked = await stack.rows("SELECT order_id FROM ledger_txn WHERE kind = 'settled_by_hand'")
    assert [one.order_id for one in booked] == [None]
    await stack.deliver(runner, order)
    await stack.run_due()
    assert (await payable_state(stack, order))[0] == "paid"


async def test_what_was_made_before_an_order_was_placed_is_not_of_that_order(stack: WorkerStack) -> None:
    """Its number was given out once more, after a backup was restored."""
    before = await stack.open_order()
    lost = await create_stray_intent(stack, order=str(before.id + 1), saga=str(uuid4()))
    await stack.control_stripe("history", older=120)
    order = await stack.open_order()
    assert order.id == before.id + 1
    await reconcile_all(stack)
    found = await stack.rows("SELECT subject, order_id FROM discrepancy WHERE kind = 'unknown_intent'")
    assert [tuple(one) for one in found] == [(lost["id"], None)]
