"""What the promises mean for money that went back: each a pure look at the books, a sentence for each breach."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import RowMapping

from domain.payment import LIVE_REFUNDS, DebtStatus, DisputeStatus, PayoutStatus
from workers.account_sums import ACCEPTED, DISPUTED, due_of, wanted_accounts
from workers.books import Books

_KINDS = ("refund", "refund_failed", "reversal", "netting", "dispute", "dispute_won", "dispute_lost")
_RETURNED = ("failed", "canceled")  # Stripe's words for a refund that came back


def net_sent(books: Books) -> Mapping[str, int]:
    """Minor units Stripe sent for each transfer group, less what was taken back."""
    sent: dict[str, int] = defaultdict(int)
    for transfer in books.transfers:
        sent[transfer["transfer_group"]] += transfer["amount"] - transfer["amount_reversed"]
    return sent


def payout_breaches(row: RowMapping, sent: int) -> list[str]:
    """Where a payable of nobody's saga is not what Stripe `sent` for its order."""
    due = due_of(row)
    named = f"order {row['order_id']}"
    breaches = []
    if sent != row["sent"]:
        breaches.append(f"{named}: Stripe sent {sent}, not {row['sent']}")
    if row["status"] in (PayoutStatus.PAID, PayoutStatus.ANNULLED) and due != 0:
        breaches.append(f"{named}: {row['status']}, and {due} are due")
    return breaches


def netted_otherwise(books: Books) -> list[str]:
    """Where what was kept of pay-outs for debts is not what payables and debts say, or was kept for a void one."""
    void = {row["id"] for row in books.debts if row["status"] == DebtStatus.VOID}
    of_debt, of_payable = Counter[int](), Counter[int]()
    for row in books.nettings:
        of_debt[row["debt_id"]] += row["amount"]
        of_payable[row["payable_id"]] += 0 if row["debt_id"] in void else row["amount"]
    breaches = [
        f"debt {row['id']}: {row['netted']} netted of {row['amount']}, {of_debt[row['id']]} kept for it"
        for row in books.debts
        if row["netted"] != of_debt[row["id"]] or row["netted"] > row["amount"]
    ]
    return breaches + [
        f"order {row['order_id']}: {row['netted']} netted, {of_payable[row['id']]} kept for debts"
        for row in books.payables
        if row["netted"] != of_payable[row["id"]]
    ]


def borne_otherwise(books: Books, settled: set[int]) -> list[str]:
    """Where what a runner bears was neither kept back, nor taken back, nor is owed by her."""
    owes = {row["refund_id"]: row["amount"] for row in books.debts if row["status"] != DebtStatus.VOID}
    kept: dict[int, int] = defaultdict(int)
    breaches = []
    for row in _accepted(books, settled):
        kept[row["order_id"]] += row["withheld"] + row["taken_back"]
        borne = row["withheld"] + row["taken_back"] + owes.get(row["id"], 0)
        if borne != row["hers"]:
            breaches.append(f"refund {row['id']} of order {row['order_id']}: {borne} borne of her {row['hers']}")
    breaches += [
        f"order {row['order_id']}: {row['withheld']} withheld, refunds say {kept[row['order_id']]}"
        for row in books.payables
        if row["order_id"] in settled and row["withheld"] != kept[row["order_id"]]
    ]
    return breaches


def _accepted(books: Books, settled: set[int]) -> Iterable[RowMapping]:
    return (row for row in books.refund_rows if row["status"] in ACCEPTED and row["order_id"] in settled)


def other_accounts(books: Books, settled: set[int]) -> list[str]:
    """Where the ledger's accounts are not the sums of the rows they stand for."""
    wanted = wanted_accounts(books)
    busy = {row["runner_id"] for row in books.payables if row["order_id"] not in settled}
    ours = {row["code"]: row["balance"] for row in books.balances if _is_looked_at(row["code"], busy)}
    return [
        f"{code}: {ours.get(code, 0)} in the ledger, the rows say {wanted.get(code, 0)}"
        for code in sorted({*ours, *(code for code in wanted if _is_looked_at(code, busy))})
        if ours.get(code, 0) != wanted.get(code, 0)
    ]


def _is_looked_at(code: str, busy: set[int]) -> bool:
    """Her pay is booked in more than one commit, so it is judged when no saga works for an order of hers."""
    name, _, rest = code.partition(":")
    if name == "runner_payable":
        return int(rest.partition(":")[0]) not in busy
    return name in ("refunds_borne", "runner_debt", *DISPUTED.values())


def refunded_too_much(books: Books) -> list[str]:
    """Where more went back than was captured: at Stripe, or by our own word."""
    captured = {row["payment_intent"]: row["captured"] for row in books.holds}
    theirs: dict[str, int] = defaultdict(int)
    for refund in books.refunds:
        theirs[refund["payment_intent"]] += 0 if refund.get("status") in _RETURNED else refund["amount"]
    ours: dict[str, int] = defaultdict(int)
    for row in books.refund_rows:
        ours[row["payment_intent"]] += row["amount"] if row["status"] in LIVE_REFUNDS else 0
    return [
        f"{intent}: {amount} refunded {where} of {captured.get(intent, 0)}"
        for where, sums in (("at Stripe", theirs), ("here", ours))
        for intent, amount in sums.items()
        if amount > captured.get(intent, 0)
    ]


def unknown_objects(books: Books) -> list[str]:
    """Refunds and reversals of nobody, made twice, or not there though we know them."""
    sagas = {str(row["id"]) for row in books.sagas}
    reversals = [one for transfer in books.transfers for one in transfer.get("reversals", {}).get("data", [])]
    found = [*books.refunds, *reversals]
    calls = Counter(_marked(one, "call") for one in found)
    breaches = [f"{one.get('id')} belongs to no call" for one in found if _marked(one, "saga") not in sagas]
    breaches += [f"call {call} made {count} objects" for call, count in calls.items() if call and count > 1]
    amounts = {one.get("id"): one["amount"] for one in found}
    for row in books.refund_rows:
        for known, amount in ((row["refund"], row["amount"]), (row["reversal"], row["taken_back"])):
            if known is not None and row["status"] in ACCEPTED and amounts.get(known) != amount:
                breaches.append(f"refund {row['id']}: {known} of {amount} is not at Stripe")
    return breaches


def _marked(one: Mapping[str, Any], name: str) -> str | None:
    found: str | None = one.get("metadata", {}).get(name)
    return found


def booked_otherwise(books: Books) -> list[str]:
    """Postings of refunds, reversals and disputes that are missing, doubled, or of nothing we know."""
    booked = Counter(row["posting_key"] for row in books.postings)
    wanted = Counter[str]()
    for row in books.refund_rows:
        if row["reversal"]:
            wanted[f"reversal:{row['reversal']}"] = 1
        if row["status"] in ACCEPTED:
            wanted[f"refund:{row['refund']}"] = 1
        elif booked[f"refund:{row['refund']}"]:  # it was accepted, and came back
            wanted[f"refund:{row['refund']}"] = wanted[f"refund_failed:{row['refund']}"] = 1
    wanted.update(f"netting:{row['id']}" for row in books.nettings)
    for row in books.disputes:
        if row["withdrawn"]:
            wanted[f"dispute:{row['dispute']}"] = 1
            if row["status"] != DisputeStatus.OPEN:
                wanted[f"dispute_{row['status']}:{row['dispute']}"] = 1
    keys = {key for key in booked if key.partition(":")[0] in _KINDS}
    return [f"{key} booked {booked[key]} times" for key in sorted({*keys, *wanted}) if booked[key] != wanted[key]]
