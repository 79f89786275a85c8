### A customer agrees to pay more than they first confirmed. HTML: <b>, <i>, <code>.

## To the customer

notification-price-increase-approval = 🏦 Your bank wants a yes from you to { $wanted } for order #{ $order }. Say yes within { $minutes } minutes. Until then it stays at { $ceiling } at most.
notification-price-increase-declined = 💳 Your bank said no to { $wanted } for order #{ $order }. Nothing changed: you pay at most { $ceiling }, as before.
notification-price-increase-unapproved = ⌛ Your bank's yes to { $wanted } for order #{ $order } did not arrive in time. Nothing changed: you pay at most { $ceiling }, as before.
notification-price-increase-not-possible = ⚙️ Holding { $wanted } for order #{ $order } is not possible just now. It is not your bank; the campus team knows. Nothing changed: you pay at most { $ceiling }, as before.
notification-price-increase-card-gone = 💳 The card we had for you is not known at Stripe any more, so { $wanted } for order #{ $order } does not count. Nothing changed: you pay at most { $ceiling }, as before. A link to save a card is coming.
notification-price-increase-not-reached = ⌛ We could not reach the bank about { $wanted } for order #{ $order }. Nothing changed: you pay at most { $ceiling }, as before.
notification-price-increase-order-changed = ⏩ Order #{ $order } went on before { $wanted } could count. Nothing changed: you pay at most { $ceiling }, as before.

notification-limit-increase-requested =
    🧾 <b>The shop wants { $wanted } for #{ $order }; the limit was { $limit }.</b> { $runner } is there and asks you.
    You pay at most { $now } now; with yes at most { $then }.
bot-disagreed = All right: the shop may cost at most { $limit }, as before. Your runner hears it now.
bot-fee-increase =
    🔼 <b>Raise the delivery fee of #{ $order }?</b>
    You pay at most { $now } now. With { $more } more for the delivery: at most { $then }.
    The runners see at once that they earn more. Nothing is charged before it is delivered.
bot-price-increase-asking = ⏳ We ask your bank to hold { $then } for order #{ $order }. Until it says yes, nothing changes. Your order's card shows when it counts.

## To the runner

notification-limit-increased = 👍 <b>The customer says yes: buy #{ $order } for up to { $limit }.</b> Then tap [Bought] on the job's card.
notification-limit-refused = ✋ The customer says no: for #{ $order } it stays at { $limit } at most. Please buy less, or ask the campus team.
bot-asked-customer = { $customer } was asked about { $wanted }. Until you read a yes here: do not buy for more than { $limit }.
notification-limit-not-increased = 💳 The higher limit for #{ $order } did not work out at the customer's bank. It stays at { $limit }: please buy less, or ask the campus team.
notification-limit-not-possible = ⚙️ The customer says yes, but the higher limit for #{ $order } is not possible just now. It stays at { $limit }: please buy less, or ask the campus team.

## Labels

button-increase-fee = Raise fee { $step }
button-agree = Yes, max { $then }
button-disagree = No
bot-button-ask-customer = Ask { $customer }
bot-button-hold-more = Hold { $ceiling }
bot-button-keep-ceiling = Keep { $ceiling }

## When it cannot be

error-price-changed = The amount on that button is not right any more. Please look at your order again.
error-too-many-price-increases = The price of this order was raised { $most } times, which is as often as it can be. It stays as it is.
error-price-increase-in-flight = The bank is being asked about more money for this order just now. Please wait a moment.
