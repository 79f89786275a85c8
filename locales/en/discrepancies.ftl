### Discrepancies between our rows and Stripe's, for admins. HTML: <b>, <i>, <code>.

## What is told

notification-discrepancy =
    ⚖️ <b>{ $number }: { $kind ->
        [unknown_intent] Stripe has a payment we do not know.
        [unknown_transfer] Stripe has a pay-out we do not know.
        [unknown_refund] Stripe has a refund we do not know.
        [late_intent] A hold came too late, and could not be let go.
        [late_transfer] A pay-out came too late, and could not be taken back.
        [hold_mismatch] A hold we count on is not held any more.
        [orphan_payout] A pay-out is being sent, and nobody sends it.
        [not_booked] Money moved at Stripe, and our books do not have it.
        [amount_mismatch] Our books have another amount than Stripe.
        [other_currency] Stripe converted a payment: our books have it in its own currency.
       *[balance_mismatch] Our books and Stripe's balance have different sums.
    }</b>
    Order { $order }: ours { $local_value }, theirs { $remote_value }.
    <code>{ $subject }</code> ({ $note })
    Nothing was changed. Look at it in Stripe's dashboard, then look again here, or settle it by hand with a reason.
notification-discrepancy-transfer =
    ⚖️ <b>{ $number }: Stripe has a pay-out we do not know.</b>
    Order { $order }: { $remote_value } to <code>{ $note }</code>.
    <code>{ $subject }</code>
    Somebody made it at Stripe. Nothing more is sent to the runner of this order until you say what it was: their pay, or something else. Was it a mistake, take it back in Stripe's dashboard and look again here.
notification-discrepancy-movement =
    ⚖️ <b>{ $number }: Money moved at Stripe, and our books do not have it.</b>
    Order { $order }: { $remote_value }.
    <code>{ $subject }</code> ({ $note })
    { $type ->
        [transfer_cancel] A transfer was cancelled: its money is back.
        [transfer_failure] A transfer failed: its money is back.
        [payment_reversal] A bank took a payment back.
        [adjustment] Stripe corrected the balance, as it does for disputes.
        [advance] Stripe advanced money that payments will bring.
        [advance_funding] Stripe took back what it had advanced.
        [anticipation_repayment] Stripe took back what it had paid ahead.
        [application_fee] A fee that this Stripe account took from a connected one; CampusG takes none.
        [application_fee_refund] A fee that this Stripe account gave back to a connected one; CampusG takes none.
        [climate_order_purchase] Carbon removal was bought from the balance.
        [climate_order_refund] Carbon removal was cancelled: its money is back.
        [connect_collection_transfer] Stripe took what connected accounts owe it from this balance, or gave it back.
        [contribution] A contribution to Stripe Climate was taken from the balance.
        [issuing_authorization_hold] A card issued by Stripe set money aside.
        [issuing_authorization_release] A card issued by Stripe let money go.
        [issuing_dispute] A dispute about a card issued by Stripe moved money.
        [issuing_dispute_provisional_credit] A dispute about a card issued by Stripe lent money.
        [issuing_dispute_provisional_credit_reversal] A dispute about a card issued by Stripe took money back.
        [issuing_transaction] A card issued by Stripe was used.
        [obligation_outbound] Stripe passed on what this account owes to another party.
        [obligation_reversal_inbound] What Stripe passed on to another party came back.
        [payment_unreconciled] Money came in that Stripe could match with no payment.
        [stripe_balance_payment_debit] Another Stripe business was paid from the balance.
        [stripe_balance_payment_debit_reversal] A payment to another Stripe business came back.
        [tax_fund] Stripe moved money for taxes.
       *[other] Nothing was changed.
    }
    Look at it in Stripe's dashboard, then look again here, or settle it by hand with a reason: then our books take it.
notification-discrepancy-gone = ⚖️ Difference { $number } is gone: ours and theirs are the same now.
notification-discrepancy-remains = ⚖️ Difference { $number } is still there: ours { $local_value }, theirs { $remote_value }.
notification-foreign-objects =
    🏪 <b>Others use this Stripe account too.</b> Seen since you were told last: { $payments ->
        [one] one payment
       *[other] { $payments } payments
    }, { $refunds ->
        [one] one refund
       *[other] { $refunds } refunds
    }, { $transfers ->
        [one] one transfer
       *[other] { $transfers } transfers
    }, { $disputes ->
        [one] one dispute
       *[other] { $disputes } disputes
    } of no order of ours.
    The books keep them apart, and nothing has to be done. CampusG had better have a Stripe account of its own.
notification-hold-expiring =
    ⏳ <b>The hold of order #{ $order } ends on { $when }</b>, and the order is still under way.
    Bring it to its end before that: after it the card has to be charged anew, and its bank may say no.
notification-settled-elsewhere =
    ⛔ <b>Stripe converted the payment of #{ $order } from { $currency } to { $settled }.</b>
    The platform receives no { $currency }, so the runner cannot be paid from it. No new orders are taken.
    Add a bank account in { $currency } at Stripe (Settings, Payouts), then write /resume. The difference of #{ $order }
    is told apart; its pay-out may stand under /stuck.
bot-pause-unsettled = payments do not arrive in { $currency }; the campus team knows
notification-captured-at-stripe =
    💳 <b>{ $amount } for order #{ $order } were captured in Stripe's dashboard,</b> of { $held } held, before the order was over.
    The order goes on. What is too much goes back to the customer by itself; what it is short of the total, we bear.
button-recheck = 🔄 Look again
button-settle = Settle by hand…
button-transfer-pay = It paid the runner…
button-transfer-other = For something else…

## What an admin reads and taps

bot-command-differences = What differs from Stripe
bot-command-settle = Settle a difference: /settle 3 reason
bot-command-transfer-pay = A transfer paid the runner: /transfer_pay 3 reason
bot-command-transfer-other = A transfer was for something else: /transfer_other 3 reason
bot-button-discrepancies = ⚖️ Differences
bot-button-recheck-discrepancy = 🔄 Look at { $number }
bot-button-settle = Settle { $number }…
bot-button-transfer-pay = 🏃 { $number }: pay…
bot-button-transfer-other = { $number }: other…
bot-discrepancies =
    { $count ->
        [0] ⚖️ Nothing differs: our rows say what Stripe says.
        [one] ⚖️ <b>One difference to Stripe</b>
       *[other] ⚖️ <b>{ $count } differences to Stripe</b>
    }
bot-discrepancy-line =
    <b>{ $number }: { $kind ->
        [unknown_intent] a payment we do not know
        [unknown_transfer] a pay-out we do not know
        [unknown_refund] a refund we do not know
        [late_intent] a late hold, not let go
        [late_transfer] a late pay-out, not taken back
        [hold_mismatch] a hold that is not held any more
        [orphan_payout] a pay-out nobody sends
        [not_booked] not in our books
        [amount_mismatch] another amount in our books
        [other_currency] converted by Stripe to another currency
       *[balance_mismatch] another sum than Stripe's balance
    }</b>, order { $order }, since { $since }
    ours { $local_value }, theirs { $remote_value }
    <code>{ $subject }</code> ({ $note })
bot-rechecking-discrepancy = Asking Stripe. The answer comes here.
bot-settle =
    <b>Settle difference { $number } by hand?</b>
    { $line }

    No money moves. The books take what they lack of it, as settled by you, and it is not told again.
    Type the reason: what it is, and what was done about it.
bot-transfer-pay =
    <b>Did transfer { $number } pay the runner of its order?</b>
    { $line }

    No money moves. The books take it as their pay, they are told so, and what is left of the pay, if anything, is sent.
    Type the reason: who sent it, and why.
bot-transfer-other =
    <b>Was transfer { $number } for something else than the pay of its order's runner?</b>
    { $line }

    The books take it as settled by you. Then it keeps the pay back no longer: <b>what the runner is owed is sent.</b>
    Type the reason: what it was for.
bot-settle-order = Stripe names no order. Name it in the reason, as <code>#17</code>, or begin with <code>nobody</code>: nobody decides about their own.
bot-settled =
    <b>Difference { $number } is settled.</b>
    Reason:
    { $reason }
bot-usage-transfer-pay = Write the difference's number and the reason: <code>/transfer_pay 3 sent in Stripe's dashboard, the bot was down</code>
bot-usage-transfer-other = Write the difference's number and the reason: <code>/transfer_other 3 a bonus</code>
bot-usage-settle = Write the difference's number and the reason: <code>/settle 3 refunded in Stripe's dashboard</code>
