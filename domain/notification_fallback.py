"""Which messages about an order its card says as well: when one is perhaps lost, the card comes in its place."""

# A message that is not here has words no card carries: the other side's or the campus team's own, a question, a link,
# or money that moved for a reason. Two are here though an admin's reason is not on the card: whoever must not buy
# anything has to know at once.
SHOWN_BY_ORDER_MESSAGE = frozenset(
    {
        # what became of the order, and what to do next
        "notification-claimed",
        "notification-released",
        "notification-arrived",
        "notification-reminder",
        "notification-absent",
        "notification-delivered",
        "notification-food-left",
        "notification-receipt",  # behind [See receipt]
        "notification-proof",  # behind [See photo]
        "notification-expired",
        "notification-unpaid",
        "notification-declined",
        "notification-not-started",
        "notification-hold-gone-customer",
        "notification-cancelled-by-admin",
        "notification-closed",
        # that nobody has taken it yet
        "notification-nudge",
        "notification-odds-hour",
        "notification-odds-day",
        "notification-odds-unknown",
        # what it costs at most, as it was or anew
        "notification-price-increase-declined",
        "notification-price-increase-unapproved",
        "notification-price-increase-not-reached",
        "notification-price-increase-order-changed",
        "notification-limit-increased",
        "notification-limit-refused",
        "notification-limit-not-increased",
        # what its customer owes, or owes no more
        "notification-owes",
        "notification-debt-approval",  # with the bank's link
        "notification-debt-declined",
        "notification-debt-unapproved",
        "notification-debt-not-reached",
        "notification-debt-paid",
        # what became of the job, and of its pay
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
    }
)
