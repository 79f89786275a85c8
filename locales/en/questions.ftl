bot-question-settled = ✔️ { $at } { $what }
bot-question-settled-by = ✔️ { $at } { $what } · { $who }
bot-question-by-team = the campus team
bot-question-asked-again = ⬇️ Asked again below.
bot-question-end =
    { $event ->
        [order-claimed] A runner took it
        [order-raised] The higher amount is held
        [order-cancelled] The order was cancelled
        [order-cancelled_by_admin] The order was cancelled
        [order-expired] Nobody took the order in time
        [order-hold_gone] The order ended: the money is not held any more
        [order-unpaid] The order ended: it was not paid
        [order-withdrawn] The order ended
        [order-released] The job went back to the group
        [order-given_back] The job went back to the group
        [order-closed_by_admin] The order was closed
        [order-showed_life] Answered: on it
        [order-bought] Bought
        [order-delivered] Handed over
        [order-finished_by_admin] Counted as handed over
        [order-limit_agreed] Agreed to the higher price
        [order-limit_declined] Declined the higher price
        [order-pin_renewed] There is a new PIN
        [hold-declined] The bank said no
        [rating-good] Rated: 👍
        [rating-bad] Rated: 👎
        [customer_debt-paid] Paid
        [customer_debt-let_go] The debt was let go
        [case-closed] The case is closed
        [difference-vanished] It is gone by itself
        [difference-mended] It was mended
        [difference-settled] Settled by hand
        [saga-retried] Tried again by hand
        [saga-resolved] Resolved by hand
        [review-released] The pay was let go
        [payout-started] The pay-out was begun
        [payout-paid] The runner was paid
        [payout-paid_at_stripe] The runner was paid at Stripe itself
        [refund-requested] A refund was decided
        [refund-succeeded] The money went back
        [refund-done_at_stripe] It was refunded in Stripe's dashboard
        [dispute-opened] The dispute has come: see its message
        [dispute-answered] The bank has our answer
        [dispute-won] The dispute was won
        [dispute-lost] The dispute was lost
        [membership-runner_status] Decided: see /runners
        [restriction-exempt] It does not hold here any more
       *[other] This is settled
    }
