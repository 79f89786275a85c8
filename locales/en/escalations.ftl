### When nothing happens: nobody takes an order, or its runner is silent. HTML: <b>, <i>, <code>.

## To the customer

notification-nudge =
    ⏳ <b>Nobody has taken #{ $order } yet.</b>
    You can wait, or cancel free. Nothing has been charged.
notification-odds-hour =
    📊 <b>#{ $order } is still open after { $minutes } minutes.</b>
    Of { $waited } orders that waited this long at this time of day, { $taken } were taken later.
notification-odds-day =
    📊 <b>#{ $order } is still open after { $minutes } minutes.</b>
    Of { $waited } orders that waited this long in the last two weeks, { $taken } were taken later.
notification-odds-unknown =
    📊 <b>#{ $order } is still open after { $minutes } minutes.</b>
    I have seen too few orders like this to say how it will go. You can wait, or cancel free.

## To the runner

notification-runner-check-in =
    👋 <b>Are you on your way with #{ $order }?</b>
    Please tap within { $minutes } minutes. Otherwise another runner may take it.
notification-runner-check-in-bought =
    👋 <b>Is all well with #{ $order }?</b>
    Please tap within { $minutes } minutes. Otherwise I ask the campus team to help.
notification-taken-back =
    🛑 <b>#{ $order } is no longer yours.</b> I did not hear from you, so it is open to the others again.
    Please do not buy anything for it.
notification-claim-ending =
    ⏱ <b>#{ $order }: please buy within { $minutes } minutes.</b> A job stays with one runner for { $held } minutes before the purchase; then it goes to the others.
    Bought already? Tap the button and type what the receipt says.
notification-claim-ended =
    🛑 <b>#{ $order } is no longer yours.</b> It was not bought in time, so it is open to the others again.
    Please do not buy anything for it.

## To the admins

notification-claim-ended-admins = ⏱ <b>#{ $order }: { $runner } had it for { $minutes } minutes and bought nothing.</b> It is open to the others again, and both sides were told.
notification-delivery-late =
    🐢 <b>#{ $order } was bought { $minutes } minutes ago and is not handed over.</b> Its runner answers.
    Runner { $runner } ({ $runner_account }), customer { $customer } ({ $customer_account }).
    Reply to this message to write to the runner, or <code>/tell { $order } customer …</code>

notification-silent-admins =
    🔇 <b>#{ $order } ({ $status }): no sign of the runner for { $minutes } minutes.</b> The food is bought.
    Runner { $runner } ({ $runner_account }), customer { $customer } ({ $customer_account }).
    Reply to this message to write to the runner, or <code>/tell { $order } customer …</code>
    Handed over? <code>/finish { $order } reason</code>
    It will not arrive? <code>/close { $order } runner reason</code> or <code>/close { $order } platform reason</code>: who bears the food.

## Labels

button-wait = I'll wait
button-cancel-free = Cancel free
button-check-in = Yes, on it

## On the customer's order message

order-message-customer-silent = 🔇 We have not heard from your runner for a while. The campus team knows and is looking into it.

## In answer to a tap

bot-waiting = Thank you! I keep asking for #{ $order } and tell you at once when somebody takes it.
bot-checked-in-toast = Thank you, good to know!
bot-checked-in = ✅ <b>#{ $order } stays yours.</b> Thank you for saying so.
