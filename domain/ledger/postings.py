"""The postings of captures, payouts, fees, refunds, debts and disputes."""

from domain.ledger.accounts import (
    LedgerEntry,
    Posting,
    advances_account,
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
from domain.orders.pricing import Split


def capture_posting(*, payment_intent: str, runner: int, split: Split, currency: str) -> Posting:
    """The posting of a capture: the runner is owed their part, the rest is revenue."""
    return make_posting(
        f"capture:{payment_intent}",
        "capture",
        payment_intent,
        LedgerEntry(account=stripe_balance_account(currency), amount=split.total),
        LedgerEntry(account=runner_payable_account(runner, currency), amount=-split.runner),
        LedgerEntry(account=platform_revenue_account(currency), amount=-split.platform),
    )


def fee_posting(*, balance_transaction: str, fee: int, currency: str) -> Posting:
    """The posting of Stripe's fee for a charge."""
    return make_posting(
        f"fee:{balance_transaction}",
        "fee",
        balance_transaction,
        LedgerEntry(account=stripe_fees_account(currency), amount=fee),
        LedgerEntry(account=stripe_balance_account(currency), amount=-fee),
    )


def transfer_posting(*, transfer: str, runner: int, amount: int, currency: str) -> Posting:
    """The posting of a transfer to the runner: the payable and Stripe's balance decrease."""
    return make_posting(
        f"transfer:{transfer}",
        "transfer",
        transfer,
        LedgerEntry(account=runner_payable_account(runner, currency), amount=amount),
        LedgerEntry(account=stripe_balance_account(currency), amount=-amount),
    )


def goodwill_posting(*, order: int, runner: int, amount: int, currency: str) -> Posting:
    """The posting of a purchase closed at the platform's cost: the runner is owed their part, no customer paid."""
    return make_posting(
        f"goodwill:{order}",
        "goodwill",
        "",
        LedgerEntry(account=platform_costs_account(currency), amount=amount),
        LedgerEntry(account=runner_payable_account(runner, currency), amount=-amount),
    )


def customer_debt_posting(*, order: int, customer: int, runner: int, split: Split, currency: str) -> Posting:
    """The posting of a delivered order whose charge was declined: as a capture, but the customer owes the total."""
    return make_posting(
        f"unpaid:{order}",
        "unpaid",
        "",
        LedgerEntry(account=customer_debt_account(customer, currency), amount=split.total),
        LedgerEntry(account=runner_payable_account(runner, currency), amount=-split.runner),
        LedgerEntry(account=platform_revenue_account(currency), amount=-split.platform),
    )


def customer_debt_paid_posting(*, payment_intent: str, customer: int, amount: int, currency: str) -> Posting:
    """The posting of a customer's payment of a debt."""
    return make_posting(
        f"settled:{payment_intent}",
        "settled",
        payment_intent,
        LedgerEntry(account=stripe_balance_account(currency), amount=amount),
        LedgerEntry(account=customer_debt_account(customer, currency), amount=-amount),
    )


def customer_debt_waived_posting(*, order: int, customer: int, amount: int, currency: str) -> Posting:
    """The posting of a customer's debt that an admin waived: the platform bears it."""
    return make_posting(
        f"forgiven:{order}",
        "forgiven",
        "",
        LedgerEntry(account=bad_debts_account(currency), amount=amount),
        LedgerEntry(account=customer_debt_account(customer, currency), amount=-amount),
    )


def refund_posting(
    *, refund: str, runner: int | None, platform_amount: int, runner_amount: int, currency: str, from_advance: int = 0
) -> Posting:
    """The posting of a refund: the platform bears its part, and the runner is owed less by theirs.

    `from_advance` of the platform's part costs nothing: it was captured in advance, and not earned.
    """
    return make_posting(
        f"refund:{refund}",
        "refund",
        refund,
        LedgerEntry(account=refunds_borne_account(currency), amount=platform_amount - from_advance),
        LedgerEntry(account=advances_account(currency), amount=from_advance),
        *_runner_part(runner, runner_amount, currency),
        LedgerEntry(account=stripe_balance_account(currency), amount=-platform_amount - runner_amount),
    )


def refund_failed_posting(
    *, refund: str, runner: int | None, platform_amount: int, runner_amount: int, currency: str, from_advance: int = 0
) -> Posting:
    """The posting of a refund that failed: it reverses the refund, and the runner is owed their part again."""
    return make_posting(
        f"refund_failed:{refund}",
        "refund_failed",
        refund,
        LedgerEntry(account=stripe_balance_account(currency), amount=platform_amount + runner_amount),
        LedgerEntry(account=refunds_borne_account(currency), amount=from_advance - platform_amount),
        LedgerEntry(account=advances_account(currency), amount=-from_advance),
        *_runner_part(runner, -runner_amount, currency),
    )


def _runner_part(runner: int | None, amount: int, currency: str) -> list[LedgerEntry]:
    return [] if runner is None else [LedgerEntry(account=runner_payable_account(runner, currency), amount=amount)]


def reversal_posting(*, reversal: str, runner: int, amount: int, currency: str) -> Posting:
    """The posting of a reversed transfer: the amount returns to Stripe's balance and to the runner's payable."""
    return make_posting(
        f"reversal:{reversal}",
        "reversal",
        reversal,
        LedgerEntry(account=stripe_balance_account(currency), amount=amount),
        LedgerEntry(account=runner_payable_account(runner, currency), amount=-amount),
    )


def runner_debt_posting(*, refund: int, runner: int, amount: int, currency: str) -> Posting:
    """The posting of a runner's debt: their part of a refund that could not be reversed."""
    return make_posting(
        f"debt:{refund}",
        "debt",
        "",
        LedgerEntry(account=runner_debt_account(runner, currency), amount=amount),
        LedgerEntry(account=runner_payable_account(runner, currency), amount=-amount),
    )


def netting_posting(*, netting: int, runner: int, amount: int, currency: str) -> Posting:
    """The posting of a netting: the payable pays the debt, both decrease, and nothing is sent."""
    return make_posting(
        f"netting:{netting}",
        "netting",
        "",
        LedgerEntry(account=runner_payable_account(runner, currency), amount=amount),
        LedgerEntry(account=runner_debt_account(runner, currency), amount=-amount),
    )


def runner_debt_void_posting(*, refund: int, runner: int, amount: int, currency: str, waived: bool) -> Posting:
    """The posting of a debt that a failed refund voids; a `waived` debt had become the platform's cost."""
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
    """The posting of a runner's debt that an admin waived: the platform bears that part of the refund."""
    return make_posting(
        f"debt_let_go:{refund}",
        "debt_let_go",
        "",
        LedgerEntry(account=refunds_borne_account(currency), amount=amount),
        LedgerEntry(account=runner_debt_account(runner, currency), amount=-amount),
    )


def dispute_posting(*, dispute: str, amount: int, fee: int, currency: str) -> Posting:
    """The posting of a dispute: the bank withdrew the payment until it decides, and Stripe took its fee."""
    return make_posting(
        f"dispute:{dispute}",
        "dispute",
        dispute,
        LedgerEntry(account=dispute_suspense_account(currency), amount=amount),
        LedgerEntry(account=stripe_fees_account(currency), amount=fee),
        LedgerEntry(account=stripe_balance_account(currency), amount=-amount - fee),
    )


def dispute_won_posting(*, dispute: str, amount: int, fee: int, currency: str) -> Posting:
    """The posting of a dispute that was won: the bank returned the amount, and Stripe `fee` of its fee."""
    return make_posting(
        f"dispute_won:{dispute}",
        "dispute_won",
        dispute,
        LedgerEntry(account=stripe_balance_account(currency), amount=amount + fee),
        LedgerEntry(account=dispute_suspense_account(currency), amount=-amount),
        LedgerEntry(account=stripe_fees_account(currency), amount=-fee),
    )


def dispute_lost_posting(*, dispute: str, amount: int, currency: str) -> Posting:
    """The posting of a dispute that was lost: the platform's loss; the runner is not charged automatically."""
    return make_posting(
        f"dispute_lost:{dispute}",
        "dispute_lost",
        dispute,
        LedgerEntry(account=dispute_losses_account(currency), amount=amount),
        LedgerEntry(account=dispute_suspense_account(currency), amount=-amount),
    )


def late_reversal_posting(*, reversal: str, runner: int, amount: int, currency: str) -> Posting:
    """The posting of a reversed late transfer, one that Stripe made after we had given it up."""
    return make_posting(
        f"late_reversal:{reversal}",
        "late_reversal",
        reversal,
        LedgerEntry(account=stripe_balance_account(currency), amount=amount),
        LedgerEntry(account=runner_payable_account(runner, currency), amount=-amount),
    )
