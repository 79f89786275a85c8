"""Earlier orders of a scene's people: rows that the risk rules read, written instead of played, and forgotten again.

They are no orders that happened: no message, no ledger entry and nothing at Stripe belongs to them. So whoever lets a
scene with earlier orders play forgets them before the audit (`forget_earlier_orders`).
"""

from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4

from sandbox.people.person import Person
from sandbox.people.populated_stack import PopulatedStack, SceneContext

FEE = 100  # minor units: the delivery fee of an earlier order, and its service fee
STORE = "an earlier order"  # by which they are known
DURATION = timedelta(minutes=20)  # from the claim to the hand-over

INSERT_ORDER_SQL = """
INSERT INTO orders (campus_id, customer_id, runner_id, status, store_name, drop_point, currency, items_cost, shop_limit,
    delivery_fee, service_fee, tip, platform_basis_points, ceiling, receipt, total, runner_share, proof_photo,
    placed_at, created_at, accepted_at, bought_at, picked_up_at, arrived_at, delivered_at, completed_at)
SELECT $1, $2, $3, 'COMPLETED', $4, 'Science Library', 'sgd', cost, cost, fee, fee, 0, 1000, cost + 2 * fee, cost,
    cost + 2 * fee, cost, $7, began, began, began, began, began, ended, ended, ended
FROM (SELECT $5::bigint AS cost, $6::bigint AS fee, now() - $8::interval AS ended,
    now() - $8::interval - $9::interval AS began) AS earlier
RETURNING id
"""
INSERT_HOLD_SQL = """
INSERT INTO hold (order_id, saga_id, status, amount, currency, payment_intent, captured, made_at, card_fingerprint)
SELECT id, $2, 'captured', ceiling, currency, $3, total, placed_at, 'card_of_' || customer_id FROM orders WHERE id = $1
"""
INSERT_REFUND_SQL = """
INSERT INTO refund (campus_id, order_id, runner_id, asked_by, status, amount, runner_amount, currency, payment_intent,
    refund, reason, asked_at, settled_at)
SELECT campus_id, id, runner_id, customer_id, 'succeeded', total, 0, currency, $2, $2, 'cold', completed_at,
    completed_at FROM orders WHERE id = $1
"""
INSERT_DISPUTE_SQL = """
INSERT INTO dispute (campus_id, order_id, dispute, status, amount, currency, reason, opened_at, closed_at)
SELECT campus_id, id, $2, 'lost', total, currency, 'fraudulent', completed_at, completed_at FROM orders WHERE id = $1
"""
FORGET_SQL = (
    *(
        f"DELETE FROM {table} WHERE order_id IN (SELECT id FROM orders WHERE store_name = $1)"
        for table in ("hold", "refund", "dispute")
    ),
    "DELETE FROM orders WHERE store_name = $1",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierOrder:
    """A completed order. `receipt` is in minor units; `ago` counts from the hand-over, 20 minutes after the claim."""

    customer: Person
    runner: Person
    receipt: int
    ago: timedelta
    by_pin: bool = True  # else with a photo
    is_refunded: bool = False  # in full, by the platform
    is_disputed: bool = False  # and lost


async def write_earlier_orders(scene: SceneContext, *earlier: EarlierOrder) -> None:
    """Write these orders for people who have written to the bot before; each customer paid with one card."""
    stack = scene.populated_stack
    (here,) = await stack.query("SELECT campus_id FROM membership WHERE person_id = $1", earlier[0].runner.user_id)
    for each in earlier:
        ids = (here["campus_id"], each.customer.user_id, each.runner.user_id)
        photo = None if each.by_pin else "a photo"
        values = (STORE, each.receipt, FEE, photo, each.ago, DURATION)
        (order,) = await stack.query(INSERT_ORDER_SQL, *ids, *values)
        name = f"earlier_{order['id']}"
        await stack.query(INSERT_HOLD_SQL, order["id"], uuid4(), name)
        if each.is_refunded:
            await stack.query(INSERT_REFUND_SQL, order["id"], name)
        if each.is_disputed:
            await stack.query(INSERT_DISPUTE_SQL, order["id"], name)


async def forget_earlier_orders(stack: PopulatedStack) -> None:
    """Delete all earlier orders, which belong to no money: the audit would miss it."""
    for statement in FORGET_SQL:
        await stack.query(statement, STORE)
