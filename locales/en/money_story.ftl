### Where the money of an order was: for its customer, its runner and the admins alike.

order-message-money = { $event ->
        [approval_asked] The bank wants the customer's yes before it sets { $amount } aside.
        [made] { $amount } was set aside on the card. Nothing was taken.
        [declined] The bank did not set { $amount } aside. Nothing was taken.
        [released] The { $amount } set aside was let go. Nothing of it was taken.
        [capture] { $amount } was taken from the card: { $runner_amount } for the runner, { $platform_amount } for the campus. Whatever else was set aside was let go.
        [advance] { $amount } was taken from the card before the order was complete.
        [earned] Of what was taken before, { $amount } paid for the order: { $runner_amount } for the runner, { $platform_amount } for the campus. Nothing more was taken.{ $is_short ->
            [yes] {" "}The campus bears the { $lacking } that it was short.
           *[no] {""}
        }
        [unpaid] The card could not be charged: the customer owes { $amount }. The runner gets { $runner_amount } all the same.
        [settled] The customer paid the { $amount } they owed.
        [forgiven] The campus let the { $amount } go that the customer owed.
        [goodwill] The campus pays the runner { $amount }. The customer paid nothing.
        [transfer] { $amount } was sent to the runner.
        [transfer_at_stripe] { $amount } was sent to the runner by the campus team, at Stripe itself.
        [reversal] { $amount } was taken back from the runner.
        [reversal_at_stripe] { $amount } was taken back from the runner at Stripe.
        [late_reversal] { $amount } was sent too late, and taken back.
        [refund] { $amount } was sent back to the card.
        [refund_failed] The refund of { $amount } failed: the bank sent it back.
        [debt] The runner owes { $amount } that could not be taken back.
        [netting] { $amount } of the pay went to what the runner owed.
        [debt_void] The { $amount } that the runner owed is not owed any more.
        [debt_let_go] The campus let the { $amount } go that the runner owed.
        [dispute] The customer's bank took { $amount } back in a dispute.{ $has_fee ->
            [yes] {" "}Stripe's fee for it was { $fee }.
           *[no] {""}
        }
        [dispute_won] The dispute was won: { $amount } came back.{ $has_fee ->
            [yes] {" "}Stripe gave back { $fee } of its fee.
           *[no] {""}
        }
        [dispute_lost] The dispute was lost: the campus bears { $amount }.
        [fee] Stripe's fee was { $amount }.
        [settled_by_hand] An admin settled a difference: { $amount } had moved at Stripe.
       *[other] { $amount } moved: { $event }.
    }
order-message-money-now = { $kind ->
        [held] Money is set aside on the card, and nothing of it is taken yet.
        [owed] The customer owes { $owes }.
        [disputed] The customer disputes the payment, and their bank has not decided.
        [due] { $left } for the runner waits to be sent.
        [waits] { $left } for the runner is held back for a while.
        [frozen] { $left } for the runner waits for the end of a dispute.
        [sending] { $left } for the runner is being sent.
        [paid] The runner was paid.
        [annulled] Nothing is left to send to the runner.
       *[nothing] No money was set aside, and none was taken.
    }

## Where the money was, for those who have a part in the order

bot-why = 💳 <b>The money of order #{ $order }</b>
bot-why-usage = Write the number of your order behind it, such as /why 12.
bot-command-why = Where the money of an order is
