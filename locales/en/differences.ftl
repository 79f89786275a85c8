### What differs between our rows and Stripe's, for admins. HTML: <b>, <i>, <code>.

## What is told

push-difference =
    ⚖️ <b>{ $number }: { $kind ->
        [unknown_intent] Stripe has a payment we do not know.
        [unknown_transfer] Stripe has a pay-out we do not know.
        [unknown_refund] Stripe has a refund we do not know.
        [late_intent] A hold came too late, and could not be let go.
        [late_transfer] A pay-out came too late, and could not be taken back.
        [hold_elsewhere] A hold we count on is not held any more.
        [payout_alone] A pay-out is being sent, and nobody sends it.
        [not_booked] Money moved at Stripe, and our books do not have it.
        [amount_differs] Our books have another amount than Stripe.
       *[balance_differs] Our books and Stripe's balance have different sums.
    }</b>
    Order { $order }: ours { $ours }, theirs { $theirs }.
    <code>{ $subject }</code> ({ $note })
    Nothing was changed. Look at it in Stripe's dashboard, then look again here, or settle it by hand with a reason.
push-difference-gone = ⚖️ Difference { $number } is gone: ours and theirs are the same now.
push-difference-stays = ⚖️ Difference { $number } is still there: ours { $ours }, theirs { $theirs }.
push-hold-dying =
    ⏳ <b>The hold of order #{ $order } ends on { $when }</b>, and the order is still under way.
    Bring it to its end before that: what is not captured by then cannot be captured.
button-look-again = 🔄 Look again
button-settle = Settle by hand…
