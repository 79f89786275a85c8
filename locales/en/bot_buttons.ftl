### Labels of the bot's own buttons: begin with a verb, 20 characters where possible, no HTML.

bot-button-home = 🏠 Home
bot-button-back = ◀ Back
bot-button-order-food = 🍜 Order food
bot-button-deliver-food = 🏃 Deliver food
bot-button-my-orders = 🧾 My orders

bot-button-open-order = Look at it
bot-button-cancel = Cancel
bot-button-keep = Keep it
bot-button-cancel-sure = Yes, cancel
bot-button-newer = ◀ Newer
bot-button-older = Older ▶
bot-button-order =
    #{ $order } { $store } · { $status ->
        [PENDING] being placed
        [CREATED] waiting
        [ACCEPTED] taken
        [PLACED] bought
        [ON_THE_WAY] on the way
        [ARRIVED] here
        [DELIVERED] delivered
        [COMPLETED] delivered
        [EXPIRED] not taken
       *[other] cancelled
    }

bot-button-ask-to-run = Ask to join
bot-button-job = #{ $order } { $store }
bot-button-keep-job = Keep it
bot-button-release-sure = Yes, give it back
bot-button-as-estimated = As estimated · { $amount }

bot-button-approve = Approve { $name } ({ $number })
bot-button-retry = Try { $number } again
