### After a delivery: thumbs, and problems that the campus team looks into. No word here promises money.

## On the customer's order message

order-message-rated-good =
    You said: 👍 { $reason ->
        [fast] fast
        [friendly] friendly
        [careful] careful
       *[none] good
    }
order-message-rated-bad =
    You said: 👎 { $reason ->
        [late] late
        [cold] cold
        [unfriendly] unfriendly
       *[none] not good
    }
order-message-case-open = 🛟 Case #{ $case } is open: the campus team answers in this chat.

button-thumb-up = 👍 Good
button-thumb-down = 👎 Not good
button-problem = Problem

## Thumbs

bot-thumb-why =
    { $thumb ->
        [good] <b>👍 Good, thank you!</b> What was good?
       *[bad] <b>👎 Not good. Thank you for saying so.</b> What was it?
    }
bot-thumb-noted =
    <b>You said: { $thumb ->
        [good] 👍 { $reason ->
            [fast] fast
            [friendly] friendly
            [careful] careful
           *[none] good
        }
       *[bad] 👎 { $reason ->
            [late] late
            [cold] cold
            [unfriendly] unfriendly
           *[none] not good
        }
    }</b>
    Your runner sees how many thumbs there are, never whose. You can change yours until { $hours } hours after delivery.
bot-me-ratings =
    { $count ->
        [one] 1 delivery
       *[other] { $count } deliveries
    }: 👍 { $up ->
        [one] 1 thumb up
       *[other] { $up } thumbs up
    }, 👎 { $down } down
bot-thumb-again = <b>Order #{ $order }:</b> how was it?

bot-button-thumb-reason =
    { $reason ->
        [fast] Fast
        [friendly] Friendly
        [careful] Careful
        [late] Late
        [cold] Cold
       *[unfriendly] Unfriendly
    }
bot-button-skip = Skip
bot-button-thumb-again = Change it

## A problem

bot-problem-kind = <b>Sorry! What is wrong with order #{ $order }?</b> Tap, or tell me in a line.
bot-problem-words =
    <b>Order #{ $order }: { $kind ->
        [missing] something is missing.
        [wrong] it is the wrong thing.
        [cold] it was cold.
       *[not_here] it never came.
    }</b>
    Tell me in a line, or send a photo.
bot-case-opened =
    <b>🛟 Case #{ $case }.</b> The campus team reads it and answers here.
    Your runner is not told by me.
bot-case-ask-more = <b>Case #{ $case } is open.</b> What else should the campus team know? Write a line, or send a photo.
bot-case-added = Passed on to the campus team: case #{ $case }.
bot-case-cut = That was long: the first { $most } characters were passed on. Write the rest as another message.

bot-button-problem-kind =
    { $kind ->
        [missing] Missing
        [wrong] Wrong
        [cold] Cold
       *[not_here] It never came
    }
bot-button-wordless = Send without
bot-button-case-more = Write more
bot-button-back-to-order = ◀ My order

## What the customer hears from the campus team

notification-case-answer =
    💬 <b>The campus team writes</b> about order #{ $order }, case #{ $case }:
    { $words }
    <i>Reply to this message to write back.</i>
notification-case-closed =
    ✅ <b>Case #{ $case } is closed.</b> The campus team writes about order #{ $order }:
    { $words }
button-case-more = Write back
button-case-order = See my order

## What the campus team hears

notification-case-opened =
    🛟 <b>Case #{ $case }, order #{ $order }: { $kind ->
        [missing] something is missing
        [wrong] it is the wrong thing
        [cold] it was cold
        [not_here] it never came
        [question] a question
       *[other] a problem
    }</b>
    { $customer } writes:
    { $story }

    { $store } → { $place }
    { $placed } placed · { $claimed } taken · { $bought } bought · { $here } here · { $delivered } delivered
    Runner: { $runner }. Handed over { $handed ->
        [pin] with the PIN
        [photo] with a photo
        [none] not yet
       *[word] on the campus team's word
    }.
    Receipt { $receipt }, total { $total }, agreed at most { $ceiling }.
    <i>Reply to this message to answer, or write</i> <code>/case { $case } your words</code>
    <i>Money back:</i> <code>/refund { $order } 2.00 platform reason</code>
notification-case-more =
    💬 <b>Case #{ $case }, order #{ $order }</b>: { $customer } writes:
    { $words }
notification-case-photo = 📷 Case #{ $case }: the photo
notification-case-receipt = 🧾 Case #{ $case }: the receipt
notification-case-proof = 📷 Case #{ $case }: the runner's photo of the delivery
notification-case-answered-by =
    💬 { $admin } answered in case #{ $case }:
    { $words }
notification-case-closed-by =
    ✅ { $admin } closed case #{ $case }:
    { $words }
button-case-answer = Answer
button-case-close = Close case

## In the admin chat

bot-cases =
    { $count ->
        [0] No case is open.
        [one] <b>One case is open</b>
       *[other] <b>{ $count } cases are open</b>, the oldest first
    }
bot-case-line =
    <b>#{ $case }</b> · order #{ $order } · { $kind ->
        [missing] missing
        [wrong] wrong
        [cold] cold
        [not_here] never came
        [question] question
       *[other] problem
    } · { $age } · { $words }
bot-age = { $minutes } min
bot-age-hours = { $hours } h { $minutes } min
bot-age-days = { $days } d { $hours } h
bot-case-said =
    <code>{ $at }</code> <b>{ $who }</b>{ $team ->
        [yes] , campus team
       *[no] {""}
    }:
    { $words }
bot-case-how-to-answer = Reply to the message about case #{ $case } with your words, or write: /case { $case } your words
bot-case-ask-answer = <b>Case #{ $case }:</b> write your answer, or send a photo. The customer reads it as the campus team's.
bot-case-answered = Case #{ $case }: { $customer } gets your answer.
bot-case-unreachable = Case #{ $case }: your answer is noted, but { $customer } blocked the bot and reads nothing just now.
bot-case-close-how =
    <b>Close case #{ $case }?</b> The customer reads your last word.
    In words of your own: <code>/close_case { $case } your words</code>
bot-case-outcome =
    { $outcome ->
        [solved] It is solved. Thank you for telling us.
        [noted] We looked into it and keep an eye on it. Thank you for telling us.
       *[silent] We asked and did not hear back from you.
    }
bot-case-closed =
    <b>Case #{ $case } is closed.</b> The customer reads:
    { $words }
bot-usage-case = Write the case's number, and your answer behind it if you have one: <code>/case 3 We are looking for it</code>
bot-usage-close-case = Write the case's number and the outcome, which the customer will read: <code>/close_case 3 It was found</code>

bot-button-case = Look at case { $case }
bot-button-cases = ◀ Cases
bot-button-case-back = ◀ Case
bot-button-case-keep = Keep it open
bot-button-case-outcome =
    { $outcome ->
        [solved] Close: solved
        [noted] Close: noted
       *[silent] Close: no answer
    }

bot-command-cases = Problems that customers reported
bot-command-case = A case, or an answer to it: /case 3 words
bot-command-close-case = Close a case: /close_case 3 outcome

## Why something is not possible

error-too-late-to-rate = Thumbs can be given until { $hours } hours after delivery. This order is older, but thank you!
error-too-late-to-report = Problems can be reported here until { $hours } hours after delivery. This order is older: please talk to the campus team in person.
error-case-not-found = There is no such case here. /cases lists what is open.
error-case-closed = Case #{ $case } is closed.
