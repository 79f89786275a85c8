"""The deadlines that a campus may set."""

from dataclasses import dataclass, fields
from datetime import timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Windows:
    """The deadlines that a campus may set, in seconds."""

    payment: int = 15 * 60  # PENDING: until the bank approves
    unclaimed: int = 30 * 60  # CREATED: until a runner claims
    open_at_most: int = 90 * 60  # from placing to expiry, over all releases
    purchase: int = 45 * 60  # ACCEPTED at most this long, whatever the runner says; then the order is released
    delivery: int = 2 * 60 * 60  # from the purchase to the hand-over; then the admins are told
    hold_check: int = 2 * 60  # accept_order waits this long for Stripe before it gives the order back
    hold_margin: int = 12 * 60 * 60  # an order is not claimable when its hold ends sooner than this
    card_set_up: int = 24 * 60 * 60  # a Checkout link is valid no longer
    auto_place: int = 30 * 60  # a draft that waits for a card is placed automatically within this time
    onboarding: int = 7 * 24 * 60 * 60  # how long the set-up of a payout account is polled
    nudge: int = 3 * 60  # CREATED this long: the customer is asked to wait or cancel
    odds: int = 6 * 60  # CREATED this long: the customer reads how often such orders were claimed
    runner_check_in: int = 8 * 60  # ACCEPTED, and the runner does nothing: check-in
    check_in_answer: int = 4 * 60  # from the check-in until the order is released or the admins are notified
    runner_check_in_bought: int = 20 * 60  # from the purchase on, and the runner does nothing: check-in
    reminder: int = 2 * 60  # ARRIVED this long: the customer is reminded
    absent: int = 5 * 60  # ARRIVED this long: the food may be left, with a photo
    relay: int = 30 * 60  # after the end of an order, its two sides may write to each other
    problem: int = 24 * 60 * 60  # after delivery, a problem may be reported; pay without a PIN waits as long
    refund: int = 30 * 24 * 60 * 60  # how long a bank may take for a refund before an admin has to ask Stripe

    def length(self, name: str) -> timedelta:
        """Return the window of this name as a duration."""
        seconds: int = getattr(self, name)
        return timedelta(seconds=seconds)


WINDOW_NAMES = tuple(field.name for field in fields(Windows))
