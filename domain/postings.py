"""Which accounts move when money is captured, paid out, charged a fee, goes back or is owed."""

from domain.ledger import (
    Entry,
    Posting,
    bad_debts,
    customer_debt,
    dispute_losses,
    dispute_suspense,
    platform_costs,
    platform_revenue,
    posting,
    refunds_borne,
    runner_debt,
    runner_payable,
    stripe_balance,
    stripe_fees,
)
from domain.pricing import Split


def capture_posting(*, payment_intent: str, runner: int, split: Split, currency: str) -> Posting:
    """The customer paid: the runner is owed her part, the rest is earned."""
    return posting(
        f"capture:{payment_intent}",
        "capture",
        payment_intent,
        Entry(account=stripe_balance(currency), amount=split.total),
        Entry(account=runner_payable(runner, currency), amount=-split.runner),
        Entry(account=platform_revenue(currency), amount=-split.platform),
    )


def fee_posting(*, balance_transaction: str, fee: int, currency: str) -> Posting:
    """Stripe's fee for a charge, once it is known."""
    return posting(
        f"fee:{balance_transaction}",
        "fee",
        balance_transaction,
        Entry(account=stripe_fees(currency), amount=fee),
        Entry(account=stripe_balance(currency), amount=-fee),
    )


def transfer_posting(*, transfer: str, runner: int, amount: int, currency: str) -> Posting:
    """The runner was paid: the debt and Stripe's balance shrink."""
    return posting(
        f"transfer:{transfer}",
        "transfer",
        transfer,
        Entry(account=runner_payable(runner, currency), amount=amount),
        Entry(account=stripe_balance(currency), amount=-amount),
    )


def goodwill_posting(*, order: int, runner: int, amount: int, currency: str) -> Posting:
    """A purchase was closed at the platform's cost: the runner is owed her part, and no customer paid it."""
    return posting(
        f"goodwill:{order}",
        "goodwill",
        "",
        Entry(account=platform_costs(currency), amount=amount),
        Entry(account=runner_payable(runner, currency), amount=-amount),
    )


def unpaid_posting(*, order: int, customer: int, runner: int, split: Split, currency: str) -> Posting:
    """Delivered, and her bank declined: the customer owes it all, the runner is owed her part, the rest is earned."""
    return posting(
        f"unpaid:{order}",
        "unpaid",
        "",
        Entry(account=customer_debt(customer, currency), amount=split.total),
        Entry(account=runner_payable(runner, currency), amount=-split.runner),
        Entry(account=platform_revenue(currency), amount=-split.platform),
    )


def settled_posting(*, payment_intent: str, customer: int, amount: int, currency: str) -> Posting:
    """A customer paid what she owed."""
    return posting(
        f"settled:{payment_intent}",
        "settled",
        payment_intent,
        Entry(account=stripe_balance(currency), amount=amount),
        Entry(account=customer_debt(customer, currency), amount=-amount),
    )


def forgiven_posting(*, order: int, customer: int, amount: int, currency: str) -> Posting:
    """An admin let go what a customer owed: the platform bears it."""
    return posting(
        f"forgiven:{order}",
        "forgiven",
        "",
        Entry(account=bad_debts(currency), amount=amount),
        Entry(account=customer_debt(customer, currency), amount=-amount),
    )


def refund_posting(*, refund: str, runner: int, ours: int, hers: int, currency: str) -> Posting:
    """Money went back to a customer: each bears a part, and what the runner bears she is owed less."""
    return posting(
        f"refund:{refund}",
        "refund",
        refund,
        Entry(account=refunds_borne(currency), amount=ours),
        Entry(account=runner_payable(runner, currency), amount=hers),
        Entry(account=stripe_balance(currency), amount=-ours - hers),
    )


def refund_failed_posting(*, refund: str, runner: int, ours: int, hers: int, currency: str) -> Posting:
    """The bank sent a refund back: all of it as before, and the runner is owed her part again."""
    return posting(
        f"refund_failed:{refund}",
        "refund_failed",
        refund,
        Entry(account=stripe_balance(currency), amount=ours + hers),
        Entry(account=refunds_borne(currency), amount=-ours),
        Entry(account=runner_payable(runner, currency), amount=-hers),
    )


def reversal_posting(*, reversal: str, runner: int, amount: int, currency: str) -> Posting:
    """What was sent to a runner came back: it is Stripe's to keep for us, and to her account again."""
    return posting(
        f"reversal:{reversal}",
        "reversal",
        reversal,
        Entry(account=stripe_balance(currency), amount=amount),
        Entry(account=runner_payable(runner, currency), amount=-amount),
    )


def debt_posting(*, refund: int, runner: int, amount: int, currency: str) -> Posting:
    """What could not be taken back of her part of a refund of ours: now she owes it."""
    return posting(
        f"debt:{refund}",
        "debt",
        "",
        Entry(account=runner_debt(runner, currency), amount=amount),
        Entry(account=runner_payable(runner, currency), amount=-amount),
    )


def netting_posting(*, netting: int, runner: int, amount: int, currency: str) -> Posting:
    """What she earned pays what she owes: both shrink, and nothing is sent."""
    return posting(
        f"netting:{netting}",
        "netting",
        "",
        Entry(account=runner_payable(runner, currency), amount=amount),
        Entry(account=runner_debt(runner, currency), amount=-amount),
    )


def debt_void_posting(*, refund: int, runner: int, amount: int, currency: str, let_go: bool) -> Posting:
    """The refund failed: she owes nothing for it, and where it was `let_go` nobody bears it any more."""
    return posting(
        f"debt_void:{refund}",
        "debt_void",
        "",
        Entry(account=runner_payable(runner, currency), amount=amount),
        Entry(account=refunds_borne(currency) if let_go else runner_debt(runner, currency), amount=-amount),
    )


def debt_let_go_posting(*, refund: int, runner: int, amount: int, currency: str) -> Posting:
    """An admin let a debt go: the platform bears that part of the refund after all."""
    return posting(
        f"debt_let_go:{refund}",
        "debt_let_go",
        "",
        Entry(account=refunds_borne(currency), amount=amount),
        Entry(account=runner_debt(runner, currency), amount=-amount),
    )


def dispute_posting(*, dispute: str, amount: int, fee: int, currency: str) -> Posting:
    """A bank took a payment back until it has decided, and Stripe its fee for that."""
    return posting(
        f"dispute:{dispute}",
        "dispute",
        dispute,
        Entry(account=dispute_suspense(currency), amount=amount),
        Entry(account=stripe_fees(currency), amount=fee),
        Entry(account=stripe_balance(currency), amount=-amount - fee),
    )


def dispute_won_posting(*, dispute: str, amount: int, fee: int, currency: str) -> Posting:
    """The bank gave it back, and Stripe its fee where it does."""
    return posting(
        f"dispute_won:{dispute}",
        "dispute_won",
        dispute,
        Entry(account=stripe_balance(currency), amount=amount + fee),
        Entry(account=dispute_suspense(currency), amount=-amount),
        Entry(account=stripe_fees(currency), amount=-fee),
    )


def dispute_lost_posting(*, dispute: str, amount: int, currency: str) -> Posting:
    """The bank keeps it: the platform's loss; nothing is taken from the runner by itself."""
    return posting(
        f"dispute_lost:{dispute}",
        "dispute_lost",
        dispute,
        Entry(account=dispute_losses(currency), amount=amount),
        Entry(account=dispute_suspense(currency), amount=-amount),
    )


def late_reversal_posting(*, reversal: str, runner: int, amount: int, currency: str) -> Posting:
    """A transfer that Stripe made after we had given it up came back: as if it had not been."""
    return posting(
        f"late_reversal:{reversal}",
        "late_reversal",
        reversal,
        Entry(account=stripe_balance(currency), amount=amount),
        Entry(account=runner_payable(runner, currency), amount=-amount),
    )
