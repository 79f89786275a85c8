"""The notifications that the order message repeats: it is sent in place of one with an unknown outcome."""

# A notification that is missing here says something that no order message says: words of the other side or of the
# campus team, a question, a link, or money that moved for a reason. Two notifications are listed although the order
# message lacks the admin's reason: a runner who must not buy anything has to know at once.
SHOWN_BY_ORDER_MESSAGE = frozenset(
    {
        # the state of the order, and the next step
        "notification-claimed",
        "notification-released",
        "notification-bought",
        "notification-arrived",
        "notification-reminder",
        "notification-reminder-locked",
        "notification-pin-locked-customer",
        "notification-pin-renewed",
        "notification-pin-renewed-runner",
        "notification-absent",
        "notification-delivered",
        "notification-food-left",
        "notification-receipt",  # behind [See receipt]
        "notification-proof",  # behind [See photo]
        "notification-expired",
        "notification-unpaid",
        "notification-declined",
        "notification-order-not-possible",
        "notification-not-started",
        "notification-hold-gone-customer",
        "notification-cancelled-by-admin",
        "notification-closed",
        # no runner has claimed it yet
        "notification-nudge",
        "notification-odds-hour",
        "notification-odds-day",
        "notification-odds-unknown",
        # the ceiling, unchanged or new
        "notification-price-increase-declined",
        "notification-price-increase-unapproved",
        "notification-price-increase-not-possible",
        "notification-price-increase-not-reached",
        "notification-price-increase-order-changed",
        "notification-limit-increased",
        "notification-limit-refused",
        "notification-limit-not-increased",
        "notification-limit-not-possible",
        # the customer's debt, open or ended
        "notification-owes",
        "notification-debt-approval",  # with the bank's link
        "notification-debt-declined",
        "notification-debt-not-possible",
        "notification-debt-unapproved",
        "notification-debt-not-reached",
        "notification-debt-paid",
        # the state of the delivery, and of its payout
        "notification-claim-given-back",
        "notification-taken-back",
        "notification-released-by-admin",
        "notification-hold-gone-runner",
        "notification-cancelled-by-admin-runner",
        "notification-may-leave",
        "notification-finished-runner",
        "notification-closed-paid",
        "notification-closed-unpaid",
        "notification-paid",
        "notification-paid-less",
        "notification-netted",
        "notification-payout-waits",
        "notification-payout-refused",
        "notification-payout-late",
        "notification-payout-not-possible",
    }
)
