"""The invariants I1 to I10: each is a pure function of the snapshot and returns what it counted and each breach."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import RowMapping

from domain.orders.states import Bearer, OrderStatus
from domain.payments.model import LIVE_HOLDS, HoldPart, HoldStatus
from domain.payments.sagas.replace_hold import REPLACE_HOLD
from domain.payouts.model import PayoutStatus
from domain.saga.definition import FINAL_STATUSES, SagaStatus
from workers.audit.account_sums import wanted_accounts
from workers.audit.debt_invariants import (
    customer_debts_by_order,
    find_capture_breaches,
    find_customer_debt_account_breaches,
    find_customer_debt_posting_breaches,
    find_debts_of_uncompleted_orders,
)
from workers.audit.refund_invariants import (
    find_account_breaches,
    find_excess_refunds,
    find_netting_breaches,
    find_ownerless_refund_objects,
    find_payout_breaches,
    find_refund_posting_breaches,
    find_runner_part_breaches,
    sum_net_transfers,
)
from workers.audit.snapshot_repository import AuditSnapshot

MAX_OVERDUE = timedelta(seconds=30)  # no worker runs a saga that is due for longer
_MONEY_TAKEN = ("requires_capture", "succeeded")


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """The result of one invariant: what was counted, and a sentence for each breach."""

    name: str
    description: str
    counted: str
    breaches: tuple[str, ...]


def find_settled_orders(snapshot: AuditSnapshot) -> set[int]:
    """Return the ids of orders without a saga run in flight."""
    busy = {row["order_id"] for row in snapshot.sagas if SagaStatus(row["status"]) not in FINAL_STATUSES}
    return {row["id"] for row in snapshot.orders} - busy


def check_captured_within_hold(snapshot: AuditSnapshot) -> Finding:
    totals = {row["id"]: row["total"] for row in snapshot.orders}
    breaches = [
        f"hold {row['id']} of order {row['order_id']}: captured {row['captured']} of {row['amount']}, "
        f"total {totals[row['order_id']]}"
        for row in snapshot.holds
        if row["captured"] > row["amount"] or row["captured"] not in (0, totals[row["order_id"]])
    ]
    return _finding("I1", "captured <= held, and nothing or the final total", f"{len(snapshot.holds)} holds", breaches)


def check_one_hold_per_order(snapshot: AuditSnapshot) -> Finding:
    live = [row for row in snapshot.holds if HoldStatus(row["status"]) in {*LIVE_HOLDS, HoldStatus.CAPTURED}]
    replacing = find_orders_replacing_hold(snapshot)
    local_counts = Counter(row["order_id"] for row in live if row["part"] == HoldPart.CURRENT)
    remote_counts = Counter(
        intent["metadata"].get("order") for intent in snapshot.intents if intent["status"] in _MONEY_TAKEN
    )
    breaches = [f"order {order}: {count} live holds in our rows" for order, count in local_counts.items() if count > 1]
    breaches += [
        f"hold {row['id']} of order {row['order_id']} is {row['status']} beside the one that counts"
        for row in live
        if row["part"] != HoldPart.CURRENT
        and (row["order_id"] not in replacing or row["status"] == HoldStatus.CAPTURED)
    ]
    breaches += [
        f"hold {row['id']} of order {row['order_id']} is a replacement, and no saga replaces a hold"
        for row in snapshot.holds
        if row["part"] == HoldPart.REPLACEMENT and row["order_id"] not in replacing
    ]
    breaches += [
        f"order {order}: {count} live intents at Stripe"
        for order, count in remote_counts.items()
        if count > (2 if order in {str(number) for number in replacing} else 1)
    ]
    counted = f"{len(snapshot.holds)} holds, {len(snapshot.intents)} intents"
    description = "at most one live or captured hold an order, and another one only while it takes its place"
    return _finding("I2", description, counted, breaches)


def find_orders_replacing_hold(snapshot: AuditSnapshot) -> set[int]:
    """Return the ids of orders with a hold replacement in flight."""
    return {
        row["order_id"]
        for row in snapshot.sagas
        if row["kind"] == REPLACE_HOLD.kind and SagaStatus(row["status"]) not in FINAL_STATUSES
    }


def check_transfers_within_share(snapshot: AuditSnapshot) -> Finding:
    borne = {row["order_id"]: row["withheld"] + row["netted"] for row in snapshot.payables}
    shares = {f"order_{row['id']}": _max_runner_share(row) - borne.get(row["id"], 0) for row in snapshot.orders}
    breaches = [
        f"{group}: {amount} sent, {shares.get(group, 0)} earned"
        for group, amount in sum_net_transfers(snapshot).items()
        if amount > shares.get(group, 0)
    ]
    description = "transfers - reversals <= the runner's share, less what they bear and owed"
    return _finding("I3", description, f"{len(snapshot.transfers)} transfers", breaches)


def check_nothing_kept_of_ended_orders(snapshot: AuditSnapshot) -> Finding:
    settled = find_settled_orders(snapshot)
    ended = (OrderStatus.CANCELLED, OrderStatus.EXPIRED)
    over = {row["id"] for row in snapshot.orders if OrderStatus(row["status"]) in ended and row["id"] in settled}
    breaches = [
        f"order {row['order_id']} ended with a hold {row['status']}"
        for row in snapshot.holds
        if row["order_id"] in over and HoldStatus(row["status"]) not in (HoldStatus.RELEASED, HoldStatus.REFUSED)
    ]
    breaches += [
        f"order {intent['metadata']['order']} ended, {intent['id']} is {intent['status']}"
        for intent in snapshot.intents
        if intent["metadata"].get("order") in {str(order) for order in over} and intent["status"] in _MONEY_TAKEN
    ]
    return _finding("I4", "cancelled or expired: nothing captured, no live hold", f"{len(over)} orders", breaches)


def check_completed_orders_are_paid(snapshot: AuditSnapshot) -> Finding:
    settled = find_settled_orders(snapshot)
    captured = {row["order_id"]: row["captured"] for row in snapshot.holds if row["captured"]}
    payables = {row["order_id"]: row for row in snapshot.payables}
    sent = sum_net_transfers(snapshot)
    done = [row for row in snapshot.orders if row["status"] == OrderStatus.COMPLETED and row["id"] in settled]
    closed = [row for row in snapshot.orders if row["borne_by"] is not None]
    breaches = find_debts_of_uncompleted_orders(snapshot)
    for row in done:
        breaches += find_capture_breaches(snapshot, row, captured.get(row["id"], 0))
    for row in (*done, *closed):
        owed = payables.get(row["id"])
        if _max_runner_share(row) == 0:
            breaches += [f"order {row['id']}: {owed['amount']} booked, though the runner bears it"] if owed else []
        elif owed is None or owed["amount"] != row["runner_share"]:
            breaches.append(f"order {row['id']}: the runner's {row['runner_share']} is not booked")
        else:
            breaches += find_payout_breaches(owed, sent.get(f"order_{row['id']}", 0))
    breaches += find_runner_part_breaches(snapshot, settled) + find_netting_breaches(snapshot)
    description = (
        "completed: captured = total, or its customer owes it, and transferred or owed in full; closed: as borne"
    )
    return _finding("I5", description, f"{len(done)} orders, {len(closed)} closed", breaches)


def _max_runner_share(row: RowMapping) -> int:
    """The minor units that the runner may get: their share, but 0 of a cancelled order unless the platform bears it."""
    if row["status"] == OrderStatus.CANCELLED and row["borne_by"] != Bearer.PLATFORM:
        return 0
    return row["runner_share"] or 0


def check_ledger_matches_stripe(snapshot: AuditSnapshot) -> Finding:
    breaches = [
        f"{row['posting_key']} sums to {row['total']} over {row['lines']} lines"
        for row in (snapshot.postings if snapshot.coverage is None else snapshot.coverage.unbalanced)
        if row["total"] != 0 or row["lines"] < 2
    ]
    ledger_balances: dict[str, int] = defaultdict(int)
    for row in snapshot.balances:
        if row["code"].startswith("stripe_balance:"):
            ledger_balances[row["currency"]] += row["balance"]
    for currency in sorted({*ledger_balances, *snapshot.stripe_balance}):
        local_value, remote_value = ledger_balances.get(currency, 0), snapshot.stripe_balance.get(currency, 0)
        if local_value != remote_value:
            breaches.append(f"{currency}: the ledger says {local_value}, Stripe says {remote_value}")
    breaches += (
        _find_platform_cost_breaches(snapshot)
        + find_account_breaches(snapshot, find_settled_orders(snapshot))
        + find_customer_debt_account_breaches(snapshot)
    )
    counted = f"{len(snapshot.postings) if snapshot.coverage is None else snapshot.coverage.postings} postings"
    return _finding("I6", "every posting sums to 0, and the ledger equals Stripe's balance", counted, breaches)


def _find_platform_cost_breaches(snapshot: AuditSnapshot) -> list[str]:
    """Find currencies where the booked platform costs are not the amounts that the platform bears by our rows."""
    booked: dict[str, int] = defaultdict(int)
    for row in snapshot.balances:
        if row["code"].startswith("platform_costs:"):
            booked[row["currency"]] += row["balance"]
    borne: dict[str, int] = defaultdict(int)
    for code, amount in wanted_accounts(snapshot).items():
        if code.startswith("platform_costs:"):
            borne[code.partition(":")[2]] += amount
    return [
        f"{currency}: {booked[currency]} booked as the platform's costs, {borne[currency]} borne"
        for currency in sorted({*booked, *borne})
        if booked[currency] != borne[currency]
    ]


def check_refunds_within_capture(snapshot: AuditSnapshot) -> Finding:
    return _finding("I7", "refunds <= captured", f"{len(snapshot.refunds)} refunds", find_excess_refunds(snapshot))


def check_stripe_objects_have_owners(snapshot: AuditSnapshot) -> Finding:
    sagas = {str(row["id"]) for row in snapshot.sagas}
    holds = {row["payment_intent"] for row in snapshot.holds if row["payment_intent"]}
    transfers = {row["transfer"] for row in snapshot.payables if row["transfer"]}
    breaches = [
        f"{one['id']} belongs to no call"
        for one in (*snapshot.intents, *snapshot.transfers)
        if one["metadata"].get("saga") not in sagas
    ]
    calls = Counter(one["metadata"].get("call") for one in (*snapshot.intents, *snapshot.transfers))
    breaches += [f"call {call} made {count} objects" for call, count in calls.items() if count > 1]
    breaches += [f"hold {intent} is not at Stripe" for intent in holds - {one["id"] for one in snapshot.intents}]
    breaches += [f"transfer {one} is not at Stripe" for one in transfers - {one["id"] for one in snapshot.transfers}]
    breaches += find_ownerless_refund_objects(snapshot)
    counted = f"{len(snapshot.intents)} intents, {len(snapshot.transfers)} transfers, {len(snapshot.refunds)} refunds"
    return _finding("I8", "each Stripe object belongs to one known call", counted, breaches)


def check_effects_happen_once(snapshot: AuditSnapshot) -> Finding:
    booked = Counter((row["kind"], row["order_id"]) for row in snapshot.postings)
    customer_debts = customer_debts_by_order(snapshot)
    expected = {
        ("capture" if row["charge"] else "goodwill", row["order_id"])
        for row in snapshot.payables
        if row["order_id"] not in customer_debts
    }
    breaches = [
        f"{kind} of order {order} booked {booked[kind, order]} times"
        for kind, order in expected
        if booked[kind, order] != 1
    ]
    made = Counter(transfer["transfer_group"] for transfer in snapshot.transfers)
    for row in snapshot.payables:
        expected |= {("transfer", row["order_id"])}
        sent, booked_count = made[f"order_{row['order_id']}"], booked["transfer", row["order_id"]]
        if row["status"] != PayoutStatus.SENDING and booked_count != sent:
            breaches.append(f"transfer of order {row['order_id']} booked {booked_count} times, made {sent} times")
    breaches += find_refund_posting_breaches(snapshot) + find_customer_debt_posting_breaches(snapshot)
    breaches += [
        f"{kind} of order {order} booked without a payable"
        for kind, order in booked
        if kind in ("capture", "goodwill", "transfer") and (kind, order) not in expected
    ]
    counted = f"{len(snapshot.postings)} postings, {snapshot.event_count} Stripe events"
    return _finding("I9", "each event and posting has effect once", counted, breaches)


def check_sagas_make_progress(snapshot: AuditSnapshot) -> Finding:
    breaches = []
    for row in snapshot.sagas:
        status = SagaStatus(row["status"])
        if status is SagaStatus.STUCK and not row["error"]:
            breaches.append(f"saga {row['number']} ({row['name']}) is stuck without a reason")
        elif status not in (*FINAL_STATUSES, SagaStatus.STUCK) and row["overdue"] > MAX_OVERDUE:
            breaches.append(f"saga {row['number']} ({row['name']}) is due for {row['overdue']}: {row['error']}")
    states = Counter(row["status"] for row in snapshot.sagas)
    counted = ", ".join(f"{count} {status}" for status, count in sorted(states.items())) or "no sagas"
    return _finding("I10", "every saga is over, waiting with a deadline, or stuck with a reason", counted, breaches)


INVARIANTS: tuple[Callable[[AuditSnapshot], Finding], ...] = (
    check_captured_within_hold,
    check_one_hold_per_order,
    check_transfers_within_share,
    check_nothing_kept_of_ended_orders,
    check_completed_orders_are_paid,
    check_ledger_matches_stripe,
    check_refunds_within_capture,
    check_stripe_objects_have_owners,
    check_effects_happen_once,
    check_sagas_make_progress,
)


def _finding(name: str, description: str, counted: str, breaches: Iterable[str]) -> Finding:
    return Finding(name=name, description=description, counted=counted, breaches=tuple(breaches))
