### What customer and runner write to each other through the bot.

order-message-relay = ✍️ Reply to this card to write to { $name }.

notification-relayed-photo =
    💬 <b>Your { $side ->
        [runner] runner
       *[customer] customer
    } { $name }</b> about #{ $order }
# Quoted, so that nobody's lines can look like the bot's own.
notification-relayed =
    💬 <b>Your { $side ->
        [runner] runner
       *[customer] customer
    } { $name }</b> about #{ $order }:
    { $text }

# Of an earlier release, where they still wait to be sent.
notification-relay-photo = 💬 <b>{ $name }</b> about #{ $order }
# Quoted, so that nobody's lines can look like the bot's own.
notification-relay =
    💬 <b>{ $name }</b> about #{ $order }:
    { $text }

notification-relay-undelivered = 💬 { $name } could not be reached about #{ $order }: they stopped this chat. Your last message was not read.
notification-relay-outcome-unknown = 💬 A message of yours about #{ $order } may not have reached { $name }: Telegram did not say. Send it again if it matters.

bot-relay-nobody = Nobody has order #{ $order } yet, so there is nobody to read that. As soon as a runner takes it, reply to its card.
bot-relay-over = Order #{ $order } has been over for a while, so I pass on nothing more. If something is wrong, talk to the campus team.
bot-relay-unreachable = { $name } can't be reached at the moment: they stopped this chat. Your message was not passed on.
bot-relay-only-words = I can pass on words and photos only. Nothing was sent.
bot-relay-cut = That was too long, so { $name } got only the beginning. Send the rest as another message.
