### Cards of orders and jobs. HTML: <b>, <i>, <code>. State first, in words; an emoji only in front.

card-somebody = somebody
card-route = 📦 { $store } → { $place }
card-item = { $quantity } × { $name }
card-note = 📝 { $note }

## What happened, each after its time

card-time-placed = placed
card-time-taken = { $runner } took it
card-time-yours = you took it
card-time-bought = bought
card-time-picked-up = picked up
card-time-arrived = arrived
card-time-delivered = delivered
card-time-cancelled = cancelled
card-time-expired = ended

card-cancelled = ❌ <b>#{ $order }: cancelled</b>
card-closed = <b>#{ $order }: closed</b>

## The customer's card

card-customer-pending = ⏳ <b>#{ $order }: asking your bank to hold the money</b>
card-customer-approval = 🏦 <b>#{ $order }: your bank wants a yes from you</b>
card-customer-held = ⏳ <b>#{ $order }: the money is held, telling the runners</b>
card-customer-refused = 💳 <b>#{ $order }: your bank said no</b>
card-customer-released = ⏳ <b>#{ $order }: stopping</b>
card-customer-created = 🔎 <b>#{ $order }: looking for a runner</b>
card-customer-accepted = 🏃 <b>#{ $order }: { $runner } is on it</b>
card-customer-placed = 🛒 <b>#{ $order }: { $runner } bought your food</b>
card-customer-on-the-way = 🚶 <b>#{ $order }: { $runner } is on the way</b>
card-customer-arrived = 📍 <b>#{ $order }: { $runner } is here</b>
card-customer-delivered = ✅ <b>#{ $order }: delivered. Enjoy!</b>
card-customer-completed = ✅ <b>#{ $order }: delivered and paid</b>
card-customer-expired = 😔 <b>#{ $order }: nobody could take it in time</b>

card-customer-next-approval = Tap below and say yes to your bank by { $time }. Otherwise the order ends and you pay nothing.
card-customer-until = If nobody takes it by { $time }, it ends by itself and you pay nothing.
card-customer-given-back = The runner could not do it, so it is open to the others again.
card-customer-next-accepted = Nothing to do for you now. If something is wrong, ask the campus team: from here only they can cancel.
card-customer-next-bought = Nothing to do for you now. It cannot be cancelled any more.
card-customer-pin =
    Meet your runner: { $place }
    Take your food, then say this PIN: <code>{ $pin }</code>

card-why-customer = You cancelled it.
card-why-unpaid = Your bank's yes did not arrive in time.
card-why-declined = Your bank said no to your card. Another one may work.
card-why-hold-gone = Your bank no longer holds the money, so we stopped before anything was bought.
card-why-not-started = We could not hold the money on your card, so it did not start.
card-why-admin = The campus team cancelled it: { $reason }

card-money-ceiling = 💳 You pay <b>at most { $ceiling }</b>: what the receipt says (up to { $limit }) and { $added } fees and tip.
card-money-total = 💳 You pay <b>{ $total }</b>: { $receipt } for the food and { $added } fees and tip. You agreed to at most { $ceiling }.
card-money-paid = 💳 You paid <b>{ $total }</b>: { $receipt } for the food and { $added } fees and tip.
card-money-rest = Released: { $amount } of what was held.
card-hold-none = 💳 Nothing is held: you were not charged.
card-hold-releasing = 💳 The { $amount } held on your card is being released. You are not charged.
card-hold-released = 💳 Released: you were not charged. Your bank may show { $amount } for a few days more.
card-hold-captured = 💳 { $amount } was charged to your card. Please talk to the campus team.

## The runner's card

card-runner-checking = ⏳ <b>#{ $order } is yours: checking the money is held</b>
card-runner-buy = 🛒 <b>#{ $order }: buy it now</b>
card-runner-bought = 🛍 <b>#{ $order }: bought</b>
card-runner-on-the-way = 🚶 <b>#{ $order }: on the way</b>
card-runner-arrived = 📍 <b>#{ $order }: you are here</b>
card-runner-delivered = ✅ <b>#{ $order }: delivered</b>
card-runner-gone =
    <b>#{ $order } is no longer yours</b> ({ $store })
    Please do not buy anything for it.
card-runner-cancelled = Please do not buy anything for it. If you already did, talk to the campus team.

card-runner-next-wait = Go to the shop, but do not buy yet: this takes a few seconds.
card-runner-next-buy = The money is held, you are covered. At { $store }, pay <b>at most { $limit }</b>, keep the receipt, then tap below.
card-runner-next-pick-up = Tap when you have everything in your hands.
card-runner-next-bring = Bring it here: <b>{ $place }</b>
card-runner-next-pin = Hand it over, ask { $customer } for the PIN and <b>type it here</b>.
card-runner-for = 👤 For { $customer }
card-runner-earns = 💰 You earn <b>{ $earned }</b>, and get back what you pay at the shop.
card-runner-gets = 💰 You get <b>{ $share }</b>: { $receipt } back and { $earned } earned.

card-payout-soon = Your money is on its way: we are taking the payment now.
card-payout-sending = Your { $amount } is being sent.
card-payout-paid = 💸 Your { $amount } was sent to your pay-out account.
card-payout-waits = Your { $amount } is safe and waits for you: set up your pay-out, then it is sent by itself.

## The card in the runner group

card-group-headline = <b>#{ $order } · { $store } → { $place }</b>
card-group-elsewhere = see the job
card-group-errand =
    { $pieces ->
        [one] 1 item
       *[other] { $pieces } items
    }, you pay at most { $limit } at the shop and get it back
card-group-earns = 💰 You earn <b>{ $earned }</b>
card-group-until = Open until { $time }
card-group-taken = Taken by { $runner } at { $time }
card-group-closed = Closed
