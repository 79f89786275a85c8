"""The ledger as data: its accounts, and what a posting is."""

from dataclasses import dataclass
from enum import StrEnum


class AccountKind(StrEnum):
    ASSET = "asset"
    LIABILITY = "liability"
    REVENUE = "revenue"
    EXPENSE = "expense"


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A ledger account by its code; one currency each."""

    code: str
    kind: AccountKind
    currency: str
    owner: int | None = None  # the runner's person id, where the account is a debt to one


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line: positive is debit, negative is credit, minor units."""

    account: Account
    amount: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Posting:
    """A transaction that sums to zero; `key` makes its effect happen once."""

    key: str
    kind: str
    entries: tuple[Entry, ...]
    stripe_object: str


def stripe_balance(currency: str) -> Account:
    """What Stripe keeps for the platform."""
    return Account(code=f"stripe_balance:{currency}", kind=AccountKind.ASSET, currency=currency)


def runner_payable(runner: int, currency: str) -> Account:
    """What the platform owes a runner."""
    code = f"runner_payable:{runner}:{currency}"
    return Account(code=code, kind=AccountKind.LIABILITY, currency=currency, owner=runner)


def platform_revenue(currency: str) -> Account:
    """What the platform earned."""
    return Account(code=f"platform_revenue:{currency}", kind=AccountKind.REVENUE, currency=currency)


def stripe_fees(currency: str) -> Account:
    """What Stripe took."""
    return Account(code=f"stripe_fees:{currency}", kind=AccountKind.EXPENSE, currency=currency)


def platform_costs(currency: str) -> Account:
    """What the platform bears itself: food that was bought and never arrived."""
    return Account(code=f"platform_costs:{currency}", kind=AccountKind.EXPENSE, currency=currency)


def refunds_borne(currency: str) -> Account:
    """What the platform gave back to customers out of its own."""
    return Account(code=f"refunds_borne:{currency}", kind=AccountKind.EXPENSE, currency=currency)


def runner_debt(runner: int, currency: str) -> Account:
    """What a runner owes the platform: a transfer that could not be taken back."""
    code = f"runner_debt:{runner}:{currency}"
    return Account(code=code, kind=AccountKind.ASSET, currency=currency, owner=runner)


def customer_debt(customer: int, currency: str) -> Account:
    """What a customer owes the platform: food she got, and a charge her bank declined."""
    code = f"customer_debt:{customer}:{currency}"
    return Account(code=code, kind=AccountKind.ASSET, currency=currency, owner=customer)


def bad_debts(currency: str) -> Account:
    """What customers owed, and the platform let go."""
    return Account(code=f"bad_debts:{currency}", kind=AccountKind.EXPENSE, currency=currency)


def dispute_suspense(currency: str) -> Account:
    """What banks took back and have not decided about."""
    return Account(code=f"dispute_suspense:{currency}", kind=AccountKind.ASSET, currency=currency)


def dispute_losses(currency: str) -> Account:
    """What banks took back for good."""
    return Account(code=f"dispute_losses:{currency}", kind=AccountKind.EXPENSE, currency=currency)


def posting(key: str, kind: str, stripe_object: str, *entries: Entry) -> Posting:
    """A posting of the lines that are not nothing; ValueError unless they are two or more and sum to nothing."""
    kept = tuple(entry for entry in entries if entry.amount)
    if sum(entry.amount for entry in kept) != 0 or len(kept) < 2:
        raise ValueError(f"posting {key} is not balanced")
    return Posting(key=key, kind=kind, entries=kept, stripe_object=stripe_object)
