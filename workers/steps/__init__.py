"""The outside steps of all sagas by the names that saga rows store."""

from collections.abc import Mapping
from types import MappingProxyType

from workers.steps import accounts, candidates, cards, charges, debts, disputes, holds, payouts, refunds
from workers.steps.step import OutsideStep

OUTSIDE_STEPS: Mapping[str, OutsideStep] = MappingProxyType(
    {
        "authorize_candidate": candidates.AUTHORIZE_CANDIDATE,
        "look_at_candidate": holds.LOOK_AT_HOLD,
        "release_candidate": holds.RELEASE_HOLD,
        "release_former": candidates.RELEASE_FORMER,
        "authorize_hold": holds.AUTHORIZE_HOLD,
        "look_at_hold": holds.LOOK_AT_HOLD,
        "release_hold": holds.RELEASE_HOLD,
        "check_hold": holds.CHECK_HOLD,
        "capture_payment": holds.CAPTURE_PAYMENT,
        "charge_again": charges.CHARGE_AGAIN,
        "charge_debt": debts.CHARGE_DEBT,
        "look_at_charge": debts.LOOK_AT_CHARGE,
        "drop_charge": debts.DROP_CHARGE,
        "transfer_earnings": payouts.TRANSFER_EARNINGS,
        "create_refund": refunds.CREATE_REFUND,
        "reverse_transfer": refunds.REVERSE_TRANSFER,
        "look_at_payouts": accounts.LOOK_AT_PAYOUTS,
        "look_at_dispute": disputes.LOOK_AT_DISPUTE,
        "look_at_refund": refunds.LOOK_AT_REFUND,
        "ensure_account": payouts.ENSURE_ACCOUNT,
        "open_onboarding": payouts.OPEN_ONBOARDING,
        "look_at_account": payouts.LOOK_AT_ACCOUNT,
        "ensure_customer": cards.ENSURE_CUSTOMER,
        "open_checkout": cards.OPEN_CHECKOUT,
        "look_at_checkout": cards.LOOK_AT_CHECKOUT,
        "detach_card": cards.DETACH_CARD,
    }
)
