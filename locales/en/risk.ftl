### The risk rules: what is not possible now and when it may be, and the pay that waits for an admin.

## Answers to a tap: plain text, at most 200 characters.

error-open-orders =
    { $most ->
        [one] You have an order under way. You can place the next one when it is over.
       *[other] You have { $most } orders under way. You can place the next one when one of them is over.
    }
error-customer-day =
    Your orders of 24 hours may come to { $limit } at most, and this one goes above it. { $when ->
        [never] Please order less.
       *[other] There is room again from { $when } on.
    } Your basket is kept.
error-card-day =
    A card that is new here pays for { $limit } in 24 hours at most. { $when ->
        [never] Please order less.
       *[other] There is room again from { $when } on.
    } Your basket is kept.
error-cards = You used { $most } cards in 24 hours. Take one of them, or come back from { $when } on.
error-declines = Your bank said no { $most } times in a day, so we ask it no more before { $when }. Nothing was taken. Your bank can tell you why.
error-refunds = Many of your last orders were refunded, so the campus team wants a word with you before the next one. Please write to them. Your basket is kept.
error-card-owes = This card can't be used here: something is still owed on it. Take another card, or write to the campus team.
error-pair = You brought this customer a lot in the last 24 hours. This job is for another runner; the next customer's is yours.
error-limit-questions = You asked your customer { $most } times about this job. Write to them, buy within the limit, or give the job back.
error-payout-links = I sent you { $most } links in 24 hours. Open the newest one, or come back tomorrow. What you earned is kept for you.
error-given-back = You gave back { $most } jobs in 24 hours, so the next ones go to others. From { $when } on you can take jobs again.

## A runner who gives much back. HTML: <b>, <i>, <code>.

notification-gave-back =
    ↩️ <b>{ $runner } ({ $runner_account }) gave back { $count } jobs in 24 hours,</b> by a tap or by silence. They take no others before { $when }.
    Who takes a job reads where its customer waits. Bad luck, or more? <code>/suspend { $number } reason</code>

## Pay that waits for an admin. HTML: <b>, <i>, <code>; labels are plain.

notification-review =
    🔍 <b>Please look at #{ $order }:</b> { $why ->
        [too_fast] the job went from the claim to the door faster than anybody shops and walks.
        [new_customers] { $runner } brought new accounts much in a day.
        [pair_week] { $runner } brought { $customer } much in a week.
        [runner_day] { $runner } brought much in a day.
        [reversed] somebody took { $runner }'s pay back in Stripe's dashboard.
        [unproven] { $runner } handed over many orders of the day without the PIN.
        [radar] Stripe doubts this payment, and the account is new.
       *[disputes] banks dispute payments for jobs of { $runner }.
    }
    { $customer } ordered, { $runner } brought it. { $runner }'s { $amount } waits until one of you lets it go. Nobody else is told more than that.
notification-pay-reversed-admins =
    ↩️ <b>{ $amount } of the pay for #{ $order } were taken back in Stripe's dashboard.</b>
    They are owed to the runner again, and wait until one of you lets them go. If the runner shall bear them, let them wait, and tell the runner why. /held lists what waits.
notification-pay-reversed = ↩️ { $amount } of your pay for job #{ $order } were taken back. The campus team looks at it: you get them again, or hear why not.
button-let-pay-go = Let it go
button-refund-held = Refund
button-bar-side = Bar…
bot-bar-whom = <b>Whom do you want to bar because of #{ $order }?</b> Who is barred places no order and takes no job, on any campus. What they have in hand goes on.
bot-button-bar-whom = { $name }, { $side ->
        [customer] ordered
       *[runner] brought it
    }
bot-bar-sure =
    <b>Bar { $name } ({ $number }), who { $side ->
        [customer] ordered it
       *[runner] brought it
    }, from ordering and delivering?</b>
    Because of money: it holds on every campus, and the teams there read so. { $name } reads it in general words, until when, and whom to ask. What they earned with other jobs is paid. /unbar ends it.
bot-button-bar-length =
    { $days ->
        [0] Yes, without an end
       *[other] Yes, for { $days } days
    }
bot-barred-toast = Barred and told.
bot-review-released = ✅ { $admin } let the pay go.
bot-review-refunded = ↩️ { $admin } refunds: { $note }
bot-review-barred = ⛔ { $name } is barred { $ends ->
        [yes] until { $until }
       *[no] without an end
    }, by { $by ->
        [here] { $admin }
       *[elsewhere] the team of { $team }
    }.
error-pay-taken-back = Nothing is left to let go for #{ $order }: a refund took this pay back from the runner.
error-already-barred = They are barred already: /restrictions says by whom and until when.
bot-button-let-pay-go = Let #{ $order } go
bot-pay-released = Let go: it is on its way to the runner, or goes out when its time has come.
bot-held =
    { $count ->
        [0] No pay waits for you.
        [one] <b>One pay-out waits for you</b>
       *[other] <b>{ $count } pay-outs wait for you</b>
    }
bot-held-line =
    #{ $order }, { $amount } for { $runner }, ordered by { $customer }: { $why ->
        [too_fast] faster than anybody shops and walks
        [new_customers] much in a day for new accounts
        [pair_week] much in a week for this customer
        [runner_day] much in a day
        [reversed] taken back in Stripe's dashboard
        [unproven] many hand-overs of the day without the PIN
        [radar] Stripe doubts the payment
       *[disputes] disputed payments of this runner
    }
bot-command-held = Pay that waits for you
