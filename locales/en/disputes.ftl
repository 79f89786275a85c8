### Payments that a customer's bank disputes. HTML: <b>, <i>, <code>.

notification-dispute =
    ⚖️ <b>A bank disputes the { $amount } of order #{ $order }</b> ({ $reason }). Nothing more is sent for it, and nothing can be refunded.
    Answer in Stripe's dashboard by { $by }. What we know of { $day } placed { $placed }, taken { $accepted }, bought { $bought }, at the door { $arrived }, handed over { $delivered } { $proof ->
        [photo] with a photo of where it was left
        [admin] on an admin's word
       *[pin] with the customer's PIN
    }.
notification-dispute-won = ⚖️ The dispute about order #{ $order } is won: the { $amount } are ours again, and what was kept back is sent.
notification-dispute-won-kept = ⚖️ A dispute about order #{ $order } is won: the { $amount } are ours again. What was not yet sent to its runner stays with us, because of another dispute about the same payment.
notification-dispute-lost = ⚖️ The dispute about order #{ $order } is lost: the { $amount } are gone. What was not yet sent to its runner stays with us until you say otherwise.
notification-dispute-unanswered =
    ⚖️ { $status ->
        [over] <b>The time to answer the bank about order #{ $order } ended at { $by }, and it has no answer.</b> It decides without us about { $amount }, and most such disputes are lost.
        [again] <b>The bank only asked about order #{ $order } before. Now it disputes the payment, and has taken { $amount } back.</b> It needs an answer until { $by }, also if it had one to its question.
        [last] <b>Less than a day left to answer the bank about order #{ $order }:</b> until { $by }. Without an answer { $amount } are lost.
       *[first] <b>The bank waits for an answer about order #{ $order } until { $by }.</b> Without one { $amount } are lost.
    }
notification-evidence-sent =
    ⚖️ The bank has our evidence about order #{ $order }. It decides about { $amount } within two or three months, and you read here how.
    { $proof ->
        [joined] The photos of the order were sent along.
        [permission] A photo was not sent along: Stripe's key lacks the permission "Files: write". Whoever runs the bot can add it.
        [refused] A photo was not sent along: Stripe did not take it.
        [unread] A photo was not sent along: Telegram did not give it.
        [photo] The photo of the hand-over was not sent along.
       *[other] There was no photo to send along.
    }
notification-evidence-refused =
    ⚖️ <b>Stripe did not take our evidence about order #{ $order }:</b> { $reason }.
    Try again, or answer in Stripe's dashboard.
button-answer-dispute = Answer the bank…
bot-button-answer-dispute-sure = Send it to the bank
bot-dispute-answer =
    <b>This is what the bank is sent about order #{ $order }.</b> It takes one answer, and Stripe's dashboard takes none after it.
    { $text }
    { $proof ->
        [photo] The photos of the receipt and of the hand-over are sent along, as far as the order has them and Stripe's key may write files.
       *[other] Nothing else is sent along.
    }
bot-dispute-answering = Our evidence about order #{ $order } is on its way to the bank. You read here when it is there.
bot-dispute-evidence =
    Order { $order } at { $campus }, a food delivery: { $items } from { $store }, brought to { $place }. The bank disputes { $amount }.
    The customer agreed to pay at most { $ceiling } before the order was placed, and was charged { $paid } after the delivery. Given back so far: { $back }.
    Times ({ $zone }): placed { $placed }, taken by a courier { $accepted }, bought in the shop { $bought }, at the customer's door { $arrived }, handed over { $delivered }.
    { $proof ->
        [pin] Proof of the hand-over: a four-digit PIN. It was shown to the customer alone, after a courier had taken the order. The customer said it at the door, and the courier entered it at { $delivered }. No hand-over is recorded without it.
        [photo] Proof of the hand-over: the courier took a photo at { $delivered }, which is kept with the order.
        [admin] The hand-over was confirmed by the staff of the campus at { $delivered }, after they had asked both sides.
       *[none] Nothing was handed over.
    }
button-pay-anyway = Pay the runner
bot-paying-anyway = What is owed for this order is sent as soon as the runner's account is ready.

notification-fraud-warning = 🚨 <b>A bank suspects fraud behind the payment of order #{ $order }.</b> A dispute may follow, and costs a fee. Look at the order and at its customer: a full refund now prevents the dispute.
