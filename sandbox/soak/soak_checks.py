"""Checks that everything settled: orders over, order messages true, messages sent, nobody charged or paid twice."""

import asyncio
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import asyncpg

from sandbox.people.control_clients import Json
from sandbox.people.observed_messages import ObservedMessage
from sandbox.play.money_check import HELD_STATUS, read_order_money
from sandbox.soak.soak_context import FINAL_ORDER_STATUSES, SoakContext

POLL_INTERVAL_SECONDS = 0.5
# What no ended order offers.
ACTIVE_ORDER_ACTIONS = frozenset({"claim", "cancel", "bought", "picked_up", "here", "leave", "release"})
UNSETTLED = """
SELECT 'saga ' || kind || ' of #' || coalesce(order_id::text, '-') || ' is ' || status || ': ' || coalesce(error, '')
  FROM saga WHERE status = 'stuck'
    OR (status IN ('running', 'compensating') AND (waiting_until IS NULL OR error IS NOT NULL))
UNION ALL
SELECT 'a ' || kind || ' order message of #' || order_id || ' is due: ' || coalesce(error, '') FROM order_message
 WHERE due_at IS NOT NULL
UNION ALL
SELECT 'the notification ' || name || ' is ' || status FROM notification WHERE status IN ('due', 'sending')
UNION ALL
SELECT 'the pay for #' || payable.order_id || ' is held' FROM payable JOIN orders ON orders.id = payable.order_id
 WHERE held_until IS NOT NULL AND payable.status = 'open' AND customer_id = ANY($1)
UNION ALL
SELECT 'update ' || update_id || ' is open: ' || coalesce(error, '') FROM telegram_update WHERE handled_at IS NULL
UNION ALL
SELECT 'the event ' || type || ' is open: ' || coalesce(error, '') FROM stripe_event WHERE handled_at IS NULL
"""
ORDERS = "SELECT * FROM orders WHERE customer_id = ANY($1) ORDER BY id"
ORDER_MESSAGES = (
    "SELECT order_message.*, orders.customer_id FROM order_message JOIN orders ON orders.id = order_id"
    " WHERE customer_id = ANY($1) ORDER BY order_message.id"
)
PAYABLES = (
    "SELECT payable.* FROM payable JOIN orders ON orders.id = order_id WHERE customer_id = ANY($1) ORDER BY payable.id"
)
NOTIFICATIONS = """
SELECT status, chat_id, name, error, coalesce(order_id, 0) AS order_id,
       extract(epoch FROM written_at)::float8 AS written,
       EXISTS (SELECT FROM dead_letter WHERE kind = 'notification' AND subject = notification.id::text)
         AS dead_lettered,
       EXISTS (SELECT FROM notification AS warning WHERE warning.name = 'not_heard:' || notification.id)
         AS writer_told,
       ARRAY (SELECT message_id FROM order_message
               WHERE order_message.order_id = notification.order_id
                 AND order_message.chat_id = notification.chat_id) AS order_messages
  FROM notification WHERE chat_id = ANY($1) OR order_id = ANY($2)
"""
CHANGED_AFTER_END = (
    "SELECT order_id FROM event_log WHERE order_id = ANY($1) AND subject = 'order'"
    " AND before = ANY($2) AND after IS DISTINCT FROM before"
)
LEDGER_STRIPE_BALANCE = (
    "SELECT currency, coalesce(sum(amount), 0)::bigint AS amount FROM ledger_entry"
    " JOIN ledger_account AS account USING (currency) WHERE account.id = account_id"
    " AND code LIKE 'stripe_balance:%' GROUP BY currency"
)


@dataclass(slots=True, kw_only=True)
class SoakFindings:
    """The results of the checks. Amounts are minor units."""

    failures: list[tuple[int, str]] = field(default_factory=list)  # order number (0: of no order) and a sentence
    order_statuses: Counter[str] = field(default_factory=Counter)
    money_totals: Counter[str] = field(default_factory=Counter)
    message_counts: Counter[str] = field(default_factory=Counter)
    settle_seconds: float = 0.0  # from the end of the faults until nothing was in flight

    def add_failure(self, order: int, sentence: str) -> None:
        """Add something that is not as it must be."""
        self.failures.append((order, sentence))


async def wait_until_settled(context: SoakContext, *, timeout: float) -> SoakFindings:
    """Wait until nothing is in flight. What still is after `timeout` seconds becomes a failure."""
    findings, began = SoakFindings(), time.monotonic()
    while unsettled := await context.query(UNSETTLED, context.customer_ids):
        if time.monotonic() - began > timeout:
            for row in unsettled:
                findings.add_failure(_order_number(str(row[0])), str(row[0]))
            break
        await asyncio.sleep(POLL_INTERVAL_SECONDS)
    findings.settle_seconds = time.monotonic() - began
    await context.observer.catch_up()
    return findings


def _order_number(text: str) -> int:
    digits = text.partition("#")[2].partition(" ")[0]
    return int(digits) if digits.isdigit() else 0


async def check_final_state(context: SoakContext, findings: SoakFindings) -> None:
    """Check every order, order message, notification and movement of money."""
    orders = await context.query(ORDERS, context.customer_ids)
    await _check_orders(context, findings, orders)
    await _check_money(context, findings, orders)
    await _check_order_messages(context, findings, {row["id"]: row for row in orders})
    await _check_notifications(context, findings, [row["id"] for row in orders])


async def _check_orders(context: SoakContext, findings: SoakFindings, orders: Sequence[asyncpg.Record]) -> None:
    for row in orders:
        findings.order_statuses[row["status"]] += 1
        if row["status"] not in FINAL_ORDER_STATUSES:
            findings.add_failure(row["id"], f"is {row['status']} in the end")
        if row["id"] not in context.placed_orders:
            findings.add_failure(row["id"], "was placed, and its customer never read its number")
    for number in sorted(context.placed_orders - {row["id"] for row in orders}):
        findings.add_failure(number, "was shown to its customer, and does not exist")
    for row in await context.query(CHANGED_AFTER_END, sorted(context.placed_orders), sorted(FINAL_ORDER_STATUSES)):
        findings.add_failure(row["order_id"], "changed after its end")


async def _check_money(context: SoakContext, findings: SoakFindings, orders: Sequence[asyncpg.Record]) -> None:
    money = await read_order_money(context.populated_stack.stripe)
    owed = {row["order_id"]: row for row in await context.query(PAYABLES, context.customer_ids)}
    for row in orders:
        _check_charge(findings, row, money.intents_of(row["id"]))
        _check_payable(findings, row, owed.get(row["id"]), [one["amount"] for one in money.transfers_of(row["id"])])
    await _check_balance(context, findings)


def _check_charge(findings: SoakFindings, row: asyncpg.Record, intents: Sequence[Json]) -> None:
    charged = [one["amount_received"] for one in intents if one["amount_received"]]
    expected = [row["total"]] if row["status"] == "COMPLETED" else []
    if charged != expected:
        findings.add_failure(row["id"], f"is {row['status']}: {charged} charged, {expected} due")
    if any(one["status"] == HELD_STATUS for one in intents):
        findings.add_failure(row["id"], "is over, and money is still held")
    findings.money_totals["charged"] += sum(charged)
    findings.money_totals["held and released"] += sum(one["amount"] for one in intents if one["status"] == "canceled")


def _check_payable(
    findings: SoakFindings, row: asyncpg.Record, owed: asyncpg.Record | None, transferred: Sequence[int]
) -> None:
    share = row["runner_share"] if row["status"] == "COMPLETED" else None
    if (None if owed is None else owed["amount"]) != share:
        findings.add_failure(row["id"], f"the runner's {share} is not what is booked")
    paid = [share] if owed is not None and owed["status"] == "paid" else []
    if list(transferred) != paid:
        findings.add_failure(row["id"], f"{list(transferred)} sent to the runner, {paid} booked as sent")
    findings.money_totals["paid out"] += sum(transferred)
    findings.money_totals["owed to runners without an account"] += 0 if paid else share or 0


async def _check_balance(context: SoakContext, findings: SoakFindings) -> None:
    ledger_balances = {row["currency"]: int(row["amount"]) for row in await context.query(LEDGER_STRIPE_BALANCE)}
    summary = (await context.populated_stack.stripe.get("summary"))["balance"]
    for currency in sorted({*ledger_balances, *summary}):
        ledger_balance, stripe_balance = ledger_balances.get(currency, 0), summary.get(currency, 0)
        findings.money_totals[f"the ledger's balance at Stripe ({currency})"] = ledger_balance
        findings.money_totals[f"Stripe's own balance ({currency})"] = stripe_balance
        if ledger_balance != stripe_balance:
            findings.add_failure(0, f"{currency}: the ledger says {ledger_balance}, Stripe says {stripe_balance}")


async def _check_order_messages(
    context: SoakContext, findings: SoakFindings, orders: dict[int, asyncpg.Record]
) -> None:
    kinds = defaultdict[int, set[str]](set)
    for order_message in await context.query(ORDER_MESSAGES, context.customer_ids):
        kinds[order_message["order_id"]].add(order_message["kind"])
        findings.message_counts["order messages"] += 1
        if order_message["chat_id"] in context.users_who_blocked and order_message["error"]:
            findings.message_counts["order messages left as they were for people who had blocked the bot"] += 1
            continue
        if _ended_unseen(order_message, orders[order_message["order_id"]]):
            findings.message_counts["group order messages never sent, as their orders ended before"] += 1
            continue
        for sentence in _find_order_message_faults(context, order_message, orders[order_message["order_id"]]):
            findings.add_failure(
                order_message["order_id"],
                f"its {order_message['kind']} order message in chat {order_message['chat_id']} {sentence}",
            )
    for number, row in orders.items():
        wanted = (
            {"customer"} | ({"runner"} if row["runner_id"] else set()) | ({"group"} if row["created_at"] else set())
        )
        for kind in sorted(wanted - kinds[number]):
            findings.add_failure(number, f"has no {kind} order message")


def _ended_unseen(order_message: asyncpg.Record, order: asyncpg.Record) -> bool:
    """Return whether runners were never shown an order: it ended unclaimed while its message waited to be sent."""
    is_settled = order_message["error"] is None and order_message["requested_revision"] > 1  # its end asked for another
    is_unseen = order_message["message_id"] is None and order["accepted_at"] is None
    return order_message["kind"] == "group" and is_unseen and is_settled


def _find_order_message_faults(
    context: SoakContext, order_message: asyncpg.Record, order: asyncpg.Record
) -> Iterator[str]:
    """Yield what is wrong in the chat's message of an ended order."""
    if order_message["error"]:
        yield f"could not be rendered: {order_message['error']}"
    message = _find_message(context, order_message["chat_id"], order_message["message_id"])
    if message is None:
        yield "is not in the chat"
        return
    if f"#{order_message['order_id']}" not in message.text:
        yield f"says {message.text!r}"
    offers = sorted(ACTIVE_ORDER_ACTIONS & {button.action for button in message.buttons})
    if offers:
        yield f"still offers {', '.join(offers)}, though the order is {order['status']}"
    if order_message["kind"] == "customer" and not any(button.action == "try_again" for button in message.buttons):
        yield "does not say that the order is over"


def _find_message(context: SoakContext, chat: int, message: int | None) -> ObservedMessage | None:
    if message is None:
        return None
    here = (
        messages
        for place, messages in context.observer.messages.items()
        if (str(chat) == place.chat if chat < 0 else place.user_id == chat)
    )
    return next((found for messages in here if (found := messages.get(message))), None)


async def _check_notifications(context: SoakContext, findings: SoakFindings, orders: Sequence[int]) -> None:
    for notification in await context.query(NOTIFICATIONS, [*context.customer_ids, *context.runner_ids], orders):
        findings.message_counts[f"notifications {notification['status']}"] += 1
        if notification["status"] == "dropped" and notification["chat_id"] not in context.users_who_blocked:
            findings.add_failure(0, f"the notification {notification['name']} was dropped: {notification['error']}")
        if notification["status"] == "outcome_unknown":
            _check_unknown_outcome(context, findings, notification)
    for row in await context.query("SELECT update_id, error FROM telegram_update WHERE dead_lettered"):
        findings.add_failure(0, f"update {row['update_id']} is a dead letter: {row['error']}")


def _check_unknown_outcome(context: SoakContext, findings: SoakFindings, notification: asyncpg.Record) -> None:
    """Check that the content of a notification of unknown outcome reached its reader in another way.

    Such a notification was perhaps not sent, and is not sent again by itself.
    """
    order_messages = [
        _find_message(context, notification["chat_id"], number) for number in notification["order_messages"]
    ]
    if notification["dead_lettered"]:
        findings.message_counts["notifications of unknown outcome, dead letters"] += 1
    elif notification["writer_told"]:
        findings.message_counts["notifications of unknown outcome, their senders told"] += 1
    elif any(
        order_message is not None and order_message.created_at >= notification["written"]
        for order_message in order_messages
    ):
        findings.message_counts["notifications of unknown outcome, their order messages sent again"] += 1
    elif notification["chat_id"] in context.users_who_blocked:
        findings.message_counts["notifications of unknown outcome, to people who had blocked the bot"] += 1
    else:
        findings.add_failure(
            notification["order_id"], f"the outcome of {notification['name']} is unknown, and nothing replaced it"
        )
