### Delivered, and not paid: a hold that lapsed, and a bank that declined. HTML: <b>, <i>, <code>; labels are plain.

## To the customer

notification-owes =
    💳 <b>You owe { $amount } for order #{ $order }.</b> The money for it could not be taken from your card.
    Your runner is paid, so please pay us. Until then you cannot place a new order.
notification-debt-approval = 🏦 Your bank wants a yes from you for the { $amount } of order #{ $order }. Say yes within { $minutes } minutes, or tap [Pay] again later.
notification-debt-declined = 💳 Your bank said no to { $amount } for order #{ $order }. Nothing was charged, and you still owe it. Another card may work.
notification-debt-unapproved = ⌛ Your bank's yes to { $amount } for order #{ $order } did not arrive in time. Nothing was charged, and you still owe it.
notification-debt-not-possible = ⚙️ Paying { $amount } for order #{ $order } is not possible just now. It is not your bank; the campus team knows. Nothing was charged, and you still owe it. Please try again later.
notification-debt-card-gone = 💳 The card we had for you is not known at Stripe any more. Nothing was charged, and you still owe { $amount } for order #{ $order }. A link to save a card is coming; then tap [Pay] again.
notification-debt-not-reached = ⌛ We could not reach the bank about { $amount } for order #{ $order }. You still owe it. Please try again.
notification-debt-in-question = 🔎 You are not charged for order #{ $order } now: Stripe shows a payment of it that our books do not have. The campus team was told and has to see whether the { $amount } are paid already. [Pay] works again once that is settled.
notification-debt-outcome-unknown = ⌛ The bank's answer about the { $amount } for order #{ $order } was lost, and perhaps you have paid. It can take a day until that is certain: you read it here, and are not charged a second time before.
notification-debt-paid = ✅ <b>{ $amount } for order #{ $order } are paid. Thank you!</b> You can order again.
notification-debt-waived =
    💳 You owe nothing for order #{ $order } any more: the campus team let the { $amount } go. You can order again.
    Reason:
    { $reason }
notification-card-saved-owing = 💳 Your card is saved: { $brand } ending in { $last4 }. You owe { $amount } for order #{ $order }: you can pay it with this card now.
notification-card-saved-owing-elsewhere = 💳 Your card is saved: { $brand } ending in { $last4 }. You owe { $amount } for order #{ $order } at { $team }: you can pay it with this card now.
notification-card-refused = 💳 <b>This card cannot be used here:</b> { $brand } ending in { $last4 }. Something about earlier payments with it is not settled. It was not saved, and nothing was charged. You can use another card. If this is your card and you think it is wrong, please talk to the campus team.
notification-card-refused-admins =
    ⚠️ <b>A card was not taken:</b> { $brand } ending in { $last4 }, which { $person } ({ $account }) wanted to save. { $other } ({ $number }) used it before and { $why ->
        [debt] owes for an order
       *[bar] is barred because of money
    }. Nothing was charged.
button-pay-debt = Pay { $amount }

bot-debt-asking = One moment, we ask your bank. You will read here what it says.
bot-debt-asking-elsewhere = One moment, we ask your bank. You will read what it says in the chat with the bot of { $team }.
bot-debt-card-first = You have no card saved. A link to add one is on its way; then tap here again.
bot-me-owes = ❗ <b>You owe { $amount } for order #{ $order }.</b> Your card could not be charged when the food was with you. Until it is paid you cannot place a new order.
bot-me-owes-elsewhere = ❗ <b>You owe { $amount } for order #{ $order } at { $team }.</b> Your card could not be charged when the food was with you. Until it is paid you cannot place a new order, here neither.

order-message-customer-owes = 💳 <b>#{ $order }: delivered, not paid yet</b>
order-message-debt-open = 💳 <b>You owe { $amount }.</b> The money for it could not be taken from your card.
order-message-debt-waived = 💳 You owe nothing for it: the campus team let { $amount } go.

error-debt-outstanding = First pay the { $amount } you owe for order #{ $order }. Then you can order again.
error-debt-outstanding-elsewhere = First pay the { $amount } you owe for order #{ $order } at { $team }. Then you can order again, here too.
error-debt-being-paid = The bank is being asked about this just now. Look at the newest message, or try again in a few minutes.

## To the admins

notification-hold-lapsed =
    ⌛ <b>The hold of order #{ $order } is gone</b>, and the order goes on. When it is delivered, the card is charged anew.
    If the bank then says no, the customer owes it, and the runner is paid from our own balance.
notification-owes-admins =
    💳 <b>{ $customer } owes { $amount } for order #{ $order }.</b> Nothing could be taken for it: { $reason }
    The runner is paid from our own balance. { $customer } cannot order before paying. To let it go: <code>/forgive { $order } reason</code>

bot-customer-debts =
    { $count ->
        [one] <b>One customer owes for a delivered order:</b>
       *[other] <b>Customers owe for { $count } delivered orders:</b>
    }
bot-customer-debt-line = { $customer } owes { $amount } for order { $order } ({ $reason })
bot-button-waive-customer-debt = Forgive #{ $order }…
bot-waive-customer-debt =
    <b>Let { $amount } for order #{ $order } go?</b>
    { $customer } owes it no more and can order again, and we bear it. Do it too when it was paid by other means.
    Type the reason in one line: { $customer } reads it, and it is done.
bot-customer-debt-waived =
    { $amount } for order #{ $order } is let go: we bear it.
    Reason:
    { $reason }
bot-usage-forgive = Write the order's number and the reason: <code>/forgive 12 paid in cash</code>
bot-command-forgive = Let a customer's debt go: /forgive 12 reason
