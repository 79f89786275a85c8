"""The promises I1 to I10, each a pure look at the books: what was counted, and what is wrong."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import RowMapping

from domain.order import Bearer, OrderStatus
from domain.payment import LIVE_HOLDS, HoldPart, HoldStatus, PayoutStatus
from domain.saga import ENDED, SagaStatus
from workers.account_sums import wanted_accounts
from workers.books import Books
from workers.debt_promises import (
    customers_accounts,
    debts_booked_otherwise,
    debts_elsewhere,
    uncollected,
    unpaid_otherwise,
)
from workers.refund_promises import (
    booked_otherwise,
    borne_otherwise,
    net_sent,
    netted_otherwise,
    other_accounts,
    payout_breaches,
    refunded_too_much,
    unknown_objects,
)

LATE = timedelta(seconds=30)  # a saga due for longer than this has nobody who runs it
_MONEY_TAKEN = ("requires_capture", "succeeded")


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One invariant: how much was looked at, and a sentence for each breach."""

    name: str
    promise: str
    counted: str
    breaches: tuple[str, ...]


def settled_orders(books: Books) -> set[int]:
    """Orders no saga is working for."""
    busy = {row["order_id"] for row in books.sagas if SagaStatus(row["status"]) not in ENDED}
    return {row["id"] for row in books.orders} - busy


def captured_within_hold(books: Books) -> Finding:
    totals = {row["id"]: row["total"] for row in books.orders}
    breaches = [
        f"hold {row['id']} of order {row['order_id']}: captured {row['captured']} of {row['amount']}, "
        f"total {totals[row['order_id']]}"
        for row in books.holds
        if row["captured"] > row["amount"] or row["captured"] not in (0, totals[row["order_id"]])
    ]
    return _finding("I1", "captured <= held, and nothing or the final total", f"{len(books.holds)} holds", breaches)


def one_hold_each(books: Books) -> Finding:
    live = [row for row in books.holds if HoldStatus(row["status"]) in {*LIVE_HOLDS, HoldStatus.CAPTURED}]
    replacing = replaced_orders(books)
    ours = Counter(row["order_id"] for row in live if row["part"] == HoldPart.CURRENT)
    theirs = Counter(intent["metadata"].get("order") for intent in books.intents if intent["status"] in _MONEY_TAKEN)
    breaches = [f"order {order}: {count} live holds in our rows" for order, count in ours.items() if count > 1]
    breaches += [
        f"hold {row['id']} of order {row['order_id']} is {row['status']} beside the one that counts"
        for row in live
        if row["part"] != HoldPart.CURRENT
        and (row["order_id"] not in replacing or row["status"] == HoldStatus.CAPTURED)
    ]
    breaches += [
        f"hold {row['id']} of order {row['order_id']} waits for a place that nobody gives it"
        for row in books.holds
        if row["part"] == HoldPart.CANDIDATE and row["order_id"] not in replacing
    ]
    breaches += [
        f"order {order}: {count} live intents at Stripe"
        for order, count in theirs.items()
        if count > (2 if order in {str(number) for number in replacing} else 1)
    ]
    counted = f"{len(books.holds)} holds, {len(books.intents)} intents"
    promise = "at most one live or captured hold an order, and another one only while it takes its place"
    return _finding("I2", promise, counted, breaches)


def replaced_orders(books: Books) -> set[int]:
    """Orders whose hold is being replaced."""
    return {
        row["order_id"]
        for row in books.sagas
        if row["kind"] == "replace_hold" and SagaStatus(row["status"]) not in ENDED
    }


def transfers_within_share(books: Books) -> Finding:
    borne = {row["order_id"]: row["withheld"] + row["netted"] for row in books.payables}
    shares = {f"order_{row['id']}": _owed_at_most(row) - borne.get(row["id"], 0) for row in books.orders}
    breaches = [
        f"{group}: {amount} sent, {shares.get(group, 0)} earned"
        for group, amount in net_sent(books).items()
        if amount > shares.get(group, 0)
    ]
    promise = "transfers - reversals <= the runner's share, less what she bears and owed"
    return _finding("I3", promise, f"{len(books.transfers)} transfers", breaches)


def nothing_kept_of_ended(books: Books) -> Finding:
    settled = settled_orders(books)
    ended = (OrderStatus.CANCELLED, OrderStatus.EXPIRED)
    over = {row["id"] for row in books.orders if OrderStatus(row["status"]) in ended and row["id"] in settled}
    breaches = [
        f"order {row['order_id']} ended with a hold {row['status']}"
        for row in books.holds
        if row["order_id"] in over and HoldStatus(row["status"]) not in (HoldStatus.RELEASED, HoldStatus.REFUSED)
    ]
    breaches += [
        f"order {intent['metadata']['order']} ended, {intent['id']} is {intent['status']}"
        for intent in books.intents
        if intent["metadata"].get("order") in {str(order) for order in over} and intent["status"] in _MONEY_TAKEN
    ]
    return _finding("I4", "cancelled or expired: nothing captured, no live hold", f"{len(over)} orders", breaches)


def completed_is_paid(books: Books) -> Finding:
    settled = settled_orders(books)
    captured = {row["order_id"]: row["captured"] for row in books.holds if row["captured"]}
    payables = {row["order_id"]: row for row in books.payables}
    sent = net_sent(books)
    done = [row for row in books.orders if row["status"] == OrderStatus.COMPLETED and row["id"] in settled]
    closed = [row for row in books.orders if row["borne_by"] is not None]
    breaches = debts_elsewhere(books)
    for row in done:
        breaches += unpaid_otherwise(books, row, captured.get(row["id"], 0))
    for row in (*done, *closed):
        owed = payables.get(row["id"])
        if _owed_at_most(row) == 0:
            breaches += [f"order {row['id']}: {owed['amount']} booked, though the runner bears it"] if owed else []
        elif owed is None or owed["amount"] != row["runner_share"]:
            breaches.append(f"order {row['id']}: the runner's {row['runner_share']} is not booked")
        else:
            breaches += payout_breaches(owed, sent.get(f"order_{row['id']}", 0))
    breaches += borne_otherwise(books, settled) + netted_otherwise(books)
    promise = "completed: captured = total, or its customer owes it, and transferred or owed in full; closed: as borne"
    return _finding("I5", promise, f"{len(done)} orders, {len(closed)} closed", breaches)


def _owed_at_most(row: RowMapping) -> int:
    """Minor units the runner may get of an order: her share, unless it was ended and nobody bears it for her."""
    if row["status"] == OrderStatus.CANCELLED and row["borne_by"] != Bearer.PLATFORM:
        return 0
    return row["runner_share"] or 0


def ledger_is_stripes(books: Books) -> Finding:
    breaches = [
        f"{row['posting_key']} sums to {row['total']} over {row['lines']} lines"
        for row in (books.postings if books.coverage is None else books.coverage.unbalanced)
        if row["total"] != 0 or row["lines"] < 2
    ]
    ours: dict[str, int] = defaultdict(int)
    for row in books.balances:
        if row["code"].startswith("stripe_balance:"):
            ours[row["currency"]] += row["balance"]
    for currency in sorted({*ours, *books.stripe_balance}):
        here, there = ours.get(currency, 0), books.stripe_balance.get(currency, 0)
        if here != there:
            breaches.append(f"{currency}: the ledger says {here}, Stripe says {there}")
    breaches += _other_costs(books) + other_accounts(books, settled_orders(books)) + customers_accounts(books)
    counted = f"{len(books.postings) if books.coverage is None else books.coverage.postings} postings"
    return _finding("I6", "every posting sums to 0, and the ledger equals Stripe's balance", counted, breaches)


def _other_costs(books: Books) -> list[str]:
    """Where the platform's own costs are not what it owes, or paid, for purchases it closed."""
    booked: dict[str, int] = defaultdict(int)
    for row in books.balances:
        if row["code"].startswith("platform_costs:"):
            booked[row["currency"]] += row["balance"]
    borne: dict[str, int] = defaultdict(int)
    for code, amount in wanted_accounts(books).items():
        if code.startswith("platform_costs:"):
            borne[code.partition(":")[2]] += amount
    return [
        f"{currency}: {booked[currency]} booked as the platform's costs, {borne[currency]} borne"
        for currency in sorted({*booked, *borne})
        if booked[currency] != borne[currency]
    ]


def refunds_within_capture(books: Books) -> Finding:
    return _finding("I7", "refunds <= captured", f"{len(books.refunds)} refunds", refunded_too_much(books))


def objects_are_known(books: Books) -> Finding:
    sagas = {str(row["id"]) for row in books.sagas}
    holds = {row["payment_intent"] for row in books.holds if row["payment_intent"]}
    transfers = {row["transfer"] for row in books.payables if row["transfer"]}
    breaches = [
        f"{one['id']} belongs to no call"
        for one in (*books.intents, *books.transfers)
        if one["metadata"].get("saga") not in sagas
    ]
    calls = Counter(one["metadata"].get("call") for one in (*books.intents, *books.transfers))
    breaches += [f"call {call} made {count} objects" for call, count in calls.items() if count > 1]
    breaches += [f"hold {intent} is not at Stripe" for intent in holds - {one["id"] for one in books.intents}]
    breaches += [f"transfer {one} is not at Stripe" for one in transfers - {one["id"] for one in books.transfers}]
    breaches += unknown_objects(books)
    counted = f"{len(books.intents)} intents, {len(books.transfers)} transfers, {len(books.refunds)} refunds"
    return _finding("I8", "each Stripe object belongs to one known call", counted, breaches)


def effects_happen_once(books: Books) -> Finding:
    booked = Counter((row["kind"], row["order_id"]) for row in books.postings)
    owing = uncollected(books)
    wanted = {
        ("capture" if row["charge"] else "goodwill", row["order_id"])
        for row in books.payables
        if row["order_id"] not in owing
    }
    breaches = [
        f"{kind} of order {order} booked {booked[kind, order]} times"
        for kind, order in wanted
        if booked[kind, order] != 1
    ]
    made = Counter(transfer["transfer_group"] for transfer in books.transfers)
    for row in books.payables:
        wanted |= {("transfer", row["order_id"])}
        sent, known = made[f"order_{row['order_id']}"], booked["transfer", row["order_id"]]
        if row["status"] != PayoutStatus.SENDING and known != sent:
            breaches.append(f"transfer of order {row['order_id']} booked {known} times, made {sent} times")
    breaches += booked_otherwise(books) + debts_booked_otherwise(books)
    breaches += [
        f"{kind} of order {order} booked without a payable"
        for kind, order in booked
        if kind in ("capture", "goodwill", "transfer") and (kind, order) not in wanted
    ]
    counted = f"{len(books.postings)} postings, {books.events} Stripe events"
    return _finding("I9", "each event and posting has effect once", counted, breaches)


def sagas_stand_somewhere(books: Books) -> Finding:
    breaches = []
    for row in books.sagas:
        status = SagaStatus(row["status"])
        if status is SagaStatus.STUCK and not row["error"]:
            breaches.append(f"saga {row['number']} ({row['name']}) is stuck without a reason")
        elif status not in (*ENDED, SagaStatus.STUCK) and row["overdue"] > LATE:
            breaches.append(f"saga {row['number']} ({row['name']}) is due for {row['overdue']}: {row['error']}")
    states = Counter(row["status"] for row in books.sagas)
    counted = ", ".join(f"{count} {status}" for status, count in sorted(states.items())) or "no sagas"
    return _finding("I10", "every saga is over, waiting with a deadline, or stuck with a reason", counted, breaches)


INVARIANTS: tuple[Callable[[Books], Finding], ...] = (
    captured_within_hold,
    one_hold_each,
    transfers_within_share,
    nothing_kept_of_ended,
    completed_is_paid,
    ledger_is_stripes,
    refunds_within_capture,
    objects_are_known,
    effects_happen_once,
    sagas_stand_somewhere,
)


def _finding(name: str, promise: str, counted: str, breaches: Iterable[str]) -> Finding:
    return Finding(name=name, promise=promise, counted=counted, breaches=tuple(breaches))
