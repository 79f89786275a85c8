### From the receipt to the hand-over: photos, amounts that are too high, a customer who does not come.

## The customer's order message

order-message-customer-may-leave = You were not there so far: your runner may leave it there now and take a photo.
order-message-customer-left = 📷 Left here, with a photo: <b>{ $place }</b>

## The runner's order message

order-message-runner-may-leave = Nobody there? You may <b>leave it at { $place }</b> now: tap below, then send a photo of it. The photo counts as delivered.
order-message-runner-may-leave-from = If nobody comes, you may leave it with a photo from { $time } on. Your customer is reminded first.
order-message-runner-next-pin-locked = Five wrong PINs, so none counts any more. The campus team was told: they can give { $customer } a new PIN, then type that one here.

## Buttons on order messages and notifications

button-see-receipt = See receipt
button-see-photo = See photo
button-new-pin = Give a new PIN
button-leave = Leave it, send photo

## Notifications to the customer

notification-receipt = 🧾 <b>Order #{ $order }</b>: the receipt of { $store }, { $receipt }.
notification-proof = 📷 <b>Order #{ $order }</b> was left here: { $place }
notification-reminder =
    ⏰ <b>{ $runner } is waiting</b> with order #{ $order }: { $place }
    Take your food, then say this PIN: <code>{ $pin }</code>
notification-reminder-locked =
    ⏰ <b>{ $runner } is waiting</b> with order #{ $order }: { $place }
    Your PIN does not count any more. Tap below: the campus team can give you a new one.
notification-pin-locked-customer =
    🔒 <b>Order #{ $order }: five wrong PINs were typed</b>, so your PIN does not count any more.
    Is { $runner } with you? Tap below: the campus team can give you a new PIN. If nobody is there, tell the team too.
notification-pin-renewed =
    🔑 <b>Your new PIN for order #{ $order }</b>: <code>{ $pin }</code>
    Take your food first, then say it. Meet your runner here: { $place }
notification-absent = 📍 You did not come for order #{ $order } so far. Your runner may leave it there now and send you a photo: { $place }
notification-food-left = ✅ <b>Order #{ $order } is delivered.</b> Left at { $place }. You pay { $total }. Enjoy!

## Notifications to the runner

notification-may-leave = ⌛ Nobody came for job #{ $order }? Leave it at <b>{ $place }</b>, tap below, and send a photo of it. You are paid in full.
notification-customer-not-reached-runner = 📵 Job #{ $order }: I can't reach your customer, so the food may not be left at { $place } yet. The campus team was told and decides. Your money is safe.
notification-pin-renewed-runner = 🔑 <b>Job #{ $order }: { $customer } has a new PIN.</b> Hand it over, ask for the PIN and type it here.

## Notifications to the admins

notification-customer-not-reached =
    📵 <b>Order #{ $order }: the customer cannot be reached here</b>, and the runner waits at { $place }.
    Nothing may be left before the customer was told, so it is your word: <code>/finish { $order } reason</code>, or <code>/close { $order } platform reason</code>
    Reply to this message to write to the runner.
notification-limit-exceeded-admins =
    🧾 <b>Order #{ $order }: the shop wants more than agreed.</b> { $store } wants { $wanted }, the customer agreed to at most { $limit }.
    { $runner } asks what to do. Reply to this message to answer, ask the customer with <code>/tell { $order } customer …</code>, or end it: <code>/cancel { $order } reason</code>

## In the conversation

bot-new-pin-given = 🔑 <b>Order #{ $order }: the customer has a new PIN</b>, from { $admin }. The runner has five attempts again.
bot-receipt-photo-wanted = This is more than { $estimate }, the estimate. Please send a photo of the receipt before you hand it over: with it you are paid at once, without it { $hours } hours later.

bot-receipt-kept = 🧾 <b>Job #{ $order }: the receipt is kept</b>, and { $customer } can look at it.
bot-receipt-amount =
    🧾 <b>Job #{ $order }: the receipt is kept.</b>
    Now type what it says, like <code>{ $example }</code>. The customer agreed to at most { $limit }.
bot-receipt-which = You have several jobs, so I can't tell which one this photo is for. Tap the button on that job's card first, then send it again.
bot-too-dear =
    <b>The shop wants more than agreed.</b> { $wanted } is too much: the customer agreed to at most { $limit }, and you get no more back.
    Buy less and type the new amount. Or ask the customer, or the campus team. Or give the job back.
bot-asked-admins = The campus team was asked about job #{ $order }. Until they answer: do not buy for more than { $limit }.
bot-no-admins = Nobody can be asked here right now. Buy for at most { $limit }, or give the job back.
bot-leave =
    <b>Leave it at { $place }</b>, then send me a photo that shows the food and the place.
    The photo goes to { $customer } and counts as delivered. It can't be taken back.
bot-leave-photo-wanted = A photo of the food is what I need now. Or type the PIN, if your customer came after all.
bot-stay = All right, wait a little longer. Ask for the four digits of the PIN and type them into this chat.
bot-photo-not-wanted = Nothing of yours needs a photo right now.
bot-photo-coming = It comes in a moment.
bot-as-photo = I can't use files. Please send it as a photo.

bot-button-ask-admin = Ask an admin
bot-button-give-back = Can't do it
bot-button-stay = Keep waiting

error-leaving-too-early = Not yet: ask for the PIN first. If nobody comes, you may leave it with a photo some minutes after you arrived.
error-pin-locked = Five wrong PINs, so none counts any more. The campus team was told and can give your customer a new one. If nobody comes, you may leave it with a photo later.
error-photo-missing = Please send a photo of the food and of the place: without one it can't be left.
