### Notifications, each sent once. HTML: <b>, <i>, <code>. Short: people read this in a queue.

## To the customer

notification-claimed = 🏃 <b>{ $runner } is on it</b>: order #{ $order } is being fetched.
notification-released = 🔎 The runner of order #{ $order } could not do it. Your order's card says what happens now. Nothing was charged.
notification-bought = 🛍️ The food of order #{ $order } is bought at { $store }. What you pay stands in your order's card.
notification-arrived =
    📍 <b>{ $runner } is here</b> with order #{ $order }: { $place }
    Take your food, then say this PIN: <code>{ $pin }</code>
notification-delivered = ✅ <b>Order #{ $order } is yours. Enjoy!</b> You pay { $total }.
notification-expired = 😔 Nobody could take order #{ $order } in time. Sorry! You were not charged, and the held money is being released.
notification-unpaid = ⌛ Order #{ $order } is off: your bank's yes did not arrive in time. You were not charged.
notification-declined = 💳 Your bank said no, so order #{ $order } did not start. You were not charged. Another card may work, then order again.
notification-not-started = ⌛ We could not reach the bank in time, so order #{ $order } did not start. You were not charged. Please try again.
notification-order-not-possible = ⚙️ Order #{ $order } did not start: paying is not possible just now. It is not your bank, and not your card. The campus team knows. You were not charged. Please try again later.
notification-card-gone = 💳 Order #{ $order } did not start: the card we had for you is not known at Stripe any more. You were not charged. A link to save a card is coming; then your order is placed.
notification-no-card = 💳 What you saved on that page is no card, so it cannot be used here. It was removed, and nothing was charged. A card works, also in Apple Pay or Google Pay. Another link is coming.
notification-hold-gone-customer = 💳 Your bank no longer holds the money for order #{ $order }, so we stopped before anything was bought. You were not charged.
notification-cancelled-by-admin =
    ❌ The campus team cancelled order #{ $order }. You were not charged.
    Reason:
    { $reason }
notification-card-link =
    💳 Add your card on Stripe's page. We never see its number, and nothing is charged now.
notification-card-saved = 💳 Your card is saved: { $brand } ending in { $last4 }.
notification-card-saved-placing = 💳 Your card is saved ({ $brand } ending in { $last4 }). We are placing your order now.

## To the runner

notification-approved =
    🎉 <b>You are a runner of { $campus }!</b>
    You buy the food, bring it, and get your money back with your pay. The customer's money is held before you buy.
notification-claim-given-back = ↩️ Job #{ $order } is not yours any more: we could not check the money in time. Please do not buy anything.
notification-hold-gone-runner = 🛑 <b>Do not buy anything for #{ $order }.</b> The customer's bank no longer holds the money, so the job is off.
notification-cancelled-by-admin-runner =
    🛑 <b>Do not buy anything for #{ $order }.</b> The campus team cancelled it.
    Reason:
    { $reason }
notification-paid-at-stripe = 💸 <b>{ $amount } sent</b> for job #{ $order }, by the campus team at Stripe itself. Thank you!
notification-paid = 💸 <b>{ $amount } sent</b> for job #{ $order }. Thank you!
notification-payout-waits = 💰 You have <b>{ $amount }</b> waiting from job #{ $order }. Set up your pay-out once, and it is sent by itself.
notification-payout-refused = 💰 Stripe could not send you { $amount } for job #{ $order }. It stays yours: finish your pay-out set-up, and it is sent again.
notification-payout-link = 🏦 Stripe asks a few questions about you and your bank account, about 3 minutes. Then everything you earned is sent.
notification-payouts-ready = ✅ Your pay-out is ready. What you earned is sent after each job.

## To the admins

notification-payout-refused-admins = 💸 Stripe refused the pay-out of order #{ $order } to runner { $runner }: { $reason }. It stays owed; { $runner } was asked to look at the set-up.
notification-asks-to-run = 🙋 <b>{ $person }</b> ({ $account }) would like to be a runner.
notification-pin-locked =
    🔒 <b>Order #{ $order }: five wrong PINs.</b> Nothing is handed over. Give the customer a new PIN, or your word: <code>/finish { $order } reason</code>
    Reply to this message to write to the runner. To the customer: <code>/tell { $order } customer …</code>
notification-stuck =
    🆘 <b>{ $saga } is stuck</b> at { $step }. Order: { $order }, number { $number }.
    { $error }
notification-slow =
    🐢 <b>{ $saga } is slow</b> at { $step }. Order: { $order }. It keeps trying by itself.
    { $error }
