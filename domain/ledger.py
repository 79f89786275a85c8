"""Postings as data: which accounts move when money is captured, paid out or charged a fee."""

from dataclasses import dataclass
from enum import StrEnum

from domain.pricing import Split


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


def _posting(key: str, kind: str, stripe_object: str, *entries: Entry) -> Posting:
    kept = tuple(entry for entry in entries if entry.amount)
    if sum(entry.amount for entry in kept) != 0 or len(kept) < 2:
        raise ValueError(f"posting {key} is not balanced")
    return Posting(key=key, kind=kind, entries=kept, stripe_object=stripe_object)


def capture_posting(*, payment_intent: str, runner: int, split: Split, currency: str) -> Posting:
    """The customer paid: the runner is owed her part, the rest is earned."""
    return _posting(
        f"capture:{payment_intent}",
        "capture",
        payment_intent,
        Entry(account=stripe_balance(currency), amount=split.total),
        Entry(account=runner_payable(runner, currency), amount=-split.runner),
        Entry(account=platform_revenue(currency), amount=-split.platform),
    )


def fee_posting(*, balance_transaction: str, fee: int, currency: str) -> Posting:
    """Stripe's fee for a charge, once it is known."""
    return _posting(
        f"fee:{balance_transaction}",
        "fee",
        balance_transaction,
        Entry(account=stripe_fees(currency), amount=fee),
        Entry(account=stripe_balance(currency), amount=-fee),
    )


def transfer_posting(*, transfer: str, runner: int, amount: int, currency: str) -> Posting:
    """The runner was paid: the debt and Stripe's balance shrink."""
    return _posting(
        f"transfer:{transfer}",
        "transfer",
        transfer,
        Entry(account=runner_payable(runner, currency), amount=amount),
        Entry(account=stripe_balance(currency), amount=-amount),
    )


def goodwill_posting(*, order: int, runner: int, amount: int, currency: str) -> Posting:
    """A purchase was closed at the platform's cost: the runner is owed her part, and no customer paid it."""
    return _posting(
        f"goodwill:{order}",
        "goodwill",
        "",
        Entry(account=platform_costs(currency), amount=amount),
        Entry(account=runner_payable(runner, currency), amount=-amount),
    )


def unpaid_posting(*, order: int, customer: int, runner: int, split: Split, currency: str) -> Posting:
    """Delivered, and her bank declined: the customer owes it all, the runner is owed her part, the rest is earned."""
    return _posting(
        f"unpaid:{order}",
        "unpaid",
        "",
        Entry(account=customer_debt(customer, currency), amount=split.total),
        Entry(account=runner_payable(runner, currency), amount=-split.runner),
        Entry(account=platform_revenue(currency), amount=-split.platform),
    )


def settled_posting(*, payment_intent: str, customer: int, amount: int, currency: str) -> Posting:
    """A customer paid what she owed."""
    return _posting(
        f"settled:{payment_intent}",
        "settled",
        payment_intent,
        Entry(account=stripe_balance(currency), amount=amount),
        Entry(account=customer_debt(customer, currency), amount=-amount),
    )


def forgiven_posting(*, order: int, customer: int, amount: int, currency: str) -> Posting:
    """An admin let go what a customer owed: the platform bears it."""
    return _posting(
        f"forgiven:{order}",
        "forgiven",
        "",
        Entry(account=bad_debts(currency), amount=amount),
        Entry(account=customer_debt(customer, currency), amount=-amount),
    )


def refund_posting(*, refund: str, runner: int, ours: int, hers: int, currency: str) -> Posting:
    """Money went back to a customer: each bears a part, and what the runner bears she is owed less."""
    return _posting(
        f"refund:{refund}",
        "refund",
        refund,
        Entry(account=refunds_borne(currency), amount=ours),
        Entry(account=runner_payable(runner, currency), amount=hers),
        Entry(account=stripe_balance(currency), amount=-ours - hers),
    )


def refund_failed_posting(*, refund: str, runner: int, ours: int, hers: int, currency: str) -> Posting:
    """The bank sent a refund back: all of it as before, and the runner is owed her part again."""
    return _posting(
        f"refund_failed:{refund}",
        "refund_failed",
        refund,
        Entry(account=stripe_balance(currency), amount=ours + hers),
        Entry(account=refunds_borne(currency), amount=-ours),
        Entry(account=runner_payable(runner, currency), amount=-hers),
    )


def reversal_posting(*, reversal: str, runner: int, amount: int, currency: str) -> Posting:
    """What was sent to a runner came back: it is Stripe's to keep for us, and to her account again."""
    return _posting(
        f"reversal:{reversal}",
        "reversal",
        reversal,
        Entry(account=stripe_balance(currency), amount=amount),
        Entry(account=runner_payable(runner, currency), amount=-amount),
    )


def debt_posting(*, refund: int, runner: int, amount: int, currency: str) -> Posting:
    """What could not be taken back of her part of a refund of ours: now she owes it."""
    return _posting(
        f"debt:{refund}",
        "debt",
        "",
        Entry(account=runner_debt(runner, currency), amount=amount),
        Entry(account=runner_payable(runner, currency), amount=-amount),
    )


def netting_posting(*, netting: int, runner: int, amount: int, currency: str) -> Posting:
    """What she earned pays what she owes: both shrink, and nothing is sent."""
    return _posting(
        f"netting:{netting}",
        "netting",
        "",
        Entry(account=runner_payable(runner, currency), amount=amount),
        Entry(account=runner_debt(runner, currency), amount=-amount),
    )


def debt_void_posting(*, refund: int, runner: int, amount: int, currency: str, let_go: bool) -> Posting:
    """The refund failed: she owes nothing for it, and where it was `let_go` nobody bears it any more."""
    return _posting(
        f"debt_void:{refund}",
        "debt_void",
        "",
        Entry(account=runner_payable(runner, currency), amount=amount),
        Entry(account=refunds_borne(currency) if let_go else runner_debt(runner, currency), amount=-amount),
    )


def debt_let_go_posting(*, refund: int, runner: int, amount: int, currency: str) -> Posting:
    """An admin let a debt go: the platform bears that part of the refund after all."""
    return _posting(
        f"debt_let_go:{refund}",
        "debt_let_go",
        "",
        Entry(account=refunds_borne(currency), amount=amount),
        Entry(account=runner_debt(runner, currency), amount=-amount),
    )


def dispute_posting(*, dispute: str, amount: int, fee: int, currency: str) -> Posting:
    """A bank took a payment back until it has decided, and Stripe its fee for that."""
    return _posting(
        f"dispute:{dispute}",
        "dispute",
        dispute,
        Entry(account=dispute_suspense(currency), amount=amount),
        Entry(account=stripe_fees(currency), amount=fee),
        Entry(account=stripe_balance(currency), amount=-amount - fee),
    )


def dispute_won_posting(*, dispute: str, amount: int, fee: int, currency: str) -> Posting:
    """The bank gave it back, and Stripe its fee where it does."""
    return _posting(
        f"dispute_won:{dispute}",
        "dispute_won",
        dispute,
        Entry(account=stripe_balance(currency), amount=amount + fee),
        Entry(account=dispute_suspense(currency), amount=-amount),
        Entry(account=stripe_fees(currency), amount=-fee),
    )


def dispute_lost_posting(*, dispute: str, amount: int, currency: str) -> Posting:
    """The bank keeps it: the platform's loss; nothing is taken from the runner by itself."""
    return _posting(
        f"dispute_lost:{dispute}",
        "dispute_lost",
        dispute,
        Entry(account=dispute_losses(currency), amount=amount),
        Entry(account=dispute_suspense(currency), amount=-amount),
    )


def late_reversal_posting(*, reversal: str, runner: int, amount: int, currency: str) -> Posting:
    """A transfer that Stripe made after we had given it up came back: as if it had not been."""
    return _posting(
        f"late_reversal:{reversal}",
        "late_reversal",
        reversal,
        Entry(account=stripe_balance(currency), amount=amount),
        Entry(account=runner_payable(runner, currency), amount=-amount),
    )
