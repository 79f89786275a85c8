## The check that an admin asks for: whether all that the campus needs works

bot-command-check = Does all that the campus needs work?
bot-check-started =
    🔎 <b>{ $campus } is being checked:</b> database, Redis, Telegram and Stripe. The answer comes here within a minute.
    <i>If none comes, no worker runs.</i>
error-check-in-flight = A check runs already. Its answer comes within a minute, to the chat that asked for it.
notification-check =
    { $broken ->
        [0] ✅ <b>{ $campus }: everything works.</b>
        [one] ❌ <b>{ $campus }: one thing does not work.</b>
       *[other] ❌ <b>{ $campus }: { $broken } things do not work.</b>
    }
    { $findings }
notification-check-more =
    <b>The check, continued:</b>
    { $findings }
