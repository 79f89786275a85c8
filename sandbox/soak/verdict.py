"""Whether all of it settled: every order over, every card true, every message away, nobody charged or paid twice."""

import asyncio
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import asyncpg

from sandbox.play.sights import Message, Place
from sandbox.play.wire import fields, rows, whole
from sandbox.soak.city import OVER, City

LOOK_EVERY = 0.5  # seconds
ONWARD = frozenset({"claim", "cancel", "bought", "picked_up", "here", "leave", "release"})  # what no ended order offers
UNSETTLED = """
SELECT 'saga ' || kind || ' of #' || coalesce(order_id::text, '-') || ' is ' || status || ': ' || coalesce(error, '')
  FROM saga WHERE status = 'stuck'
    OR (status IN ('running', 'turning') AND (waiting_until IS NULL OR error IS NOT NULL))
UNION ALL
SELECT 'a ' || kind || ' card of #' || order_id || ' is due: ' || coalesce(error, '') FROM live_card
 WHERE due_at IS NOT NULL
UNION ALL
SELECT 'the message ' || name || ' is ' || status FROM push WHERE status IN ('due', 'sending')
UNION ALL
SELECT 'update ' || update_id || ' is open: ' || coalesce(error, '') FROM telegram_update WHERE handled_at IS NULL
UNION ALL
SELECT 'the event ' || type || ' is open: ' || coalesce(error, '') FROM stripe_event WHERE handled_at IS NULL
"""
ORDERS = "SELECT * FROM orders WHERE customer_id = ANY($1) ORDER BY id"
CARDS = (
    "SELECT card.*, orders.customer_id FROM live_card AS card JOIN orders ON orders.id = order_id"
    " WHERE customer_id = ANY($1) ORDER BY card.id"
)
PAYABLES = (
    "SELECT payable.* FROM payable JOIN orders ON orders.id = order_id WHERE customer_id = ANY($1) ORDER BY payable.id"
)
PUSHES = """
SELECT status, chat_id, name, error, coalesce(order_id, 0) AS order_id,
       extract(epoch FROM written_at)::float8 AS written,
       EXISTS (SELECT FROM parked WHERE kind = 'push' AND subject = push.id::text) AS parked,
       EXISTS (SELECT FROM push AS told WHERE told.name = 'not_heard:' || push.id) AS told,
       ARRAY (SELECT message_id FROM live_card AS card
               WHERE card.order_id = push.order_id AND card.chat_id = push.chat_id) AS cards
  FROM push WHERE chat_id = ANY($1) OR order_id = ANY($2)
"""
OVER_AGAIN = (
    "SELECT order_id FROM event WHERE order_id = ANY($1) AND subject = 'order'"
    " AND before = ANY($2) AND after IS DISTINCT FROM before"
)
BALANCE = (
    "SELECT currency, coalesce(sum(amount), 0)::bigint AS amount FROM ledger_entry"
    " JOIN ledger_account AS account USING (currency) WHERE account.id = account_id"
    " AND code LIKE 'stripe_balance:%' GROUP BY currency"
)


@dataclass(slots=True, kw_only=True)
class Verdict:
    """What became of it all; amounts in minor units."""

    wrong: list[tuple[int, str]] = field(default_factory=list)  # an order's number (0: of none), a sentence
    states: Counter[str] = field(default_factory=Counter)
    money: Counter[str] = field(default_factory=Counter)
    messages: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0  # from the end of the weather until nothing was under way

    def blame(self, order: int, sentence: str) -> None:
        """Something is not as it must be."""
        self.wrong.append((order, sentence))


async def settled(city: City, *, within: float) -> Verdict:
    """Wait until nothing is under way any more; what still is after so many seconds is wrong."""
    verdict, began = Verdict(), time.monotonic()
    while left := await city.ask(UNSETTLED):
        if time.monotonic() - began > within:
            for row in left:
                verdict.blame(_number(str(row[0])), str(row[0]))
            break
        await asyncio.sleep(LOOK_EVERY)
    verdict.seconds = time.monotonic() - began
    await city.catches_up()
    return verdict


def _number(words: str) -> int:
    digits = words.partition("#")[2].partition(" ")[0]
    return int(digits) if digits.isdigit() else 0


async def judge(city: City, verdict: Verdict) -> None:
    """Look at every order, card, message and movement of money."""
    orders = await city.ask(ORDERS, city.customers)
    await _judge_orders(city, verdict, orders)
    await _judge_money(city, verdict, orders)
    await _judge_cards(city, verdict, {row["id"]: row for row in orders})
    await _judge_messages(city, verdict, [row["id"] for row in orders])


async def _judge_orders(city: City, verdict: Verdict, orders: Sequence[asyncpg.Record]) -> None:
    for row in orders:
        verdict.states[row["status"]] += 1
        if row["status"] not in OVER:
            verdict.blame(row["id"], f"is {row['status']} in the end")
        if row["id"] not in city.placed:
            verdict.blame(row["id"], "was placed, and its customer never read its number")
    for number in sorted(city.placed - {row["id"] for row in orders}):
        verdict.blame(number, "was shown to its customer, and is lost")
    for row in await city.ask(OVER_AGAIN, sorted(city.placed), sorted(OVER)):
        verdict.blame(row["order_id"], "went on after its end")


async def _judge_money(city: City, verdict: Verdict, orders: Sequence[asyncpg.Record]) -> None:
    intents, transfers = defaultdict[str, list[dict[str, object]]](list), defaultdict[str, list[int]](list)
    for intent in rows(await city.stripe.get("/sim/objects", kind="payment_intent")):
        intents[str(fields(intent["metadata"]).get("order"))].append(intent)
    for transfer in rows(await city.stripe.get("/sim/objects", kind="transfer")):
        transfers[str(transfer["transfer_group"])].append(whole(transfer["amount"]))
    owed = {row["order_id"]: row for row in await city.ask(PAYABLES, city.customers)}
    for row in orders:
        sent = transfers[f"order_{row['id']}"]
        _judge_charge(verdict, row, intents[str(row["id"])])
        _judge_pay(verdict, row, owed.get(row["id"]), sent)
    await _judge_balance(city, verdict)


def _judge_charge(verdict: Verdict, row: asyncpg.Record, intents: Sequence[dict[str, object]]) -> None:
    charged = [whole(one["amount_received"]) for one in intents if one["amount_received"]]
    due = [row["total"]] if row["status"] == "COMPLETED" else []
    if charged != due:
        verdict.blame(row["id"], f"is {row['status']}: {charged} charged, {due} due")
    if any(one["status"] == "requires_capture" for one in intents):
        verdict.blame(row["id"], "is over, and money is still held")
    verdict.money["charged"] += sum(charged)
    verdict.money["held and released"] += sum(whole(one["amount"]) for one in intents if one["status"] == "canceled")


def _judge_pay(verdict: Verdict, row: asyncpg.Record, owed: asyncpg.Record | None, sent: Sequence[int]) -> None:
    share = row["runner_share"] if row["status"] == "COMPLETED" else None
    if (None if owed is None else owed["amount"]) != share:
        verdict.blame(row["id"], f"the runner's {share} is not what is booked")
    paid = [share] if owed is not None and owed["status"] == "paid" else []
    if list(sent) != paid:
        verdict.blame(row["id"], f"{list(sent)} sent to the runner, {paid} booked as sent")
    verdict.money["paid out"] += sum(sent)
    verdict.money["owed to runners without an account"] += 0 if paid else share or 0


async def _judge_balance(city: City, verdict: Verdict) -> None:
    ours = {row["currency"]: int(row["amount"]) for row in await city.ask(BALANCE)}
    summary = fields(fields(await city.stripe.get("/sim/summary"))["balance"])
    for currency in sorted({*ours, *summary}):
        here, there = ours.get(currency, 0), whole(summary.get(currency, 0))
        verdict.money[f"the ledger's balance at Stripe ({currency})"] = here
        verdict.money[f"Stripe's own balance ({currency})"] = there
        if here != there:
            verdict.blame(0, f"{currency}: the ledger says {here}, Stripe says {there}")


async def _judge_cards(city: City, verdict: Verdict, orders: dict[int, asyncpg.Record]) -> None:
    kinds = defaultdict[int, set[str]](set)
    for card in await city.ask(CARDS, city.customers):
        kinds[card["order_id"]].add(card["kind"])
        verdict.messages["cards"] += 1
        if card["chat_id"] in city.blocked and card["error"]:
            verdict.messages["cards left as they were for people who had blocked the bot"] += 1
            continue
        for sentence in _untrue(city, card, orders[card["order_id"]]):
            verdict.blame(card["order_id"], f"its {card['kind']} card in chat {card['chat_id']} {sentence}")
    for number, row in orders.items():
        wanted = (
            {"customer"} | ({"runner"} if row["runner_id"] else set()) | ({"group"} if row["created_at"] else set())
        )
        for kind in sorted(wanted - kinds[number]):
            verdict.blame(number, f"has no {kind} card")


def _untrue(city: City, card: asyncpg.Record, order: asyncpg.Record) -> Iterator[str]:
    """What the chat shows otherwise than it must in the end."""
    if card["error"]:
        yield f"could not be drawn: {card['error']}"
    message = _shown(city, card["chat_id"], card["message_id"])
    if message is None:
        yield "is not in the chat"
        return
    if f"#{card['order_id']}" not in message.text:
        yield f"says {message.text!r}"
    offers = sorted(ONWARD & {button.action for button in message.buttons})
    if offers:
        yield f"still offers {', '.join(offers)}, though the order is {order['status']}"
    if card["kind"] == "customer" and not any(button.action == "try_again" for button in message.buttons):
        yield "does not say that the order is over"


def _shown(city: City, chat: int, message: int | None) -> Message | None:
    if message is None:
        return None
    places: Iterable[Place] = city.eyes.messages
    here = (place for place in places if (str(chat) == place.chat if chat < 0 else place.user == chat))
    return next((found for place in here if (found := city.eyes.messages[place].get(message))), None)


async def _judge_messages(city: City, verdict: Verdict, orders: Sequence[int]) -> None:
    for push in await city.ask(PUSHES, [*city.customers, *city.runners], orders):
        verdict.messages[f"messages {push['status']}"] += 1
        if push["status"] == "dropped" and push["chat_id"] not in city.blocked:
            verdict.blame(0, f"the message {push['name']} was dropped: {push['error']}")
        if push["status"] == "lost":
            _judge_loss(city, verdict, push)
    for row in await city.ask("SELECT update_id, error FROM telegram_update WHERE parked"):
        verdict.blame(0, f"update {row['update_id']} was parked: {row['error']}")


def _judge_loss(city: City, verdict: Verdict, push: asyncpg.Record) -> None:
    """Perhaps not sent, and not sent again by itself: what it said must have got there in another way."""
    cards = [_shown(city, push["chat_id"], number) for number in push["cards"]]
    if push["parked"]:
        verdict.messages["messages lost, and parked for an admin"] += 1
    elif push["told"]:
        verdict.messages["messages lost, and their writers told"] += 1
    elif any(card is not None and card.came_at >= push["written"] for card in cards):
        verdict.messages["messages lost, and their cards come anew"] += 1
    elif push["chat_id"] in city.blocked:
        verdict.messages["messages lost, to people who had blocked the bot"] += 1
    else:
        verdict.blame(push["order_id"], f"the message {push['name']} is lost, and nothing came in its place")
