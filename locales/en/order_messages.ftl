### Order messages for the customer, the runner and the runner group. HTML: <b>, <i>, <code>. State first, in words; an emoji only in front.

order-message-unnamed-runner = somebody
order-message-store-closes = ⏰ { $store } closes at { $clock }.
order-message-store-closed = ⏰ { $store } is closed by now.
order-message-route = 📦 { $store } → { $place }
order-message-item = { $quantity } × { $name }
order-message-note =
    📝 Note for the runner:
    { $note }

## What happened, each after its time

order-message-time-placed = placed
order-message-time-taken = { $runner } took it
order-message-time-yours = you took it
order-message-time-bought = bought
order-message-time-picked-up = picked up
order-message-time-arrived = arrived
order-message-time-delivered = delivered
order-message-time-cancelled = cancelled
order-message-time-expired = ended

order-message-cancelled = ❌ <b>#{ $order }: cancelled</b>
order-message-closed = <b>#{ $order }: closed</b>

## The customer's order message

order-message-customer-pending = ⏳ <b>#{ $order }: asking your bank to hold the money</b>
order-message-customer-approval = 🏦 <b>#{ $order }: your bank wants a yes from you</b>
order-message-customer-held = ⏳ <b>#{ $order }: the money is held, telling the runners</b>
order-message-customer-refused = 💳 <b>#{ $order }: your bank said no</b>
order-message-customer-released = ⏳ <b>#{ $order }: stopping</b>
order-message-customer-created = 🔎 <b>#{ $order }: looking for a runner</b>
order-message-customer-accepted = 🏃 <b>#{ $order }: { $runner } is on it</b>
order-message-customer-placed = 🛒 <b>#{ $order }: { $runner } bought your food</b>
order-message-customer-on-the-way = 🚶 <b>#{ $order }: { $runner } is on the way</b>
order-message-customer-arrived = 📍 <b>#{ $order }: { $runner } is here</b>
order-message-customer-delivered = ✅ <b>#{ $order }: delivered. Enjoy!</b>
order-message-customer-completed = ✅ <b>#{ $order }: delivered and paid</b>
order-message-customer-expired = 😔 <b>#{ $order }: nobody could take it in time</b>

order-message-customer-next-approval = Tap below and say yes to your bank by { $time }. Otherwise the order ends and you pay nothing.
order-message-customer-until = If nobody takes it by { $time }, it ends by itself and you pay nothing.
order-message-customer-given-back = The runner could not do it, so it is open to the others again.
order-message-customer-next-accepted = Nothing to do for you now. If something is wrong, ask the campus team: from here only they can cancel.
order-message-customer-next-bought = Nothing to do for you now. It cannot be cancelled any more.
order-message-customer-pin =
    Meet your runner: { $place }
    Take your food, then say this PIN: <code>{ $pin }</code>

order-message-why-customer = You cancelled it.
order-message-why-unpaid = Your bank's yes did not arrive in time.
order-message-why-declined = Your bank said no to your card. Another one may work.
order-message-why-not-possible = Paying is not possible just now. It is not your bank; the campus team knows.
order-message-why-card-gone = The card we had for you is not known at Stripe any more. Save one again.
order-message-why-hold-gone = Your bank no longer holds the money, so we stopped before anything was bought.
order-message-why-not-started = We could not hold the money on your card, so it did not start.
order-message-why-admin =
    The campus team cancelled it:
    { $reason }

order-message-money-ceiling = 💳 You pay <b>at most { $ceiling }</b>: what the receipt says (up to { $limit }) and { $added } fees and tip.
order-message-money-total = 💳 You pay <b>{ $total }</b>: { $receipt } for the food and { $added } fees and tip. You agreed to at most { $ceiling }.
order-message-money-paid = 💳 You paid <b>{ $total }</b>: { $receipt } for the food and { $added } fees and tip.
order-message-money-no-receipt = Your runner says that the food cost { $receipt }, which is more than the estimate, and sent no photo of the receipt.
order-message-money-rest = Released: { $amount } of what was held.
order-message-hold-none = 💳 Nothing is held: you were not charged.
order-message-hold-releasing = 💳 The { $amount } held on your card is being released. You are not charged.
order-message-hold-released = 💳 Released: you were not charged. Your bank may show { $amount } for a few days more.
order-message-hold-captured = 💳 { $amount } was charged to your card. Please talk to the campus team.

## The runner's order message

order-message-runner-checking = ⏳ <b>#{ $order } is yours: checking the money is held</b>
order-message-runner-buy = 🛒 <b>#{ $order }: buy it now</b>
order-message-runner-bought = 🛍 <b>#{ $order }: bought</b>
order-message-runner-on-the-way = 🚶 <b>#{ $order }: on the way</b>
order-message-runner-arrived = 📍 <b>#{ $order }: you are here</b>
order-message-runner-delivered = ✅ <b>#{ $order }: delivered</b>
order-message-runner-gone =
    <b>#{ $order } is no longer yours</b> ({ $store })
    Please do not buy anything for it.
order-message-runner-cancelled = Please do not buy anything for it. If you already did, talk to the campus team.

order-message-runner-next-wait = Go to the shop, but do not buy yet: this takes a few seconds.
order-message-runner-next-buy = The money is held, you are covered. At { $store }, pay <b>at most { $limit }</b>, keep the receipt, then tap below.
order-message-runner-next-pick-up = Tap when you have everything in your hands.
order-message-runner-next-bring = Bring it here: <b>{ $place }</b>
order-message-runner-next-pin = Hand it over, ask { $customer } for the PIN and <b>type it here</b>.
order-message-runner-for = 👤 For { $customer }
order-message-runner-earns = 💰 You earn <b>{ $earned }</b>, and get back what you pay at the shop.
order-message-runner-gets = 💰 You get <b>{ $share }</b>: { $receipt } back and { $earned } earned.

order-message-payout-soon = Your money is on its way: we are taking the payment now.
order-message-payout-sending = Your { $amount } is being sent.
order-message-payout-paid = 💸 Your { $amount } was sent to your pay-out account.
order-message-payout-waits = Your { $amount } is safe and waits for you: set up your pay-out, then it is sent by itself.

## The order message in the runner group

order-message-group-headline = <b>#{ $order } · { $store } → { $place }</b>
order-message-group-unlisted = <b>#{ $order } · A shop that is not listed → { $place }</b>
order-message-group-unlisted-name = The customer calls it: { $store }
order-message-group-elsewhere = see the job
order-message-group-delivery =
    { $pieces ->
        [one] 1 item
       *[other] { $pieces } items
    }, you pay at most { $limit } at the shop and get it back
order-message-group-earns = 💰 You earn <b>{ $earned }</b>
order-message-group-until = Open until { $time }
order-message-group-taken = Taken by { $runner } at { $time }
order-message-group-closed = Closed
order-message-elsewhere = 📋 #{ $order } goes on in its newest message in this chat.
order-message-below = 📋 #{ $order } goes on below, in its newest message.
order-message-copy = 📋 #{ $order }: this message came twice. The other one in this chat is kept up to date.
