### What stands and needs a human, and how a human ends it. HTML: <b>, <i>, <code>.

bot-button-stuck = ◀ What is stuck
bot-button-resolve = Resolve { $number }…
button-resolve = Resolve by hand…
bot-command-resolve = Settled elsewhere: /resolve 5 reason
bot-usage-resolve = Write the number from /stuck and how it was settled: <code>/resolve 5 refunded in Stripe's dashboard</code>
bot-resolve =
    <b>Resolve { $number } by hand?</b>
    { $line }

    It is not tried again, and nothing of it is done or undone. { $after }
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
bot-resolved =
    <b>{ $number } is resolved by hand.</b> { $after }
    Reason: { $reason }
