"""The ledger as data: accounts, entries and postings."""

from dataclasses import dataclass
from enum import StrEnum


class LedgerAccountKind(StrEnum):
    ASSET = "asset"
    LIABILITY = "liability"
    REVENUE = "revenue"
    EXPENSE = "expense"


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerAccount:
    """A ledger account, identified by its code. It has one currency."""

    code: str
    kind: LedgerAccountKind
    currency: str
    owner: int | None = None  # the person id of the runner or customer that the account is about


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerEntry:
    """One line of a posting, in minor units: positive is debit, negative is credit."""

    account: LedgerAccount
    amount: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Posting:
    """A ledger transaction that sums to zero. A `key` is booked once only."""

    key: str
    kind: str
    entries: tuple[LedgerEntry, ...]
    stripe_object: str


def stripe_balance_account(currency: str) -> LedgerAccount:
    """The platform's balance at Stripe."""
    return LedgerAccount(code=f"stripe_balance:{currency}", kind=LedgerAccountKind.ASSET, currency=currency)


def runner_payable_account(runner: int, currency: str) -> LedgerAccount:
    """What the platform owes a runner."""
    code = f"runner_payable:{runner}:{currency}"
    return LedgerAccount(code=code, kind=LedgerAccountKind.LIABILITY, currency=currency, owner=runner)


def platform_revenue_account(currency: str) -> LedgerAccount:
    """What the platform earned."""
    return LedgerAccount(code=f"platform_revenue:{currency}", kind=LedgerAccountKind.REVENUE, currency=currency)


def stripe_fees_account(currency: str) -> LedgerAccount:
    """What Stripe took."""
    return LedgerAccount(code=f"stripe_fees:{currency}", kind=LedgerAccountKind.EXPENSE, currency=currency)


def platform_costs_account(currency: str) -> LedgerAccount:
    """What the platform pays itself: food that was bought and never arrived."""
    return LedgerAccount(code=f"platform_costs:{currency}", kind=LedgerAccountKind.EXPENSE, currency=currency)


def refunds_borne_account(currency: str) -> LedgerAccount:
    """What the platform refunded to customers at its own cost."""
    return LedgerAccount(code=f"refunds_borne:{currency}", kind=LedgerAccountKind.EXPENSE, currency=currency)


def runner_debt_account(runner: int, currency: str) -> LedgerAccount:
    """What a runner owes the platform: a transfer that could not be reversed."""
    code = f"runner_debt:{runner}:{currency}"
    return LedgerAccount(code=code, kind=LedgerAccountKind.ASSET, currency=currency, owner=runner)


def customer_debt_account(customer: int, currency: str) -> LedgerAccount:
    """What a customer owes the platform: delivered food, and a charge that the bank declined."""
    code = f"customer_debt:{customer}:{currency}"
    return LedgerAccount(code=code, kind=LedgerAccountKind.ASSET, currency=currency, owner=customer)


def bad_debts_account(currency: str) -> LedgerAccount:
    """What customers owed and the platform waived."""
    return LedgerAccount(code=f"bad_debts:{currency}", kind=LedgerAccountKind.EXPENSE, currency=currency)


def advances_account(currency: str) -> LedgerAccount:
    """What a person at Stripe captured before its order was completed: it is earned then, or goes back."""
    return LedgerAccount(code=f"advances:{currency}", kind=LedgerAccountKind.LIABILITY, currency=currency)


def forgone_account(currency: str) -> LedgerAccount:
    """What orders cost above what a person at Stripe captured for them."""
    return LedgerAccount(code=f"forgone:{currency}", kind=LedgerAccountKind.EXPENSE, currency=currency)


def bank_account(currency: str) -> LedgerAccount:
    """What the platform took from its balance to its bank, less what it brought from there."""
    return LedgerAccount(code=f"bank:{currency}", kind=LedgerAccountKind.ASSET, currency=currency)


def reserves_account(currency: str) -> LedgerAccount:
    """What Stripe keeps back of the platform's balance for a while."""
    return LedgerAccount(code=f"stripe_reserves:{currency}", kind=LedgerAccountKind.ASSET, currency=currency)


def opening_account(currency: str) -> LedgerAccount:
    """What was on Stripe's balance before the books began."""
    return LedgerAccount(code=f"opening:{currency}", kind=LedgerAccountKind.LIABILITY, currency=currency)


def foreign_account(currency: str) -> LedgerAccount:
    """What others than CampusG moved on the same Stripe account, such as another shop of its owner."""
    return LedgerAccount(code=f"foreign:{currency}", kind=LedgerAccountKind.LIABILITY, currency=currency)


def settled_by_hand_account(currency: str) -> LedgerAccount:
    """What moved at Stripe for no order of ours, as an admin explained in a discrepancy that they settled."""
    return LedgerAccount(code=f"settled_by_hand:{currency}", kind=LedgerAccountKind.EXPENSE, currency=currency)


def dispute_suspense_account(currency: str) -> LedgerAccount:
    """What banks took back in disputes that are still open."""
    return LedgerAccount(code=f"dispute_suspense:{currency}", kind=LedgerAccountKind.ASSET, currency=currency)


def dispute_losses_account(currency: str) -> LedgerAccount:
    """What banks took back in disputes that the platform lost."""
    return LedgerAccount(code=f"dispute_losses:{currency}", kind=LedgerAccountKind.EXPENSE, currency=currency)


def make_posting(key: str, kind: str, stripe_object: str, *entries: LedgerEntry) -> Posting:
    """Return a posting of the entries that are not zero.

    Raise ValueError when these are fewer than two, or do not sum to zero.
    """
    kept = tuple(entry for entry in entries if entry.amount)
    if sum(entry.amount for entry in kept) != 0 or len(kept) < 2:
        raise ValueError(f"posting {key} is not balanced")
    return Posting(key=key, kind=kind, entries=kept, stripe_object=stripe_object)
