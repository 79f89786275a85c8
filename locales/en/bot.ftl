### What the bot says in menus, lists and questions. HTML: <b>, <i>, <code>. Short sentences, one thing at a time.

## Everywhere

bot-home =
    <b>Hi { $name }!</b> Food from the shops of { $campus }, brought by students.
    You pay what the receipt says and a fee you choose, never more than the number you confirm.
bot-help = I did not understand that. Here is what I can do for you:
bot-sorry = Something went wrong on our side, and nothing was done. Please try it once more from the start.
bot-too-fast = One thing at a time, please: wait a few seconds, then go on.
bot-change-does-not-count = What you change in a message afterwards does not count: I went by what you sent first. Please write it once more, or use the buttons.
bot-album-first-photo = Of photos that are sent together I keep the first one only. If another one matters, send it by itself.
bot-anonymous = You are writing as an anonymous administrator, so I cannot see who you are. Turn “Remain anonymous” off for yourself, then write it again.

## Ordering

bot-pending = Order #{ $order } is being placed: your bank is being asked. Its card shows what happens.
bot-placed = <b>Order #{ $order } is being placed.</b> It comes next as a message that stays up to date by itself.
bot-card-wanted = <b>Only a card is missing.</b> A link to add one comes next. As soon as it is saved, your order places itself.
bot-card-link-coming = A link to add a card is coming in a moment.

bot-cancel-sure = Cancel order #{ $order }? You pay nothing, and the held money is released.
bot-cancelled = Order #{ $order } is cancelled. You pay nothing.
bot-cancelling = Order #{ $order } is being cancelled. Its card tells when that is done. You pay nothing.

## Running

bot-runner-none =
    <b>Deliver food, earn money.</b>
    You buy what a student ordered, bring it, and get your money back together with your fee. The customer's money is held before you buy.
bot-runner-asked = <b>You asked to become a runner.</b> The campus team answers, and I tell you.
bot-runner-suspended = You cannot take jobs at the moment. Please talk to the campus team.
bot-runner-approved = <b>You are a runner.</b> Jobs appear in the runner group: the first tap on Claim has it.
bot-asked = The campus team has been asked.
bot-payout-link-coming = A link to set up your pay-out is coming in a moment.

bot-claimed = Order #{ $order } is yours! See your chat with me before you buy.
bot-release-sure = Give job #{ $order } back? Another runner may take it then, but not you again.
bot-released = Job #{ $order } is open to the others again. Thank you for saying so.
bot-button-change-receipt = Change amount
bot-ask-receipt-change = <b>Job #{ $order }: you wrote { $receipt }.</b> Type what the receipt really says, at most { $limit }. It counts until you have picked the food up.
bot-ask-receipt =
    <b>Job #{ $order }: what does the receipt say?</b>
    Send a photo of it with the amount below, or just type the amount, like <code>{ $example }</code>. The customer agreed to at most { $limit }.
bot-bought =
    <b>Job #{ $order }: { $receipt } is noted.</b>
    You get { $share } after you have handed it over.
bot-picked-up = Bring it here: { $place }
bot-ask-pin = The customer knows that you are here. Ask for the four digits of the PIN and type them into this chat.
bot-wrong-pin =
    { $left ->
        [one] <b>That is not the PIN.</b> Look again: one try is left.
       *[other] <b>That is not the PIN.</b> Look again: { $left } tries are left.
    }
bot-delivered = <b>Job #{ $order } is delivered, well done!</b> { $share } is yours: the job's card tells when it is sent.

## Admin commands

bot-asking =
    { $count ->
        [0] Nobody is waiting to become a runner.
        [one] One person would like to become a runner:
       *[other] { $count } people would like to become runners:
    }
bot-approved = { $name } is a runner now and has been told.
bot-approved-toast = Approved and told.
bot-usage-order = Write the order's number: <code>/order 12</code>
bot-usage-cancel = Write the order's number and the reason, which both sides will read: <code>/cancel 12 The shop is on fire</code>
bot-usage-finish = Write the order's number and why it counts as handed over: <code>/finish 12 customer confirmed by phone</code>
bot-finished-by-admin =
    Order #{ $order } counts as handed over, and the money moves now. In its history:
    { $reason }
bot-cancelled-by-admin =
    Order #{ $order } is being cancelled. Both sides read:
    { $reason }
bot-stuck =
    { $count ->
        [0] Nothing is stuck.
        [one] <b>One thing is stuck</b>
       *[other] <b>{ $count } things are stuck</b>
    }
bot-stuck-line =
    <b>{ $number }: { $kind }</b> at { $step }, order { $order }
    since { $since } ({ $hours } h { $minutes } min), { $tries } tries, attempt { $attempt }
    { $error }
bot-retried = It is trying again.
bot-bind-in-group = Write /bind in the group that shall be the runner group, or <code>/bind admin</code> in the admins' group.
bot-bind-sure =
    { $role ->
        [admins] <b>Make this group the admin chat of { $campus }?</b> Alerts and cases come here then, and no more into the chat that has them now.
       *[runners] <b>Make this group the runner group of { $campus }?</b> All jobs come here then, and no more into the group that has them now.
    }
    Only an admin can say yes. The chat that has it now is told.
bot-button-bind =
    { $role ->
        [admins] Yes, admin chat
       *[runners] Yes, runner group
    }
bot-bind-decided = { $admin } said yes.
bot-bound-admins = <b>This is the admin chat of { $campus } now.</b> What needs a human is told here.
bot-bound-runners = <b>This is the runner group of { $campus } now.</b> Approved runners get a link into it, and nobody else is let in.
notification-runner-group-lost =
    ⚠️ <b>The bot may not write in the runner group of { $campus }.</b> Telegram says: { $error }
    { $count ->
        [0] No open order waits there.
        [one] Nobody sees this order: { $orders }.
       *[other] Nobody sees these orders: { $orders }.
    }
    No new order is taken meanwhile. Make the bot an administrator of the group again, or write /bind in another group. Then all is shown by itself.
notification-runner-group-regained =
    ✅ <b>The bot may write in the runner group of { $campus } again.</b> New orders are taken.
    { $count ->
        [0] No open order waited.
        [one] The open order is shown there now.
       *[other] The { $count } open orders are shown there now.
    }
notification-admin-chat-lost =
    ⚠️ <b>The bot may not write in the admin chat of { $campus }.</b> Telegram says: { $error }
    What is for the admins waits. Make the bot an administrator of that group again, or write <code>/bind admin</code> in another one. Meanwhile /board, /stuck and /parked work here.
notification-admin-chat-regained = ✅ <b>The bot may write in the admin chat of { $campus } again.</b> What waited is sent now.
notification-buttons-refused =
    🔘 <b>Telegram refused buttons of a message.</b> It was sent without them. Telegram says: { $error }
    A link comes from the settings (CONSOLE_URL, STRIPE_API_URL, the invitation of the runner group): look there. Else it is a defect of the bot.
bot-photo-missing = 📷 Telegram did not take the photo that belongs here.
bot-buttons-missing = ⚠️ Telegram did not take all buttons of this message. The campus team knows.
notification-token-refused =
    ⚠️ <b>Telegram refuses the bot of { $campus }.</b> Telegram says: { $error }
    Its people are not heard, and read nothing: what the bot has to say waits. Get the bot's token from @BotFather, set <code>{ $variable }</code> to it, and start the processes again. Then all is sent by itself.
notification-token-accepted =
    ✅ <b>Telegram takes the bot of { $campus } again.</b>
    { $count ->
        [0] No message waited.
        [one] The message that waited is sent now.
       *[other] The { $count } messages that waited are sent now.
    }
notification-webhook-fails =
    ⚠️ <b>Telegram does not reach the bot of { $campus }.</b> Telegram says: { $error }
    What people write and tap is not heard until it does; Telegram keeps it for a day. Whoever runs the server sees the same at its address <code>/ready</code>.
notification-webhook-works = ✅ <b>Telegram reaches the bot of { $campus } again.</b> What people wrote meanwhile is answered now.
notification-order-unseen = ⚠️ <b>Nobody sees order #{ $order }.</b> It was paid for while the bot may not write in the runner group of { $campus }.
notification-runner-group-bound =
    🔗 { $admin } ({ $account }) made another group the runner group of { $campus }: { $chat } (<code>{ $number }</code>).
    Wrong? Write /bind in the group that shall have the jobs.
notification-admin-chat-bound =
    🔗 { $admin } ({ $account }) made another group the admin chat of { $campus }: { $chat } (<code>{ $number }</code>).
    Nothing new is told here. Wrong? Write <code>/bind admin</code> here.
notification-runner-group-left =
    🔗 <b>The jobs of { $campus } come into another group now.</b> { $admin }, an admin, moved them.
    Runners get the way in from the campus team.
bot-second-hand = I did nothing: this message was forwarded, or written through another bot. If you mean it, write it yourself.
bot-bound-no-link =
    <b>This is the runner group of { $campus } now</b>, but I may not make a link into it.
    Make me an administrator who may invite people, then write /bind again.
bot-write-in-private = Here I only post jobs, and all runners read along. Write that to me in our private chat.
bot-group-not-bound =
    I do nothing in this group until an admin of { $campus } binds it.
    Write /bind here if it is the runner group, or <code>/bind admin</code> if it is the admin chat. If nobody does, I leave within 24 hours.
bot-leaves-unbound = Nobody bound this group to { $campus }, so I leave it. An admin of { $campus } can add me again and write /bind.
bot-leaves-unwanted = I work in the groups of { $campus } only, so I leave this one. An admin of { $campus } can add me, in their own name and not anonymously.

## Commands in Telegram's list, plain text

bot-command-start = Order or deliver food
bot-command-orders = What you have ordered
bot-command-approve = Who would like to be a runner
bot-command-order = An order and its history: /order 12
bot-command-cancel = Cancel an order: /cancel 12 reason
bot-command-finish = An order was handed over without a PIN: /finish 12 reason
bot-command-stuck = What needs a human
