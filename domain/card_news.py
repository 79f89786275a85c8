"""Which messages about an order its card says as well: when one is perhaps lost, the card comes in its place."""

# A message that is not here has words no card carries: the other side's or the campus team's own, a question, a link,
# or money that moved for a reason. Two are here though an admin's reason is not on the card: whoever must not buy
# anything has to know at once.
ON_CARD = frozenset(
    {
        # what became of the order, and what to do next
        "push-claimed",
        "push-released",
        "push-arrived",
        "push-reminder",
        "push-absent",
        "push-delivered",
        "push-left",
        "push-receipt",  # behind [See receipt]
        "push-proof",  # behind [See photo]
        "push-expired",
        "push-unpaid",
        "push-declined",
        "push-not-started",
        "push-hold-gone-customer",
        "push-cancelled-by-admin",
        "push-closed",
        # that nobody has taken it yet
        "push-nudge",
        "push-odds-hour",
        "push-odds-day",
        "push-odds-unknown",
        # what it costs at most, as it was or anew
        "push-raise-declined",
        "push-raise-unapproved",
        "push-raise-not-reached",
        "push-raise-overtaken",
        "push-limit-raised",
        "push-limit-refused",
        "push-limit-not-raised",
        # what its customer owes, or owes no more
        "push-owes",
        "push-debt-approval",  # with the bank's link
        "push-debt-declined",
        "push-debt-unapproved",
        "push-debt-not-reached",
        "push-debt-paid",
        # what became of the job, and of its pay
        "push-claim-given-back",
        "push-taken-back",
        "push-released-by-admin",
        "push-hold-gone-runner",
        "push-cancelled-by-admin-runner",
        "push-may-leave",
        "push-finished-runner",
        "push-closed-paid",
        "push-closed-unpaid",
        "push-paid",
        "push-paid-less",
        "push-netted",
        "push-payout-waits",
        "push-payout-refused",
        "push-payout-late",
    }
)
