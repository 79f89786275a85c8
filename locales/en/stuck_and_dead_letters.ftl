### What stands and needs a human, and how a human ends it. HTML: <b>, <i>, <code>.

bot-button-stuck = ◀ What is stuck
bot-button-resolve = Resolve { $number }…
button-resolve = Resolve by hand…
bot-command-resolve = Settled elsewhere: /resolve 5 reason
bot-usage-resolve = Write the number from /stuck and how it was settled: <code>/resolve 5 refunded in Stripe's dashboard</code>
bot-resolve =
    <b>Resolve { $number } by hand?</b>
    { $line }

    It is not tried again. { $after }
    What differs from Stripe is still told by /differences.
    Only when you settled it elsewhere. Type how: it is kept with your name.
bot-resolve-order =
    Order #{ $order } stays as it is: { $status ->
        [PENDING] being placed
        [CREATED] looking for a runner
        [ACCEPTED] taken
        [PLACED] bought
        [ON_THE_WAY] on the way
        [ARRIVED] at the door
        [DELIVERED] delivered, its money not moved by us
        [COMPLETED] delivered and paid
        [EXPIRED] nobody took it in time
       *[CANCELLED] cancelled
    }. What its people shall know, tell them: <code>/tell { $order } customer …</code>
bot-resolve-alone = No order hangs on it.
bot-resolve-completion =
    Order #{ $order } is brought to its end: what is held is released, the customer owes { $total } and reads so, and the runner gets { $share } from us. If Stripe took the money after all, that is booked instead.
    Was it paid by other means? Then let it go: <code>/forgive { $order } reason</code>
error-cannot-resolve = This one can't be ended by hand: something of the order would stay half done, and the books would not explain it. Put it right at Stripe, then tap [Retry]: it finds what is done there.
bot-resolved =
    <b>{ $number } is resolved by hand.</b> { $after }
    Reason:
    { $reason }

## What Stripe refuses because of our own settings

notification-stripe-settings =
    ⚙️ <b>{ $kind ->
        [gone] Stripe does not know something that we use</b>, perhaps because the key belongs to another account or mode.
       *[configuration] Stripe refuses us because of our own settings,</b> not because of a bank.
    }
    { $step } · { $saga } · order { $order }
    { $error }
    Code <code>{ $code }</code>, request <code>{ $request }</code>
    { $type ->
        [permission] Give the key this permission in Stripe's dashboard, under API keys. What waits goes on by itself.
        [key] Put in a valid key and start the workers again. What waits goes on by itself.
       *[other] Look at the request in Stripe's dashboard, under Developers; the platform's profile or its settings may be unfinished.
    }
    Whoever waits reads that it is not possible just now. You read this once an hour for each cause.
notification-list-refused =
    ⚙️ <b>Stripe does not let our key read { $kind ->
        [events] its events</b>: what no webhook brings is not noticed here
        [payment_intents] the payments</b>: one that nobody here knows of is not found
        [transfers] the transfers</b>: one that somebody sends in the dashboard is not found
        [refunds] the refunds</b>: one that somebody makes in the dashboard is not found
        [movements] the movements of the balance</b>: what they are is not booked
        [sums] the balance</b>: it is not compared with the books
       *[other] what a check needs</b>: what it would find is not found
    }.
    { $error }
    Request <code>{ $request }</code>
    { $type ->
        [permission] Give the key this permission in Stripe's dashboard, under API keys. Reading goes on by itself.
       *[other] Put in a valid key and start the workers again. Reading goes on by itself.
    }
    You read this once a day.
notification-held-up =
    ⚙️ { $what ->
        [card_link] The link for your card is not possible just now. It comes by itself
        [card] Looking up your card is not possible just now. It goes on by itself
        [card_removal] Your card is removed here, and no order can use it. Stripe removes it
        [payout_link] The link for your pay-out is not possible just now. It comes by itself
        [account] Looking up your pay-out account is not possible just now. It goes on by itself
        [order] Order #{ $order } cannot be paid just now, and you are not charged. It goes on by itself, or ends free of charge
        [claim] Whether job #{ $order } is paid for cannot be seen just now. Please buy nothing yet: you read here when you may
        [price_increase] Asking for more money for order #{ $order } is not possible just now. Until it counts nothing changes. It goes on by itself
        [evidence] Our evidence about order #{ $order } does not get through to the bank just now. It is sent by itself
        [debt] Paying for order #{ $order } is not possible just now, and you are not charged. It goes on by itself
       *[pay] Your pay for job #{ $order } comes a little later and stays yours. It goes on by itself
    }. The campus team knows.
notification-not-possible =
    ⚙️ { $what ->
        [card_link] A link for your card is not possible just now. It is not your bank
       *[payout_link] A link for your pay-out is not possible just now. What you earned stays yours
    }. Nothing changed. The campus team knows; please try again later.

## What always fails, and was parked

notification-dead-letter =
    🅿️ <b>Parked { $number }: { $kind ->
        [update] something written or tapped
        [stripe_event] news from Stripe
        [notification] a message
        [outcome_unknown] a message that may not have arrived
        [order_message] a card
       *[timer] a deadline
    }.</b> { $kind ->
        [outcome_unknown] Nobody knows, so it is not sent again by itself. If it matters, send it again: tap below.
       *[other] It failed { $tries ->
            [one] once
           *[other] { $tries } times
        }. It is not tried any more, and the others go on.
    }
    <code>{ $shown }</code>
    { $error }
button-dead-letters = 🅿️ What is parked
bot-button-dead-letters = 🅿️ Parked: { $count }
bot-button-dead-letters-back = ◀ What is parked
bot-button-send-again = Send { $number } again
bot-sent-again = It is sent once more.
bot-button-drop = Drop { $number }…
bot-command-parked = What is not tried any more by itself
bot-command-drop = Drop what is parked: /drop 3 reason
bot-usage-drop = Write the number from /parked and the reason: <code>/drop 3 the customer wrote again</code>
bot-dead-letters =
    { $count ->
        [0] Nothing is parked.
        [one] 🅿️ <b>One thing is parked</b>: it is not tried any more by itself and waits for you
       *[other] 🅿️ <b>{ $count } things are parked</b>: they are not tried any more by themselves and wait for you
    }
bot-dead-letter-line =
    <b>{ $number }: { $kind ->
        [update] something written or tapped
        [stripe_event] news from Stripe
        [notification] a message
        [outcome_unknown] a message that may not have arrived
        [order_message] a card
       *[timer] a deadline
    }</b>, order { $order }, since { $since }, tries: { $tries }
    <code>{ $shown }</code>
    { $error }
bot-drop =
    <b>Drop { $number }?</b>
    { $line }

    { $kind ->
        [update] It never has its effect. Whoever sent it was told to try once more.
        [stripe_event] It is not read any more. What it was about is still compared with Stripe.
        [notification] Nobody gets it.
        [outcome_unknown] It is not sent again. If it did not arrive, nobody reads it.
        [order_message] It stays as it is, until something about its order changes.
       *[timer] Nothing happens by itself for this deadline. Look at its order.
    }
    Type the reason: it is kept with your name.
bot-dropped =
    <b>{ $number } is dropped.</b>
    Reason:
    { $reason }
