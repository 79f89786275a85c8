"""The ledger as data: its accounts, and what a posting is."""

from dataclasses import dataclass
from enum import StrEnum


class LedgerAccountKind(StrEnum):
    ASSET = "asset"
    LIABILITY = "liability"
    REVENUE = "revenue"
    EXPENSE = "expense"


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerAccount:
    """A ledger account by its code; one currency each."""

    code: str
    kind: LedgerAccountKind
    currency: str
    owner: int | None = None  # the runner's person id, where the account is a debt to one


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerEntry:
    """One line: positive is debit, negative is credit, minor units."""

    account: LedgerAccount
    amount: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Posting:
    """A transaction that sums to zero; `key` makes its effect happen once."""

    key: str
    kind: str
    entries: tuple[LedgerEntry, ...]
    stripe_object: str


def stripe_balance_account(currency: str) -> LedgerAccount:
    """What Stripe keeps for the platform."""
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
    """What the platform bears itself: food that was bought and never arrived."""
    return LedgerAccount(code=f"platform_costs:{currency}", kind=LedgerAccountKind.EXPENSE, currency=currency)


def refunds_borne_account(currency: str) -> LedgerAccount:
    """What the platform gave back to customers out of its own."""
    return LedgerAccount(code=f"refunds_borne:{currency}", kind=LedgerAccountKind.EXPENSE, currency=currency)


def runner_debt_account(runner: int, currency: str) -> LedgerAccount:
    """What a runner owes the platform: a transfer that could not be taken back."""
    code = f"runner_debt:{runner}:{currency}"
    return LedgerAccount(code=code, kind=LedgerAccountKind.ASSET, currency=currency, owner=runner)


def customer_debt_account(customer: int, currency: str) -> LedgerAccount:
    """What a customer owes the platform: food she got, and a charge her bank declined."""
    code = f"customer_debt:{customer}:{currency}"
    return LedgerAccount(code=code, kind=LedgerAccountKind.ASSET, currency=currency, owner=customer)


def bad_debts_account(currency: str) -> LedgerAccount:
    """What customers owed, and the platform let go."""
    return LedgerAccount(code=f"bad_debts:{currency}", kind=LedgerAccountKind.EXPENSE, currency=currency)


def dispute_suspense_account(currency: str) -> LedgerAccount:
    """What banks took back and have not decided about."""
    return LedgerAccount(code=f"dispute_suspense:{currency}", kind=LedgerAccountKind.ASSET, currency=currency)


def dispute_losses_account(currency: str) -> LedgerAccount:
    """What banks took back for good."""
    return LedgerAccount(code=f"dispute_losses:{currency}", kind=LedgerAccountKind.EXPENSE, currency=currency)


def make_posting(key: str, kind: str, stripe_object: str, *entries: LedgerEntry) -> Posting:
    """A posting of the lines that are not nothing; ValueError unless they are two or more and sum to nothing."""
    kept = tuple(entry for entry in entries if entry.amount)
    if sum(entry.amount for entry in kept) != 0 or len(kept) < 2:
        raise ValueError(f"posting {key} is not balanced")
    return Posting(key=key, kind=kind, entries=kept, stripe_object=stripe_object)
