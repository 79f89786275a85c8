### Words that were not asked for, or not in this way: what they may mean, and whom they may be for.

## A place that reads like food

bot-food-or-place = <b>That looks like food.</b> Shall it be brought to “{ $typed }”?
bot-button-as-item = Add to basket
bot-button-as-place = It's the place

## Words while an order is under way

bot-campus-team = the campus team
bot-pass-on =
    <b>Send this to { $name }?</b>
    { $words }
bot-pass-on-whom =
    <b>Who shall read this?</b>
    { $words }
bot-passed-on = ✍️ Sent to { $name }. What comes back, you read here.
bot-nothing-to-pass-on = Nothing of yours waits to be sent on. Here is what I can do for you:
bot-not-passed-on = All right, nobody reads it. Here is what I can do for you:
bot-button-pass-on = Yes, send it
bot-button-do-not-pass-on = No
bot-button-pass-to = #{ $order } · { $name }
bot-button-pass-to-nobody = Nobody

## At the door

order-message-customer-pin-locked = 🔒 Five wrong PINs were typed, so your PIN does not count any more. Is your runner with you? Tap below: the campus team can give you a new one.
bot-bring-here = <b>Job #{ $order }: bring it here:</b> { $place }

## What goes on just now

bot-button-my-order = 🔎 My order #{ $order }
bot-button-my-job = 🏃 My job #{ $order }
bot-button-my-jobs = 🏃 My jobs
bot-orders-jobs = What you deliver for others is under My jobs.

## The campus team, on the way

button-ask-team = Ask the team
bot-ask-team = <b>Order #{ $order }:</b> what should the campus team know? Write a line, or send a photo.

## The runner's order message

order-message-runner-no-payout = 🏦 Set up your pay-out any time: your money waits for you.
