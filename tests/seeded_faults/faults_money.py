"""Faults of money: holds, captures, fees, the ledger, payouts, refunds, disputes and debts."""

from tests.seeded_faults.seeded_fault import SeededFault

MONEY_FAULTS = (
    SeededFault(
        name="hold_without_fees",
        area="money",
        claim="The hold is made for the whole ceiling that the customer confirmed, fees and tip included.",
        before="await payments.request_hold(work, order.id, run.id, price.ceiling, price.currency)",
        after="await payments.request_hold(work, order.id, run.id, price.shop_limit, price.currency)",
        tests=("tests/domain/payments/test_hold_sagas.py::test_m12_the_price_held_is_the_price_tapped",),
    ),
    SeededFault(
        name="ceiling_captured",
        area="money",
        claim="Only the total with the receipt is captured, and the rest of the hold is released.",
        before='"capture": {"amount_to_capture": order.total,',
        after='"capture": {"amount_to_capture": order.price.ceiling,',
        tests=(
            "tests/domain/payouts/test_capture_and_payout.py"
            "::test_m1_an_order_handed_over_eight_times_at_once_is_captured_and_paid_once",
        ),
    ),
    SeededFault(
        name="service_fee_to_the_runner",
        area="money",
        claim="The platform keeps the service fee and its share of the delivery fee, and the runner gets the rest.",
        before="return self.service_fee + basis_points_of(self.delivery_fee, self.platform_basis_points, step)",
        after="return basis_points_of(self.delivery_fee, self.platform_basis_points, step)",
        tests=("tests/domain/orders/test_pricing.py::test_an_offer_by_hand",),
    ),
    SeededFault(
        name="stripe_fee_off_the_revenue",
        area="money",
        claim="In the ledger, the fee of a charge reduces our balance at Stripe.",
        before="LedgerEntry(account=stripe_balance_account(currency), amount=-fee),",
        after="LedgerEntry(account=platform_revenue_account(currency), amount=-fee),",
        tests=("tests/domain/ledger/test_postings.py::test_a_fee_reduces_the_balance_at_stripe",),
    ),
    SeededFault(
        name="second_transfer_replaces_the_first",
        area="money",
        claim="What a second transfer sends to the runner for an order adds to what the first one sent.",
        before='"sent": payable.c.sent + amount}',
        after='"sent": amount}',
        tests=("tests/domain/refunds/test_refund_sagas.py::test_42_a_refund_that_fails_later_is_as_if_it_never_was",),
    ),
    SeededFault(
        name="second_refund_above_the_payment",
        area="money",
        claim="Two refunds that are requested at once never exceed what the customer paid.",
        before="left=paid - sum(one.amount for one in back if one.status in LIVE_REFUNDS),",
        after='left=paid - sum(one.amount for one in made if one.status == "succeeded"),',
        tests=("tests/domain/refunds/test_refund_sagas.py::test_43_two_refunds_at_once_never_exceed_what_was_paid",),
    ),
    SeededFault(
        name="payout_during_a_dispute",
        area="money",
        claim="Nothing is sent to the runner while a bank decides about the payment.",
        before="payable.c.held_until.is_(None), ~payable.c.frozen, *(~is_blocked()",
        after="payable.c.held_until.is_(None), *(~is_blocked()",
        tests=(
            "tests/domain/refunds/test_disputes.py::test_44_a_dispute_suspends_what_is_owed_and_puts_the_money_in_suspense",
        ),
    ),
    SeededFault(
        name="netting_above_the_pay",
        area="money",
        claim="A payout pays debts of the runner only as far as something is due, and the rest stays owed.",
        before="amount = min(left, each.left)",
        after="amount = each.left",
        tests=(
            "tests/domain/payouts/test_netting.py::test_several_debts_are_paid_oldest_first_and_never_below_nothing",
        ),
    ),
)
