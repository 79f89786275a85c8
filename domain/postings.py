"""Which accounts move when money is captured, paid out, charged a fee, goes back or is owed."""

from domain.ledger import (
    LedgerEntry,
    Posting,
    bad_debts_account,
    customer_debt_account,
    dispute_losses_account,
    dispute_suspense_account,
    make_posting,
    platform_costs_account,
    platform_revenue_account,
    refunds_borne_account,
    runner_debt_account,
    runner_payable_account,
    stripe_balance_account,
    stripe_fees_account,
)
from domain.pricing import Split


def capture_posting(*, payment_intent: str, runner: int, split: Split, currency: str) -> Posting:
    """The customer paid: the runner is owed her part, the rest is earned."""
    return make_posting(
        f"capture:{payment_intent}",
        "capture",
        payment_intent,
        LedgerEntry(account=stripe_balance_account(currency), amount=split.total),
        LedgerEntry(account=runner_payable_account(runner, currency), amount=-split.runner),
        LedgerEntry(account=platform_revenue_account(currency), amount=-split.platform),
    )


def fee_posting(*, balance_transaction: str, fee: int, currency: str) -> Posting:
    """Stripe's fee for a charge, once it is known."""
    return make_posting(
        f"fee:{balance_transaction}",
        "fee",
        balance_transaction,
        LedgerEntry(account=stripe_fees_account(currency), amount=fee),
        LedgerEntry(account=stripe_balance_account(currency), amount=-fee),
    )


def transfer_posting(*, transfer: str, runner: int, amount: int, currency: str) -> Posting:
    """The runner was paid: the debt and Stripe's balance shrink."""
    return make_posting(
        f"transfer:{transfer}",
        "transfer",
        transfer,
        LedgerEntry(account=runner_payable_account(runner, currency), amount=amount),
        LedgerEntry(account=stripe_balance_account(currency), amount=-amount),
    )


def goodwill_posting(*, order: int, runner: int, amount: int, currency: str) -> Posting:
    """A purchase was closed at the platform's cost: the runner is owed her part, and no customer paid it."""
    return make_posting(
        f"goodwill:{order}",
        "goodwill",
        "",
        LedgerEntry(account=platform_costs_account(currency), amount=amount),
        LedgerEntry(account=runner_payable_account(runner, currency), amount=-amount),
    )


def customer_debt_posting(*, order: int, customer: int, runner: int, split: Split, currency: str) -> Posting:
    """Delivered, and her bank declined: the customer owes it all, the runner is owed her part, the rest is earned."""
    return make_posting(
        f"unpaid:{order}",
        "unpaid",
        "",
        LedgerEntry(account=customer_debt_account(customer, currency), amount=split.total),
        LedgerEntry(account=runner_payable_account(runner, currency), amount=-split.runner),
        LedgerEntry(account=platform_revenue_account(currency), amount=-split.platform),
    )


def customer_debt_paid_posting(*, payment_intent: str, customer: int, amount: int, currency: str) -> Posting:
    """A customer paid what she owed."""
    return make_posting(
        f"settled:{payment_intent}",
        "settled",
        payment_intent,
        LedgerEntry(account=stripe_balance_account(currency), amount=amount),
        LedgerEntry(account=customer_debt_account(customer, currency), amount=-amount),
    )


def customer_debt_waived_posting(*, order: int, customer: int, amount: int, currency: str) -> Posting:
    """An admin let go what a customer owed: the platform bears it."""
    return make_posting(
        f"forgiven:{order}",
        "forgiven",
        "",
        LedgerEntry(account=bad_debts_account(currency), amount=amount),
        LedgerEntry(account=customer_debt_account(customer, currency), amount=-amount),
    )


def refund_posting(*, refund: str, runner: int, platform_amount: int, runner_amount: int, currency: str) -> Posting:
    """Money went back to a customer: each bears a part, and what the runner bears she is owed less."""
    return make_posting(
        f"refund:{refund}",
        "refund",
        refund,
        LedgerEntry(account=refunds_borne_account(currency), amount=platform_amount),
        LedgerEntry(account=runner_payable_account(runner, currency), amount=runner_amount),
        LedgerEntry(account=stripe_balance_account(currency), amount=-platform_amount - runner_amount),
    )


def refund_failed_posting(
    *, refund: str, runner: int, platform_amount: int, runner_amount: int, currency: str
) -> Posting:
    """The bank sent a refund back: all of it as before, and the runner is owed her part again."""
    return make_posting(
        f"refund_failed:{refund}",
        "refund_failed",
        refund,
        LedgerEntry(account=stripe_balance_account(currency), amount=platform_amount + runner_amount),
        LedgerEntry(account=refunds_borne_account(currency), amount=-platform_amount),
        LedgerEntry(account=runner_payable_account(runner, currency), amount=-runner_amount),
    )


def reversal_posting(*, reversal: str, runner: int, amount: int, currency: str) -> Posting:
    """What was sent to a runner came back: it is Stripe's to keep for us, and to her account again."""
    return make_posting(
        f"reversal:{reversal}",
        "reversal",
        reversal,
        LedgerEntry(account=stripe_balance_account(currency), amount=amount),
        LedgerEntry(account=runner_payable_account(runner, currency), amount=-amount),
    )


def runner_debt_posting(*, refund: int, runner: int, amount: int, currency: str) -> Posting:
    """What could not be taken back of her part of a refund of ours: now she owes it."""
    return make_posting(
        f"debt:{refund}",
        "debt",
        "",
        LedgerEntry(account=runner_debt_account(runner, currency), amount=amount),
        LedgerEntry(account=runner_payable_account(runner, currency), amount=-amount),
    )


def netting_posting(*, netting: int, runner: int, amount: int, currency: str) -> Posting:
    """What she earned pays what she owes: both shrink, and nothing is sent."""
    return make_posting(
        f"netting:{netting}",
        "netting",
        "",
        LedgerEntry(account=runner_payable_account(runner, currency), amount=amount),
        LedgerEntry(account=runner_debt_account(runner, currency), amount=-amount),
    )


def runner_debt_void_posting(*, refund: int, runner: int, amount: int, currency: str, waived: bool) -> Posting:
    """The refund failed: she owes nothing for it, and where it was `let_go` nobody bears it any more."""
    return make_posting(
        f"debt_void:{refund}",
        "debt_void",
        "",
        LedgerEntry(account=runner_payable_account(runner, currency), amount=amount),
        LedgerEntry(
            account=refunds_borne_account(currency) if waived else runner_debt_account(runner, currency), amount=-amount
        ),
    )


def runner_debt_waived_posting(*, refund: int, runner: int, amount: int, currency: str) -> Posting:
    """An admin let a debt go: the platform bears that part of the refund after all."""
    return make_posting(
        f"debt_let_go:{refund}",
        "debt_let_go",
        "",
        LedgerEntry(account=refunds_borne_account(currency), amount=amount),
        LedgerEntry(account=runner_debt_account(runner, currency), amount=-amount),
    )


def dispute_posting(*, dispute: str, amount: int, fee: int, currency: str) -> Posting:
    """A bank took a payment back until it has decided, and Stripe its fee for that."""
    return make_posting(
        f"dispute:{dispute}",
        "dispute",
        dispute,
        LedgerEntry(account=dispute_suspense_account(currency), amount=amount),
        LedgerEntry(account=stripe_fees_account(currency), amount=fee),
        LedgerEntry(account=stripe_balance_account(currency), amount=-amount - fee),
    )


def dispute_won_posting(*, dispute: str, amount: int, fee: int, currency: str) -> Posting:
    """The bank gave it back, and Stripe its fee where it does."""
    return make_posting(
        f"dispute_won:{dispute}",
        "dispute_won",
        dispute,
        LedgerEntry(account=stripe_balance_account(currency), amount=amount + fee),
        LedgerEntry(account=dispute_suspense_account(currency), amount=-amount),
        LedgerEntry(account=stripe_fees_account(currency), amount=-fee),
    )


def dispute_lost_posting(*, dispute: str, amount: int, currency: str) -> Posting:
    """The bank keeps it: the platform's loss; nothing is taken from the runner by itself."""
    return make_posting(
        f"dispute_lost:{dispute}",
        "dispute_lost",
        dispute,
        LedgerEntry(account=dispute_losses_account(currency), amount=amount),
        LedgerEntry(account=dispute_suspense_account(currency), amount=-amount),
    )


def late_reversal_posting(*, reversal: str, runner: int, amount: int, currency: str) -> Posting:
    """A transfer that Stripe made after we had given it up came back: as if it had not been."""
    return make_posting(
        f"late_reversal:{reversal}",
        "late_reversal",
        reversal,
        LedgerEntry(account=stripe_balance_account(currency), amount=amount),
        LedgerEntry(account=runner_payable_account(runner, currency), amount=-amount),
    )
