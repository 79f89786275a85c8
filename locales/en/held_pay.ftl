### Pay that waits: until when, and why. HTML: <b>, <i>, <code>.

order-message-payout-held =
    Your { $amount } goes out on { $when }: { $why ->
        [left] it was handed over without the PIN, and until then your customer can report a problem
        [finished] the campus team's word stands for the PIN, and until then your customer can report a problem
       *[no_receipt] the receipt is above the estimate and has no photo, and until then your customer can report a problem
    }. You need do nothing.
order-message-payout-held-case = Your { $amount } waits: your customer reported a problem, and the campus team looks at it. It goes out when that is settled, and not before { $when }.
bot-order-no-receipt = Receipt { $receipt }, estimated { $estimate }: no photo of it
bot-order-held = Pay held until { $when }: { $why ->
        [left] left with a photo, without the PIN
        [finished] finished by an admin
       *[no_receipt] a receipt above the estimate, without a photo
    }
bot-me-held =
    { $amount } of job #{ $order } goes out on { $when }: { $why ->
        [left] handed over without the PIN
        [finished] the campus team's word stands for the PIN
       *[no_receipt] a receipt above the estimate, without a photo
    }
bot-me-held-case = { $amount } of job #{ $order } waits: your customer reported a problem
bot-me-held-more = { $count ->
        [one] 1 more job waits
       *[other] { $count } more jobs wait
    }
