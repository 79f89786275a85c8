"""The checks of refunds, reversals, disputes and netting: each returns a sentence for each breach in the snapshot."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import RowMapping

from domain.payouts.model import PayoutStatus, RunnerDebtStatus
from domain.refunds.model import LIVE_REFUNDS, DisputeStatus
from workers.audit.account_sums import ACCEPTED, DISPUTED, due_of, wanted_accounts
from workers.audit.snapshot_repository import AuditSnapshot

_KINDS = ("refund", "refund_failed", "reversal", "netting", "dispute", "dispute_won", "dispute_lost")
_RETURNED_STATUSES = ("failed", "canceled")  # of a refund at Stripe that did not reach the customer


def sum_net_transfers(snapshot: AuditSnapshot) -> Mapping[str, int]:
    """Return transfer group -> minor units that Stripe sent, less reversals."""
    sent: dict[str, int] = defaultdict(int)
    for transfer in snapshot.transfers:
        sent[transfer["transfer_group"]] += transfer["amount"] - transfer["amount_reversed"]
    return sent


def find_payout_breaches(row: RowMapping, sent: int) -> list[str]:
    """Find where a payable without a saga in flight is not what Stripe `sent` (minor units) for its order."""
    due = due_of(row)
    named = f"order {row['order_id']}"
    breaches = []
    if sent != row["sent"]:
        breaches.append(f"{named}: Stripe sent {sent}, not {row['sent']}")
    if row["status"] in (PayoutStatus.PAID, PayoutStatus.ANNULLED) and due != 0:
        breaches.append(f"{named}: {row['status']}, and {due} are due")
    return breaches


def find_netting_breaches(snapshot: AuditSnapshot) -> list[str]:
    """Find where nettings do not add up to `netted` of debts and payables, or were made for a void debt."""
    void = {row["id"] for row in snapshot.debts if row["status"] == RunnerDebtStatus.VOID}
    of_debt, of_payable = Counter[int](), Counter[int]()
    for row in snapshot.nettings:
        of_debt[row["debt_id"]] += row["amount"]
        of_payable[row["payable_id"]] += 0 if row["debt_id"] in void else row["amount"]
    breaches = [
        f"debt {row['id']}: {row['netted']} netted of {row['amount']}, {of_debt[row['id']]} kept for it"
        for row in snapshot.debts
        if row["netted"] != of_debt[row["id"]] or row["netted"] > row["amount"]
    ]
    return breaches + [
        f"order {row['order_id']}: {row['netted']} netted, {of_payable[row['id']]} kept for debts"
        for row in snapshot.payables
        if row["netted"] != of_payable[row["id"]]
    ]


def find_runner_part_breaches(snapshot: AuditSnapshot, settled: set[int]) -> list[str]:
    """Find refunds where the part of the runner was neither withheld, nor reversed, nor is a runner debt."""
    debts = {row["refund_id"]: row["amount"] for row in snapshot.debts if row["status"] != RunnerDebtStatus.VOID}
    kept: dict[int, int] = defaultdict(int)
    breaches = []
    for row in _accepted_refunds(snapshot, settled):
        kept[row["order_id"]] += row["withheld"] + row["taken_back"]
        borne = row["withheld"] + row["taken_back"] + debts.get(row["id"], 0)
        if borne != row["runner_amount"]:
            breaches.append(
                f"refund {row['id']} of order {row['order_id']}: {borne} borne of the runner's {row['runner_amount']}"
            )
    breaches += [
        f"order {row['order_id']}: {row['withheld']} withheld, refunds say {kept[row['order_id']]}"
        for row in snapshot.payables
        if row["order_id"] in settled and row["withheld"] != kept[row["order_id"]]
    ]
    return breaches


def _accepted_refunds(snapshot: AuditSnapshot, settled: set[int]) -> Iterable[RowMapping]:
    return (row for row in snapshot.refund_rows if row["status"] in ACCEPTED and row["order_id"] in settled)


def find_account_breaches(snapshot: AuditSnapshot, settled: set[int]) -> list[str]:
    """Find ledger accounts with other balances than the sums of the rows."""
    expected = wanted_accounts(snapshot)
    busy = {row["runner_id"] for row in snapshot.payables if row["order_id"] not in settled}
    ledger_balances = {row["code"]: row["balance"] for row in snapshot.balances if _is_checked(row["code"], busy)}
    return [
        f"{code}: {ledger_balances.get(code, 0)} in the ledger, the rows say {expected.get(code, 0)}"
        for code in sorted({*ledger_balances, *(code for code in expected if _is_checked(code, busy))})
        if ledger_balances.get(code, 0) != expected.get(code, 0)
    ]


def _is_checked(code: str, busy: set[int]) -> bool:
    """Whether to check the account: a runner's pay is booked in several commits, so not while a saga of theirs runs."""
    name, _, rest = code.partition(":")
    if name == "runner_payable":
        return int(rest.partition(":")[0]) not in busy
    return name in ("refunds_borne", "runner_debt", *DISPUTED.values())


def find_excess_refunds(snapshot: AuditSnapshot) -> list[str]:
    """Find payment intents with more refunded than captured, at Stripe or in our rows."""
    captured = {row["payment_intent"]: row["captured"] for row in snapshot.holds}
    remote_totals: dict[str, int] = defaultdict(int)
    for refund in snapshot.refunds:
        remote_totals[refund["payment_intent"]] += 0 if refund.get("status") in _RETURNED_STATUSES else refund["amount"]
    local_totals: dict[str, int] = defaultdict(int)
    for row in snapshot.refund_rows:
        local_totals[row["payment_intent"]] += row["amount"] if row["status"] in LIVE_REFUNDS else 0
    return [
        f"{intent}: {amount} refunded {where} of {captured.get(intent, 0)}"
        for where, sums in (("at Stripe", remote_totals), ("here", local_totals))
        for intent, amount in sums.items()
        if amount > captured.get(intent, 0)
    ]


def find_ownerless_refund_objects(snapshot: AuditSnapshot) -> list[str]:
    """Find refunds and reversals without a saga, made twice, or missing at Stripe though our rows name them."""
    sagas = {str(row["id"]) for row in snapshot.sagas}
    reversals = [one for transfer in snapshot.transfers for one in transfer.get("reversals", {}).get("data", [])]
    found = [*snapshot.refunds, *reversals]
    calls = Counter(_metadata_value(one, "call") for one in found)
    breaches = [f"{one.get('id')} belongs to no call" for one in found if _metadata_value(one, "saga") not in sagas]
    breaches += [f"call {call} made {count} objects" for call, count in calls.items() if call and count > 1]
    amounts = {one.get("id"): one["amount"] for one in found}
    for row in snapshot.refund_rows:
        for object_id, amount in ((row["refund"], row["amount"]), (row["reversal"], row["taken_back"])):
            if object_id is not None and row["status"] in ACCEPTED and amounts.get(object_id) != amount:
                breaches.append(f"refund {row['id']}: {object_id} of {amount} is not at Stripe")
    return breaches


def _metadata_value(one: Mapping[str, Any], name: str) -> str | None:
    found: str | None = one.get("metadata", {}).get(name)
    return found


def find_refund_posting_breaches(snapshot: AuditSnapshot) -> list[str]:
    """Find postings of refunds, reversals and disputes that are missing, doubled, or without a row of ours."""
    booked = Counter(row["posting_key"] for row in snapshot.postings)
    expected = Counter[str]()
    for row in snapshot.refund_rows:
        if row["reversal"]:
            expected[f"reversal:{row['reversal']}"] = 1
        if row["status"] in ACCEPTED:
            expected[f"refund:{row['refund']}"] = 1
        elif booked[f"refund:{row['refund']}"]:  # it was accepted, and failed later
            expected[f"refund:{row['refund']}"] = expected[f"refund_failed:{row['refund']}"] = 1
    expected.update(f"netting:{row['id']}" for row in snapshot.nettings)
    for row in snapshot.disputes:
        if row["withdrawn"]:
            expected[f"dispute:{row['dispute']}"] = 1
            if row["status"] != DisputeStatus.OPEN:
                expected[f"dispute_{row['status']}:{row['dispute']}"] = 1
    keys = {key for key in booked if key.partition(":")[0] in _KINDS}
    return [f"{key} booked {booked[key]} times" for key in sorted({*keys, *expected}) if booked[key] != expected[key]]
