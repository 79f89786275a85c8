"""The external steps of all sagas by the names that saga rows store."""

from collections.abc import Mapping
from types import MappingProxyType

from workers.engine.external_step import ExternalStepHooks
from workers.stripe.steps import (
    account_steps,
    capture_steps,
    card_steps,
    charge_steps,
    debt_steps,
    dispute_steps,
    hold_steps,
    payout_steps,
    refund_steps,
    replacement_hold_steps,
)

EXTERNAL_STEPS: Mapping[str, ExternalStepHooks] = MappingProxyType(
    {
        "authorize_replacement_hold": replacement_hold_steps.AUTHORIZE_REPLACEMENT_HOLD,
        "refresh_replacement_hold": replacement_hold_steps.REFRESH_REPLACEMENT_HOLD,
        "release_replacement_hold": hold_steps.RELEASE_HOLD,
        "release_former_hold": replacement_hold_steps.RELEASE_FORMER_HOLD,
        "authorize_hold": hold_steps.AUTHORIZE_HOLD,
        "refresh_hold": hold_steps.REFRESH_HOLD,
        "release_hold": hold_steps.RELEASE_HOLD,
        "check_hold": hold_steps.CHECK_HOLD,
        "capture_payment": capture_steps.CAPTURE_PAYMENT,
        "end_uncaptured_hold": capture_steps.END_UNCAPTURED_HOLD,
        "charge_again": charge_steps.CHARGE_AGAIN,
        "charge_debt": debt_steps.CHARGE_DEBT,
        "refresh_debt_charge": debt_steps.REFRESH_DEBT_CHARGE,
        "cancel_debt_charge": debt_steps.CANCEL_DEBT_CHARGE,
        "transfer_earnings": payout_steps.TRANSFER_EARNINGS,
        "create_refund": refund_steps.CREATE_REFUND,
        "reverse_transfer": refund_steps.REVERSE_TRANSFER,
        "refresh_payouts": account_steps.REFRESH_PAYOUTS,
        "refresh_dispute": dispute_steps.REFRESH_DISPUTE,
        "upload_receipt": dispute_steps.UPLOAD_RECEIPT,
        "upload_handover": dispute_steps.UPLOAD_HANDOVER,
        "submit_evidence": dispute_steps.SUBMIT_EVIDENCE,
        "refresh_refund": refund_steps.REFRESH_REFUND,
        "ensure_account": payout_steps.ENSURE_ACCOUNT,
        "open_onboarding": payout_steps.OPEN_ONBOARDING,
        "refresh_account": payout_steps.REFRESH_ACCOUNT,
        "ensure_customer": card_steps.ENSURE_CUSTOMER,
        "open_checkout": card_steps.OPEN_CHECKOUT,
        "refresh_checkout": card_steps.REFRESH_CHECKOUT,
        "detach_card": card_steps.DETACH_CARD,
    }
)
