"""The postings of what a person did at Stripe itself, and of what Stripe takes from the platform's balance."""

from domain.ledger.accounts import (
    LedgerAccount,
    LedgerEntry,
    Posting,
    advances_account,
    foreign_account,
    forgone_account,
    make_posting,
    opening_account,
    platform_revenue_account,
    runner_payable_account,
    settled_by_hand_account,
    stripe_balance_account,
)
from domain.orders.pricing import Split

SETTLED_BY_HAND = "settled_by_hand"
OPENING = "opening"
TRANSFER_AT_STRIPE = "transfer_at_stripe"
FOREIGN = "foreign"


def advance_posting(*, payment_intent: str, amount: int, currency: str) -> Posting:
    """The posting of an advance: captured before the order was completed, so nobody has earned it yet."""
    return make_posting(
        f"capture:{payment_intent}",
        "advance",
        payment_intent,
        LedgerEntry(account=stripe_balance_account(currency), amount=amount),
        LedgerEntry(account=advances_account(currency), amount=-amount),
    )


def advance_earned_posting(*, payment_intent: str, runner: int, split: Split, advance: int, currency: str) -> Posting:
    """The posting of a completed order that an `advance` pays: what it is short of the total, the platform bears."""
    used = min(advance, split.total)
    return make_posting(
        f"earned:{payment_intent}",
        "capture",
        "",
        LedgerEntry(account=advances_account(currency), amount=used),
        LedgerEntry(account=forgone_account(currency), amount=split.total - used),
        LedgerEntry(account=runner_payable_account(runner, currency), amount=-split.runner),
        LedgerEntry(account=platform_revenue_account(currency), amount=-split.platform),
    )


def transfer_at_stripe_posting(*, transfer: str, runner: int, amount: int, currency: str) -> Posting:
    """The posting of a transfer that a person made at Stripe, and that paid the runner what they were owed.

    Its key is that of a transfer of ours: so the transfer is booked once, whoever made it.
    """
    return make_posting(
        f"transfer:{transfer}",
        TRANSFER_AT_STRIPE,
        transfer,
        LedgerEntry(account=runner_payable_account(runner, currency), amount=amount),
        LedgerEntry(account=stripe_balance_account(currency), amount=-amount),
    )


def reversal_at_stripe_posting(*, reversal: str, runner: int, amount: int, currency: str) -> Posting:
    """The posting of a transfer that a person reversed at Stripe: the runner is owed it again."""
    return make_posting(
        f"reversal_at_stripe:{reversal}",
        "reversal_at_stripe",
        reversal,
        LedgerEntry(account=stripe_balance_account(currency), amount=amount),
        LedgerEntry(account=runner_payable_account(runner, currency), amount=-amount),
    )


def movement_posting(*, balance_transaction: str, kind: str, counterpart: LedgerAccount, net: int) -> Posting:
    """The posting of what changed Stripe's balance by `net` minor units and belongs to no order."""
    return make_posting(
        f"movement:{balance_transaction}",
        kind,
        balance_transaction,
        LedgerEntry(account=stripe_balance_account(counterpart.currency), amount=net),
        LedgerEntry(account=counterpart, amount=-net),
    )


def settled_by_hand_posting(*, key: str, balance_transaction: str, net: int, currency: str) -> Posting:
    """The posting of `net` minor units that an admin explained when they settled a discrepancy."""
    return make_posting(
        f"{SETTLED_BY_HAND}:{key}",
        SETTLED_BY_HAND,
        balance_transaction,
        LedgerEntry(account=stripe_balance_account(currency), amount=net),
        LedgerEntry(account=settled_by_hand_account(currency), amount=-net),
    )


def opening_posting(*, amount: int, currency: str) -> Posting:
    """The posting of what was on Stripe's balance before the books began."""
    return make_posting(
        f"{OPENING}:{currency}",
        OPENING,
        "",
        LedgerEntry(account=stripe_balance_account(currency), amount=amount),
        LedgerEntry(account=opening_account(currency), amount=-amount),
    )


def foreign_posting(*, balance_transaction: str, net: int, currency: str) -> Posting:
    """The posting of what others moved on the same Stripe account."""
    return make_posting(
        f"{FOREIGN}:{balance_transaction}",
        FOREIGN,
        balance_transaction,
        LedgerEntry(account=stripe_balance_account(currency), amount=net),
        LedgerEntry(account=foreign_account(currency), amount=-net),
    )
