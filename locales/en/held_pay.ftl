### Pay that waits: until when, and why. HTML: <b>, <i>, <code>.

order-message-payout-held =
    Your { $amount } goes out on { $when }: { $why ->
        [first] the pay for your first jobs goes out a little later, and until then your customer can report a problem
        [left] it was handed over without the PIN, and until then your customer can report a problem
        [finished] the campus team's word stands for the PIN, and until then your customer can report a problem
        [unpaid] your customer's card was not charged, so CampusG pays you, after a check
        [closed] the campus team closed the job, so CampusG pays you, after a check
       *[no_receipt] the receipt is above the estimate and has no photo, and until then your customer can report a problem
    }. You need do nothing.
order-message-payout-held-case = Your { $amount } waits: your customer reported a problem, and the campus team looks at it. It goes out when that is settled, and not before { $when }.
order-message-payout-review = Your { $amount } waits: the campus team looks at this job first. That is so now and then, and you need do nothing.
bot-order-no-receipt = Receipt { $receipt }, estimated { $estimate }: no photo of it
bot-order-held = Pay held until { $when }: { $why ->
        [first] one of the runner's first jobs
        [left] left with a photo, without the PIN
        [finished] finished by an admin
        [unpaid] the customer was not charged: the platform pays
        [closed] closed by an admin: the platform pays
       *[no_receipt] a receipt above the estimate, without a photo
    }
bot-order-review = Pay held until an admin lets it go: { $why ->
        [too_fast] the steps came faster than anybody shops and walks
        [new_customers] the runner brought new accounts much in a day
        [pair_week] the runner brought this customer much in a week
        [runner_day] the runner brought much in a day
        [reversed] it was taken back in Stripe's dashboard
        [unproven] many hand-overs of the day without the PIN
        [radar] Stripe doubts the payment
       *[disputes] banks dispute payments for this runner's jobs
    }
bot-me-review = { $amount } of job #{ $order } waits: the campus team looks at this job first
bot-me-held =
    { $amount } of job #{ $order } goes out on { $when }: { $why ->
        [first] the pay for your first jobs goes out a little later
        [left] handed over without the PIN
        [finished] the campus team's word stands for the PIN
        [unpaid] the customer's card was not charged, so CampusG pays
        [closed] the campus team closed it, so CampusG pays
       *[no_receipt] a receipt above the estimate, without a photo
    }
bot-me-held-case = { $amount } of job #{ $order } waits: your customer reported a problem
bot-me-held-more = { $count ->
        [one] 1 more job waits
       *[other] { $count } more jobs wait
    }
