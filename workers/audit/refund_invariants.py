"""The checks of refunds, reversals, disputes and netting: each returns a sentence for each breach in the snapshot."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

from domain.payouts.model import Payable, PayoutStatus, RunnerDebtStatus
from domain.refunds.model import LIVE_REFUNDS, DisputeStatus, Refund, RefundOrigin
from workers.audit.account_sums import ACCEPTED, DISPUTED, wanted_accounts
from workers.audit.snapshot import AuditSnapshot
from workers.stripe.objects.refund import StripeRefund
from workers.stripe.objects.transfer import TransferReversal

_KINDS = ("refund", "refund_failed", "reversal", "netting", "dispute", "dispute_won", "dispute_lost")


def sum_net_transfers(snapshot: AuditSnapshot) -> Mapping[str | None, int]:
    """Return transfer group -> minor units that Stripe sent, less reversals; pay sent by hand is of its order's."""
    sent: dict[str | None, int] = defaultdict(int)
    by_hand = snapshot.orders_of_transfers_at_stripe
    for transfer in snapshot.transfers:
        group = f"order_{by_hand[transfer.id]}" if transfer.id in by_hand else transfer.transfer_group
        sent[group] += transfer.amount - transfer.amount_reversed
    return sent


def find_payout_breaches(payable: Payable, sent: int) -> list[str]:
    """Find where a payable without a saga in flight is not what Stripe `sent` (minor units) for its order."""
    named = f"order {payable.order_id}"
    breaches = []
    if sent != payable.sent:
        breaches.append(f"{named}: Stripe sent {sent}, not {payable.sent}")
    if payable.status in (PayoutStatus.PAID, PayoutStatus.ANNULLED) and payable.due != 0:
        breaches.append(f"{named}: {payable.status}, and {payable.due} are due")
    return breaches


def find_netting_breaches(snapshot: AuditSnapshot) -> list[str]:
    """Find where nettings do not add up to `netted` of debts and payables, or were made for a void debt."""
    void = {debt.id for debt in snapshot.debts if debt.status is RunnerDebtStatus.VOID}
    of_debt, of_payable = Counter[int](), Counter[int]()
    for netting in snapshot.nettings:
        of_debt[netting.debt_id] += netting.amount
        of_payable[netting.payable_id] += 0 if netting.debt_id in void else netting.amount
    breaches = [
        f"debt {debt.id}: {debt.netted} netted of {debt.amount}, {of_debt[debt.id]} kept for it"
        for debt in snapshot.debts
        if debt.netted != of_debt[debt.id] or debt.netted > debt.amount
    ]
    return breaches + [
        f"order {payable.order_id}: {payable.netted} netted, {of_payable[payable.id]} kept for debts"
        for payable in snapshot.payables
        if payable.netted != of_payable[payable.id]
    ]


def find_runner_part_breaches(snapshot: AuditSnapshot, settled: set[int]) -> list[str]:
    """Find refunds where the part of the runner was neither withheld, nor reversed, nor is a runner debt."""
    debts = {debt.refund_id: debt.amount for debt in snapshot.debts if debt.status is not RunnerDebtStatus.VOID}
    kept: dict[int, int] = defaultdict(int)
    breaches = []
    for refund in _accepted_refunds(snapshot, settled):
        kept[refund.order_id] += refund.withheld + refund.taken_back
        borne = refund.withheld + refund.taken_back + debts.get(refund.id, 0)
        if borne != refund.runner_amount:
            breaches.append(
                f"refund {refund.id} of order {refund.order_id}: {borne} borne of the runner's {refund.runner_amount}"
            )
    breaches += [
        f"order {payable.order_id}: {payable.withheld} withheld, refunds say {kept[payable.order_id]}"
        for payable in snapshot.payables
        if payable.order_id in settled and payable.withheld != kept[payable.order_id]
    ]
    return breaches


def _accepted_refunds(snapshot: AuditSnapshot, settled: set[int]) -> Iterable[Refund]:
    return (refund for refund in snapshot.refund_rows if refund.status in ACCEPTED and refund.order_id in settled)


def find_account_breaches(snapshot: AuditSnapshot, settled: set[int]) -> list[str]:
    """Find ledger accounts with other balances than the sums of the rows."""
    expected = wanted_accounts(snapshot)
    busy = {payable.runner_id for payable in snapshot.payables if payable.order_id not in settled}
    ledger_balances = {each.code: each.balance for each in snapshot.balances if _is_checked(each.code, busy)}
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
    captured = {hold.payment_intent: hold.captured for hold in snapshot.holds}
    remote_totals: dict[str | None, int] = defaultdict(int)
    for refund in snapshot.refunds:
        remote_totals[refund.payment_intent] += 0 if refund.status.is_failure else refund.amount
    local_totals: dict[str | None, int] = defaultdict(int)
    for asked in snapshot.refund_rows:
        local_totals[asked.payment_intent] += asked.amount if asked.status in LIVE_REFUNDS else 0
    return [
        f"{intent}: {amount} refunded {where} of {captured.get(intent, 0)}"
        for where, sums in (("at Stripe", remote_totals), ("here", local_totals))
        for intent, amount in sums.items()
        if amount > captured.get(intent, 0)
    ]


def find_ownerless_refund_objects(snapshot: AuditSnapshot) -> list[str]:
    """Find refunds and reversals without a saga, made twice, or missing at Stripe though our rows name them."""
    sagas = {str(saga.id) for saga in snapshot.sagas}
    reversals = [one for transfer in snapshot.transfers for one in transfer.reversals]
    by_hand = snapshot.orders_of_transfers_at_stripe
    found: Sequence[StripeRefund | TransferReversal] = [*snapshot.refunds, *reversals]
    calls = Counter(one.metadata.call for one in found)
    adopted = {refund.refund for refund in snapshot.refund_rows if refund.origin is RefundOrigin.STRIPE}
    adopted |= {
        posting.posting_key.partition(":")[2] for posting in snapshot.postings if posting.kind == "reversal_at_stripe"
    }
    # What was reversed of pay sent by hand, before an admin took it for pay.
    adopted |= {one.id for transfer in snapshot.transfers if transfer.id in by_hand for one in transfer.reversals}
    breaches = [
        f"{one.id} belongs to no call" for one in found if one.metadata.saga not in sagas and one.id not in adopted
    ]
    breaches += [f"call {call} made {count} objects" for call, count in calls.items() if call and count > 1]
    amounts = {one.id: one.amount for one in found}
    for refund in snapshot.refund_rows:
        for object_id, amount in ((refund.refund, refund.amount), (refund.reversal, refund.taken_back)):
            if object_id is not None and refund.status in ACCEPTED and amounts.get(object_id) != amount:
                breaches.append(f"refund {refund.id}: {object_id} of {amount} is not at Stripe")
    return breaches


def find_refund_posting_breaches(snapshot: AuditSnapshot) -> list[str]:
    """Find postings of refunds, reversals and disputes that are missing, doubled, or without a row of ours."""
    booked = Counter(posting.posting_key for posting in snapshot.postings)
    expected = Counter[str]()
    for refund in snapshot.refund_rows:
        if refund.reversal:
            expected[f"reversal:{refund.reversal}"] = 1
        if refund.status in ACCEPTED:
            expected[f"refund:{refund.refund}"] = 1
        elif booked[f"refund:{refund.refund}"]:  # it was accepted, and failed later
            expected[f"refund:{refund.refund}"] = expected[f"refund_failed:{refund.refund}"] = 1
    expected.update(f"netting:{netting.id}" for netting in snapshot.nettings)
    for dispute in snapshot.disputes:
        if dispute.withdrawn:
            expected[f"dispute:{dispute.dispute}"] = 1
            if dispute.status is not DisputeStatus.OPEN:
                expected[f"dispute_{dispute.status}:{dispute.dispute}"] = 1
    keys = {key for key in booked if key.partition(":")[0] in _KINDS}
    return [f"{key} booked {booked[key]} times" for key in sorted({*keys, *expected}) if booked[key] != expected[key]]
