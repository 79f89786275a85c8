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
button-pay-anyway = Pay the runner
bot-paying-anyway = What is owed for this order is sent as soon as the runner's account is ready.

notification-fraud-warning = 🚨 <b>A bank suspects fraud behind the payment of order #{ $order }.</b> A dispute may follow, and costs a fee. Look at the order and at its customer: a full refund now prevents the dispute.
