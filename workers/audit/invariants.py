"""The invariants I1 to I12: each is a pure function of the snapshot and returns what it counted and each breach."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from domain.orders.states import ABANDONED_STATUSES, Bearer, Order, OrderStatus
from domain.payments.model import LIVE_HOLDS, HoldPart, HoldStatus
from domain.payments.sagas.replace_hold import REPLACE_HOLD
from domain.payouts.model import PayoutStatus
from domain.saga.definition import FINAL_STATUSES, SagaStatus
from workers.audit.account_sums import find_platform_cost_breaches
from workers.audit.admin_acts.resolutions import find_deliveries_without_completion, find_half_done_rows
from workers.audit.advance_invariants import find_kept_advances
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
from workers.audit.snapshot import MAX_OVERDUE, AuditSnapshot
from workers.stripe.objects.payment_intent import PaymentIntent, PaymentIntentStatus
from workers.stripe.objects.transfer import Transfer

_MONEY_TAKEN = (PaymentIntentStatus.REQUIRES_CAPTURE, PaymentIntentStatus.SUCCEEDED)
_PROGRESS = "every saga is over, waiting with a deadline, or stuck with a reason; no payout is held past its time"
_AWAKE = (SagaStatus.RUNNING, SagaStatus.COMPENSATING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """The result of one invariant: what was counted, and a sentence for each breach."""

    name: str
    description: str
    counted: str
    breaches: tuple[str, ...]


def find_settled_orders(snapshot: AuditSnapshot) -> set[int]:
    """Return the ids of orders without a saga run in flight."""
    busy = {saga.order_id for saga in snapshot.sagas if saga.status not in FINAL_STATUSES}
    return {order.id for order in snapshot.orders} - busy


def check_captured_within_hold(snapshot: AuditSnapshot) -> Finding:
    totals = {order.id: order.total for order in snapshot.orders}
    breaches = [
        f"hold {hold.id} of order {hold.order_id}: captured {hold.captured} of {hold.amount}, "
        f"total {totals[hold.order_id]}"
        for hold in snapshot.holds
        if hold.captured > hold.amount or (not hold.is_advance and hold.captured not in (0, totals[hold.order_id]))
    ]
    breaches += find_kept_advances(snapshot, find_settled_orders(snapshot))
    description = "captured <= held, and nothing or the final total; what was captured at Stripe above it went back"
    return _finding("I1", description, f"{len(snapshot.holds)} holds", breaches)


def check_one_hold_per_order(snapshot: AuditSnapshot) -> Finding:
    live = [hold for hold in snapshot.holds if hold.status in {*LIVE_HOLDS, HoldStatus.CAPTURED}]
    replacing = find_orders_replacing_hold(snapshot)
    local_counts = Counter(hold.order_id for hold in live if hold.part is HoldPart.CURRENT)
    returned = {hold.payment_intent for hold in live if hold.is_advance and hold.part is not HoldPart.CURRENT}
    remote_counts = Counter(
        intent.metadata.order
        for intent in snapshot.intents
        if intent.status in _MONEY_TAKEN and intent.id not in returned
    )
    breaches = [f"order {order}: {count} live holds in our rows" for order, count in local_counts.items() if count > 1]
    breaches += [
        f"hold {hold.id} of order {hold.order_id} is {hold.status} beside the one that counts"
        for hold in live
        if hold.part is not HoldPart.CURRENT
        and not hold.is_advance
        and (hold.order_id not in replacing or hold.status is HoldStatus.CAPTURED)
    ]
    breaches += [
        f"hold {hold.id} of order {hold.order_id} is a replacement, and no saga replaces a hold"
        for hold in snapshot.holds
        if hold.part is HoldPart.REPLACEMENT and hold.order_id not in replacing
    ]
    breaches += [
        f"order {order}: {count} live intents at Stripe"
        for order, count in remote_counts.items()
        if count > (2 if order in {str(number) for number in replacing} else 1)
    ]
    counted = f"{len(snapshot.holds)} holds, {len(snapshot.intents)} intents"
    description = "at most one live or captured hold an order, and another one only while it takes its place"
    return _finding("I2", description, counted, breaches)


def find_orders_replacing_hold(snapshot: AuditSnapshot) -> set[int | None]:
    """Return the ids of orders with a hold replacement in flight."""
    return {
        saga.order_id for saga in snapshot.sagas if saga.kind == REPLACE_HOLD.kind and saga.status not in FINAL_STATUSES
    }


def check_transfers_within_share(snapshot: AuditSnapshot) -> Finding:
    borne = {payable.order_id: payable.withheld + payable.netted for payable in snapshot.payables}
    shares: dict[str | None, int] = {
        f"order_{order.id}": _max_runner_share(order) - borne.get(order.id, 0) for order in snapshot.orders
    }
    breaches = [
        f"{group}: {amount} sent, {shares.get(group, 0)} earned"
        for group, amount in sum_net_transfers(snapshot).items()
        if amount > shares.get(group, 0)
    ]
    description = "transfers - reversals <= the runner's share, less what they bear and owed"
    return _finding("I3", description, f"{len(snapshot.transfers)} transfers", breaches)


def check_nothing_kept_of_ended_orders(snapshot: AuditSnapshot) -> Finding:
    ended = {order.id for order in snapshot.orders if order.status in ABANDONED_STATUSES}
    over = ended & find_settled_orders(snapshot)
    breaches = [
        f"order {hold.order_id} ended with a hold {hold.status}"
        for hold in snapshot.holds
        if hold.order_id in over
        and not hold.is_advance  # I1 says that it went back
        and hold.status not in (HoldStatus.RELEASED, HoldStatus.REFUSED)
    ]
    breaches += [
        f"order {intent.metadata.order} ended, {intent.id} is {intent.status}"
        for intent in snapshot.intents
        if intent.metadata.order in {str(order) for order in over}
        and intent.status in _MONEY_TAKEN
        and intent.id not in {hold.payment_intent for hold in snapshot.holds if hold.is_advance}
    ]
    return _finding("I4", "cancelled or expired: nothing captured, no live hold", f"{len(over)} orders", breaches)


def check_completed_orders_are_paid(snapshot: AuditSnapshot) -> Finding:
    settled = find_settled_orders(snapshot)
    captured = {hold.order_id: hold.captured for hold in snapshot.holds if hold.captured and not hold.is_advance}
    paid_ahead = {hold.order_id for hold in snapshot.holds if hold.is_advance and hold.part is HoldPart.CURRENT}
    payables = {payable.order_id: payable for payable in snapshot.payables}
    sent = sum_net_transfers(snapshot)
    done = [order for order in snapshot.orders if order.status is OrderStatus.COMPLETED and order.id in settled]
    closed = [order for order in snapshot.orders if order.borne_by is not None]
    breaches = find_debts_of_uncompleted_orders(snapshot)
    for order in done:
        if order.id not in paid_ahead:
            breaches += find_capture_breaches(snapshot, order, captured.get(order.id, 0))
    for order in (*done, *closed):
        owed = payables.get(order.id)
        if _max_runner_share(order) == 0:
            breaches += [f"order {order.id}: {owed.amount} booked, though the runner bears it"] if owed else []
        elif owed is None or owed.amount != order.runner_share:
            breaches.append(f"order {order.id}: the runner's {order.runner_share} is not booked")
        else:
            breaches += find_payout_breaches(owed, sent.get(f"order_{order.id}", 0))
    breaches += find_runner_part_breaches(snapshot, settled) + find_netting_breaches(snapshot)
    description = (
        "completed: captured = total, or its customer owes it, and transferred or owed in full; closed: as borne"
    )
    return _finding("I5", description, f"{len(done)} orders, {len(closed)} closed", breaches)


def _max_runner_share(order: Order) -> int:
    """The minor units that the runner may get: their share, but 0 of a cancelled order unless the platform bears it."""
    if order.status is OrderStatus.CANCELLED and order.borne_by is not Bearer.PLATFORM:
        return 0
    return order.runner_share or 0


def check_ledger_matches_stripe(snapshot: AuditSnapshot) -> Finding:
    breaches = [
        f"{posting.posting_key} sums to {posting.total} over {posting.lines} lines"
        for posting in (snapshot.postings if snapshot.coverage is None else snapshot.coverage.unbalanced)
        if posting.total != 0 or posting.lines < 2
    ]
    ledger_balances: dict[str, int] = defaultdict(int)
    for account in snapshot.balances:
        if account.code.startswith("stripe_balance:"):
            ledger_balances[account.currency] += account.balance
    for currency in sorted({*ledger_balances, *snapshot.stripe_balance}):
        local_value, remote_value = ledger_balances.get(currency, 0), snapshot.stripe_balance.get(currency, 0)
        if local_value != remote_value:
            breaches.append(f"{currency}: the ledger says {local_value}, Stripe says {remote_value}")
    breaches += (
        find_platform_cost_breaches(snapshot)
        + find_account_breaches(snapshot, find_settled_orders(snapshot))
        + find_customer_debt_account_breaches(snapshot)
    )
    counted = f"{len(snapshot.postings) if snapshot.coverage is None else snapshot.coverage.postings} postings"
    return _finding("I6", "every posting sums to 0, and the ledger equals Stripe's balance", counted, breaches)


def check_refunds_within_capture(snapshot: AuditSnapshot) -> Finding:
    return _finding("I7", "refunds <= captured", f"{len(snapshot.refunds)} refunds", find_excess_refunds(snapshot))


def check_stripe_objects_have_owners(snapshot: AuditSnapshot) -> Finding:
    sagas = {str(saga.id) for saga in snapshot.sagas}
    holds = {hold.payment_intent for hold in snapshot.holds if hold.payment_intent}
    transfers = {payable.transfer for payable in snapshot.payables if payable.transfer}
    made: Sequence[PaymentIntent | Transfer] = [*snapshot.intents, *snapshot.transfers]
    by_hand = snapshot.orders_of_transfers_at_stripe
    by_us = [one for one in made if one.id not in by_hand]
    breaches = [f"{one.id} belongs to no call" for one in by_us if one.metadata.saga not in sagas]
    breaches += [f"transfer {one} is not at Stripe" for one in by_hand.keys() - {each.id for each in made}]
    calls = Counter(one.metadata.call for one in by_us)
    breaches += [f"call {call} made {count} objects" for call, count in calls.items() if count > 1]
    breaches += [f"hold {intent} is not at Stripe" for intent in holds - {one.id for one in snapshot.intents}]
    breaches += [f"transfer {one} is not at Stripe" for one in transfers - {one.id for one in snapshot.transfers}]
    breaches += find_ownerless_refund_objects(snapshot)
    counted = f"{len(snapshot.intents)} intents, {len(snapshot.transfers)} transfers, {len(snapshot.refunds)} refunds"
    return _finding("I8", "each Stripe object belongs to one known call", counted, breaches)


def check_effects_happen_once(snapshot: AuditSnapshot) -> Finding:
    booked = Counter((posting.kind, posting.order_id) for posting in snapshot.postings)
    customer_debts = customer_debts_by_order(snapshot)
    expected = {
        ("capture" if payable.charge else "goodwill", payable.order_id)
        for payable in snapshot.payables
        if payable.order_id not in customer_debts
    }
    breaches = [
        f"{kind} of order {order} booked {booked[kind, order]} times"
        for kind, order in expected
        if booked[kind, order] != 1
    ]
    by_hand = snapshot.orders_of_transfers_at_stripe
    made = Counter(transfer.transfer_group for transfer in snapshot.transfers if transfer.id not in by_hand)
    for payable in snapshot.payables:
        expected |= {("transfer", payable.order_id)}
        sent, booked_count = made[f"order_{payable.order_id}"], booked["transfer", payable.order_id]
        if payable.status is not PayoutStatus.SENDING and booked_count != sent:
            breaches.append(f"transfer of order {payable.order_id} booked {booked_count} times, made {sent} times")
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
    for saga in snapshot.sagas:
        if saga.status is SagaStatus.STUCK and not saga.error:
            breaches.append(f"saga {saga.number} ({saga.name}) is stuck without a reason")
        elif saga.status in _AWAKE and saga.overdue is not None and saga.overdue > MAX_OVERDUE:
            breaches.append(f"saga {saga.number} ({saga.name}) is due for {saga.overdue}: {saga.error}")
    breaches += [f"the payout of order {order} is held past its time" for order in snapshot.late_payouts]
    states = Counter(saga.status for saga in snapshot.sagas)
    counted = ", ".join(f"{count} {status}" for status, count in sorted(states.items())) or "no sagas"
    return _finding("I10", _PROGRESS, counted, breaches)


def check_deliveries_are_completed(snapshot: AuditSnapshot) -> Finding:
    delivered = sum(order.status is OrderStatus.DELIVERED for order in snapshot.orders)
    breaches = find_deliveries_without_completion(snapshot)
    return _finding("I11", "a delivered order has a saga that completes it", f"{delivered} delivered", breaches)


def check_nothing_is_left_half_done(snapshot: AuditSnapshot) -> Finding:
    breaches = find_half_done_rows(snapshot, find_settled_orders(snapshot))
    resolved = sum(saga.status is SagaStatus.RESOLVED for saga in snapshot.sagas)
    return _finding("I12", "what a saga began has an end, or a saga that goes on", f"{resolved} resolved", breaches)


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
    check_deliveries_are_completed,
    check_nothing_is_left_half_done,
)


def _finding(name: str, description: str, counted: str, breaches: Iterable[str]) -> Finding:
    return Finding(name=name, description=description, counted=counted, breaches=tuple(breaches))
