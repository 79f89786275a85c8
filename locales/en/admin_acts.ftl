### What admins did, as the admin chat and the other side of an order read it. HTML: <b>, <i>, <code>; labels are plain.

notification-admin-act =
    { $own ->
        [yes] ⚠️ <b>Their own matter:</b>
       *[no] 🛠
    } { $admin } { $act ->
        [cancel] cancelled the order
        [release] gave the job back to the group
        [finish] counted the order as handed over
        [renew_pin] gave the customer a new PIN
        [correct_receipt] corrected the receipt
        [close] closed the order
        [refund] refunds money
        [pay_again] sends the pay-out again
        [answer_dispute] sends our evidence about the dispute to the bank
        [pay_anyway] pays the runner although the dispute was lost
        [let_pay_go] lets the runner's pay go, which waited for the team
        [waive_runner_debt] let the runner's debt go
        [waive_customer_debt] let the customer's debt go
        [retry] tried again what was stuck
        [resolve] resolved by hand what was stuck
        [retry_dead_letter] tried again what was parked
        [drop_dead_letter] dropped what was parked
        [settle] settled a difference
        [approve] approved a runner
        [suspend] suspended a runner
        [unsuspend] let a runner back
        [bar] barred somebody from ordering and delivering
        [limit] limited what somebody may order
        [unbar] lifted the restrictions of somebody
        [answer_case] answered a case
        [close_case] closed a case
       *[write] wrote as the campus team
    } · { $about }
    { $reason }
notification-own-act =
    ℹ️ <b>About { $about }:</b> { $admin } of the campus team has a part in this order. They are the only one in the team now, so they did this themselves: { $act ->
        [cancel] cancelled it
        [release] gave the job back to the group
        [finish] counted it as handed over
        [renew_pin] gave its customer a new PIN
        [correct_receipt] corrected its receipt
        [close] closed it
        [refund] gave money back
        [pay_again] sent the pay-out again
        [answer_dispute] had our evidence sent to the bank
        [pay_anyway] paid the runner although a dispute was lost
        [let_pay_go] let the runner's pay go, which waited for the team
        [waive_runner_debt] let a debt of the runner go
        [waive_customer_debt] let a debt of the customer go
        [retry] had its payment tried again
        [resolve] ended a step of its payment by hand
        [retry_dead_letter] had something about it tried again
        [drop_dead_letter] dropped something about it
        [settle] explained a difference in its money
        [bar] barred somebody from ordering and delivering
        [limit] limited what somebody may order
        [unbar] lifted the restrictions of somebody
        [answer_case] answered the problem reported for it
        [close_case] closed the problem reported for it
       *[write] wrote about it as the campus team
    }.
    Reason:
    { $reason }
    It is written down for those who run this service. If it is not right, reply to a message about this order and say so.

## Own matters

error-another-admin = Another admin has to do this: it is your own order, or about yourself.
error-own-act = This is about yourself, and there is no second admin here. You may do it: it is marked, the other side of the order reads it, and the audit lists it. Sure? Tap below.
button-own-act = Yes, I do it myself
bot-own-act-agreed =
    <b>Agreed.</b> Now do it once more: tap the button again, send the command again, or type the reason again. It counts for one act within 10 minutes, and is told.
