"""The lane of each notification, by its key; a key that is missing here cannot be written."""

from collections.abc import Mapping
from types import MappingProxyType

from domain.messaging.lane import Lane

_MONEY = (
    # of restrictions and debts on other campuses
    "restricted-elsewhere exempted-admins restriction-ended-admins owes-elsewhere exempted still-restricted "
    # to the admins: what is wrong, or was done
    "admin-act admin-chat-bound check check-more claim-ended-admins customer-not-reached dead-letter delivery-late "
    "discrepancy discrepancy-gone discrepancy-movement discrepancy-remains discrepancy-transfer foreign-objects "
    "dispute dispute-lost dispute-won dispute-won-kept gave-back hold-expiring hold-lapsed "
    "limit-exceeded-admins owes-admins "
    "own-act payout-refused-admins payout-short pin-locked refund-failed-admins refund-refused runner-debt-admins "
    "dispute-unanswered evidence-refused evidence-sent return-refused "
    "admin-chat-lost admin-chat-regained order-unseen runner-group-lost runner-group-regained "
    "token-refused token-accepted webhook-fails webhook-works buttons-refused "
    "card-refused-admins removal-failed runner-group-bound runner-group-left silent-admins slow stuck "
    "review captured-at-stripe pay-reversed-admins refund-made-elsewhere refunded-at-stripe "
    "list-refused payout-settings stripe-settings "
    "settled-elsewhere "
    "fraud-warning "
    # to people who are barred or limited
    "barred limited restriction-ended "
    # to whoever waits for a call that our own settings stopped
    "held-up not-possible no-card card-gone order-not-possible "
    # to customers: cards, debts, refunds, what the bank asks
    "card-link card-refused card-removed card-saved card-saved-owing card-saved-owing-elsewhere card-saved-placing "
    "debt-approval debt-card-gone debt-declined debt-not-possible price-increase-card-gone price-increase-not-possible "
    "debt-in-question debt-not-reached debt-outcome-unknown debt-paid debt-unapproved debt-waived owes "
    "price-increase-approval price-increase-declined price-increase-not-reached "
    "price-increase-order-changed price-increase-unapproved money-returned refund-failed refunded "
    # to runners: pay, standing, what they must not buy
    "account-page account-trouble account-well limit-not-possible payout-account-gone payout-not-possible "
    "approved bank-refused cancelled-by-admin-runner claim-ended claim-given-back closed-paid closed-unpaid "
    "hold-gone-runner "
    "limit-increase-requested limit-increased limit-not-increased limit-refused netted paid paid-at-stripe paid-less "
    "payout-late payout-link payout-refused payout-waits payouts-cut-off payouts-lost payouts-ready "
    "pay-reversed refund-failed-runner refunded-runner released-by-admin suspended taken-back unsuspended"
)
_ORDER = (
    # What names a PIN, or says that it does not count, stays in one lane: so the newest PIN is read last.
    "pin-locked-customer pin-renewed pin-renewed-runner "
    "absent arrived bought cancelled-by-admin claim-ending claimed closed customer-not-reached-runner declined "
    "delivered expired finished-runner food-left hold-gone-customer may-leave not-started nudge odds-day odds-hour "
    "odds-unknown proof receipt receipt-corrected receipt-corrected-runner "
    "released reminder reminder-locked runner-check-in runner-check-in-bought unpaid"
)
_CORRESPONDENCE = (
    "asks-to-run case-answer case-answered-by case-closed case-closed-by case-more case-opened case-photo case-proof "
    "case-receipt relay relay-outcome-unknown relay-photo relay-undelivered relayed relayed-photo "
    "team-reads team-writes"
)
LANE_BY_KEY: Mapping[str, Lane] = MappingProxyType(
    {
        f"notification-{name}": lane
        for lane, names in ((Lane.MONEY, _MONEY), (Lane.ORDER, _ORDER), (Lane.CORRESPONDENCE, _CORRESPONDENCE))
        for name in names.split()
    }
)


_REFUSAL = "error-"  # the sentence of any refusal (domain/errors.py): what somebody began did not happen


def lane_of(key: str) -> Lane:
    """Return the lane of a notification; raise KeyError for a key whose lane nobody decided."""
    return Lane.ORDER if key.startswith(_REFUSAL) else LANE_BY_KEY[key]
