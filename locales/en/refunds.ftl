### Money that goes back: refunds, what runners owe for them. HTML: <b>, <i>, <code>.

## What an admin does

bot-button-refund = Refund…
bot-button-refund-platform = We bear it
bot-button-refund-runner = The runner bears it
bot-button-refund-sure = Yes, refund { $amount }
bot-refund-who =
    <b>Refund order #{ $order }?</b>
    Paid: { $paid }. Given back so far: { $back }, so at most { $left } can go back.
    { $runner } has { $runner_amount } of it. Who bears the refund?
bot-refund-how-much =
    <b>How much of order #{ $order }, and why?</b> At most { $left }.
    Type it in one line: <code>2.00 the sauce was missing</code>, or <code>all it was cold</code>. The reason is read by the customer, and by the runner who bears a part. You see it all once more before anything moves.
bot-refund-reply =
    <b>How much of order #{ $order }, and why?</b> At most { $left }, and { $bearer ->
        [runner] the runner bears
       *[platform] we bear
    } it. Reply to this message in one line: <code>2.00 the sauce was missing</code>. Both sides read it, and it completes <code>{ $command }</code>
bot-refund-all =
    <b>All that is left of order #{ $order }, { $left }, goes back,</b> and { $bearer ->
        [runner] the runner bears
       *[platform] we bear
    } it.
bot-button-refund-all = All of it: { $left }
bot-refund-not-understood = Type an amount and a reason in one line: <code>2.00 the sauce was missing</code>, or <code>all it was cold</code>.
bot-refund-sure =
    <b>Refund { $amount } of order #{ $order }?</b> ({ $paid } were paid)
    { $customer } gets { $amount } back. We bear { $platform_amount }, { $runner } bears { $runner_amount }.
    Reason:
    { $reason }
    This cannot be taken back.
bot-refunding =
    <b>{ $amount } of order #{ $order } are going back.</b>
    We bear { $platform_amount }, the runner bears { $runner_amount }. Should Stripe refuse it, you are told.
    Reason:
    { $reason }
bot-usage-refund = Write the order's number, the amount or all, who bears it, and the reason: <code>/refund 12 2.00 platform the sauce was missing</code>, or <code>/refund 12 all runner …</code>
bot-command-refund = Money back: /refund 12 2.00 platform reason

bot-runner-debts =
    { $count ->
        [one] <b>One refund could not be taken back from its runner:</b>
       *[other] <b>{ $count } refunds could not be taken back from their runners:</b>
    }
bot-runner-debt-line = { $runner } owes { $amount } for order { $order } ({ $reason })
bot-button-waive-runner-debt = Let #{ $order } go…
bot-button-waive-runner-debt-sure = Yes, let it go
bot-waive-runner-debt =
    <b>Let { $amount } for order #{ $order } go?</b>
    { $runner } owes it no more, and we bear it. Do it too when it was paid by other means.
bot-runner-debt-waived = { $amount } for order #{ $order } is let go: we bear it.

## What is told

notification-refunded =
    💳 <b>{ $amount } of order #{ $order } are on the way back to your card.</b> Banks take 5 to 10 days.
    The campus team says:
    { $reason }
notification-money-returned = 💳 <b>{ $amount } of order #{ $order } are on the way back to your card.</b> Banks take 5 to 10 days. You need to do nothing.
notification-refunded-at-stripe =
    💳 <b>{ $amount } of order #{ $order } were refunded in Stripe's dashboard.</b>
    It is booked as a refund that we bear, and the customer was told. { $left } may still be refunded.
notification-refunded-runner =
    ↩️ The campus team refunded { $amount } of job #{ $order } to its customer. <b>{ $runner_amount }</b> of it come from your pay.
    Reason:
    { $reason }
    If you see it differently, please talk to them.
notification-refund-failed = 💳 Your bank sent the { $amount } of order #{ $order } back to us. Sorry! The campus team was told and looks for another way.
notification-refund-failed-runner = ↩️ The refund for job #{ $order } did not work. The { $amount } from your pay are yours again.
notification-refund-failed-admins =
    💳 The bank sent back the refund of { $amount } for order #{ $order }: { $reason }.
    The customer was told. Everything is booked as before; try again, or find another way.
notification-refund-refused = 💳 Stripe refused to refund { $amount } of order #{ $order }: { $reason }. Nothing went back, and nobody was charged.
notification-return-refused =
    💳 <b>Stripe refused to give back { $amount } of order #{ $order }:</b> { $reason }.
    It was captured in Stripe's dashboard, is more than the order cost, and belongs to the customer. It is tried again after an hour, and then ever less often, until it works; you need to do nothing. Where it can't wait, refund it yourself.
notification-refund-made-elsewhere =
    💳 <b>{ $amount } of order #{ $order } were not refunded now:</b> somebody made a refund of this order in Stripe's dashboard, and it may be the same one.
    That one is being booked; you read here how much it is. If more has to go back, refund it then.
notification-runner-debt-admins = ↩️ The runner's part of a refund, { $amount } for order #{ $order }, could not be taken back from that account: { $reason }. It stays owed and is kept of what that runner earns next; /stuck lists it until then, or until you let it go.

## On order messages

order-message-money-refunded = ↩️ Refunded: <b>{ $amount }</b>
order-message-payout-withheld = ↩️ { $amount } of your pay went back to the customer.
order-message-payout-annulled = Nothing is left to send for this job.
order-message-payout-frozen = Your { $amount } waits: the customer's bank disputes the payment. You need do nothing; the campus team sees to it.

## Refusals

error-nothing-to-refund = There is nothing to give back: it was not paid, or all of it went back.
error-order-disputed = The customer's bank is looking into this payment. It decides; nothing can be refunded or sent until then.
error-two-amounts = All of it, or { $amount }? Nothing was refunded. If all of it goes back, begin the reason with a word. If not, write { $amount } instead of “all”.
error-refund-out-of-range = At most { $most } can go back.
error-payout-in-flight = The runner's money is being sent just now. Try again in a minute, or bear it ourselves.
