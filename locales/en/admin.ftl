### What admins see and do, and what others are told of it. HTML: <b>, <i>, <code>.

## An order, and what can be done about it

bot-order-facts =
    <b>#{ $order }: { $status ->
        [PENDING] being placed
        [CREATED] looking for a runner
        [ACCEPTED] taken
        [PLACED] bought
        [ON_THE_WAY] on the way
        [ARRIVED] at the door
        [DELIVERED] delivered, money moving
        [COMPLETED] delivered and paid
        [EXPIRED] nobody took it in time
       *[CANCELLED] cancelled
    }</b>
    { $store } → { $place }
    Customer { $customer }, runner { $runner }
    At most { $ceiling } · total { $total } · for the runner { $share }
bot-history-order = { $event ->
        [placed] placed
        [published] open to runners
        [unpaid] not paid
        [withdrawn] withdrawn
        [claimed] taken
        [given_back] given back: the hold was not confirmed in time
        [hold_gone] the hold is gone
        [released] back to the group
        [expired] nobody took it
        [cancelled] cancelled
        [cancelled_by_admin] cancelled by an admin
        [bought] bought
        [receipt_changed] the amount of the receipt changed
        [picked_up] picked up
        [arrived] at the door
        [pin_locked] five wrong PINs
        [pin_renewed] a new PIN
        [fraud_warned] a bank suspects fraud
        [delivered] handed over
        [completed] completed
        [limit_agreed] agreed to the higher price
        [limit_declined] declined the higher price
        [finished_by_admin] counted as handed over
        [closed_by_admin] closed
       *[other] { $event }
    }
bot-history-other =
    { $subject ->
        [hold] { $event ->
            [approval_asked] the bank wants a yes
            [made] money held
            [declined] the bank said no
            [released] held money released
            [captured] card charged
            [charged] card charged, the hold had lapsed
            [done_at_stripe] captured in Stripe's dashboard
           *[other] hold: { $event }
        }
        [payout] { $event ->
            [started] pay-out begun
            [refused] pay-out refused
            [paid] runner paid
            [paid_at_stripe] runner paid by hand at Stripe
            [paid_in_part] a part of the pay sent by hand at Stripe
            [held] pay-out held for a while
            [released] pay-out not held any more
            [done_at_stripe] pay taken back in Stripe's dashboard
           *[other] pay-out: { $event }
        }
        [refund] { $event ->
            [requested] refund decided
            [returned] what was captured too much goes back
            [accepted] refund under way
            [succeeded] refund done
            [failed] refund failed
            [done_at_stripe] refunded in Stripe's dashboard
           *[other] refund: { $event }
        }
        [customer_debt] { $event ->
            [owed] not charged: the customer owes it
            [paid] the customer paid what was owed
            [let_go] the customer's debt was let go
           *[other] debt: { $event }
        }
        [case] case: { $event }
        [rating] rated: { $event }
        [saga] { $event ->
            [stuck] stuck: needs a human
            [retried] tried again by hand
            [resolved] resolved by hand
           *[other] process: { $event }
        }
        [review] { $event ->
            [released] the held pay was let go
            [barred_customer] the customer was barred
            [barred_runner] the runner was barred
           *[other] review: { $event }
        }
        [own_act] by the only admin, about an own order: { $event ->
            [agreed] agreed to do it themselves
           *[other] { $event }
        }
        [parked] parked: { $event ->
            [tried] tried again by hand
            [dropped] dropped by hand
           *[other] { $event }
        }
        [message] { $event ->
            [wrote_to_team] wrote to the campus team
            [wrote_to_customer] wrote to the customer
            [wrote_to_runner] wrote to the runner
           *[other] { $event }
        }
       *[other] { $subject } { $event }
    }
bot-history-line = { $at } { $what }
bot-history-said = { $words }
bot-timeline-more = … and { $count } lines before these
bot-timeline-line = { $at } { $subject } { $event }: { $before } → { $after } · { $who } · { $reason }
bot-button-every-line = Every line
bot-button-act-cancel = Cancel…
bot-button-act-release = Give back…
bot-button-act-finish = Finish…
bot-button-act-close = Close…
bot-button-leave = Leave it as it is
bot-button-sure-cancel = Yes, cancel
bot-button-sure-release = Yes, give back
bot-button-sure-finish = Yes, handed over
bot-button-sure-close-platform = We pay { $share }
bot-button-sure-close-runner = The runner bears it
bot-button-sure-suspend = Yes, suspend

bot-act-cancel =
    <b>Cancel order #{ $order }?</b>
    { $customer } pays nothing, and the { $ceiling } held are released. Both sides read your reason.
bot-act-release =
    <b>Give job #{ $order } back to the group?</b>
    { $runner } loses it, reads why, and cannot take it again. Nothing is bought yet; the order stays open for others.
bot-act-finish =
    <b>Count order #{ $order } as handed over?</b>
    { $customer } is charged { $total }, and { $runner } gets { $share } of it. Only when the food is really there.
bot-act-close =
    <b>Close order #{ $order }?</b>
    The food was bought and will not arrive. { $customer } pays nothing, and the { $ceiling } held are released.
    Who bears it? The platform: { $runner } gets { $share } from us. The runner: { $runner } gets nothing. Both read your reason.
bot-act-suspend =
    <b>Suspend { $name } ({ $number })?</b>
    No new jobs from now on. A job that is under way is brought to its end, and what was earned is paid. Your reason is read there.

bot-ask-reason =
    { $act ->
        [cancel] <b>Why is order #{ $subject } cancelled?</b> Both sides read it.
        [release] <b>Why does job #{ $subject } go back to the group?</b> Its runner reads it.
        [finish] <b>Why does order #{ $subject } count as handed over?</b> It is kept in its history.
        [close_platform] <b>Why is order #{ $subject } closed?</b> Both sides read it, and we bear the food.
        [close_runner] <b>Why is order #{ $subject } closed?</b> Both sides read it, and the runner bears the food.
       *[other] <b>Why is { $subject } suspended?</b> Your words are read there.
    } Type one line, and it is done.
bot-ask-reason-close =
    { $act ->
        [close_platform] <b>Order #{ $subject } will be closed, and we bear the food.</b> Both sides read your reason.
       *[close_runner] <b>Order #{ $subject } will be closed, and the runner bears the food.</b> Both sides read your reason.
    }
bot-reason-too-long = Please say it in one line of at most { $most } characters.
bot-reason-reply = <b>Why?</b> Reply to this message with the reason, or tap one. It completes <code>{ $command }</code>
bot-reason-type = Type the reason in one line, or tap one. It completes <code>{ $command }</code>
error-question-closed = This question is no longer open, and nothing was done. If it is still wanted, write { $command } and your answer behind it, in one line.
bot-choice-taken = ✔️ <code>{ $command }</code> · { $name }
bot-reason-left = Left as it is. Nothing was done: <code>{ $command }</code>
bot-reason-taken =
    ✔️ <code>{ $command }</code> · { $name }
    { $reason }
bot-button-reason =
    { $ready ->
        [shop_closed] The shop is closed
        [customer_asked] Customer asked for it
        [no_runner] No runner is free
        [runner_asked] Runner asked for it
        [too_long] It takes too long
        [both_said] Both sides say so
        [food_lost] The food was lost
        [missing] Something missing
        [wrong] The wrong food
        [cold] The food was cold
        [late] It came too late
        [cleared] It is cleared up
        [mistake] It was a mistake
        [at_stripe] Settled at Stripe
        [told] Told another way
       *[other] Goodwill
    }

bot-usage-release = Write the order's number and the reason, which its runner will read: <code>/release 12 Ana is ill</code>
bot-usage-receipt = Write the order's number, the amount that stands on the receipt, and the reason, which both sides will read: <code>/receipt 12 4.20 the runner typed 2.40</code>
bot-command-receipt = Correct a receipt: /receipt 12 4.20 reason
bot-receipt-how-much = <b>Order #{ $order }: the receipt says { $receipt }.</b> Reply with the right amount, at most { $limit }, and the reason: <code>4.20 the runner typed 2.40</code>. Both sides read it, and it completes <code>{ $command }</code>
bot-receipt-corrected =
    <b>The receipt of order #{ $order } says { $receipt } now</b>, instead of { $before }. The customer pays { $total }, the runner gets { $share }. Both read:
    { $reason }
notification-receipt-corrected =
    🧾 <b>The campus team corrected the receipt of order #{ $order }:</b> { $receipt } instead of { $before }. You pay { $total } in all.
    { $reason }
notification-receipt-corrected-runner =
    🧾 <b>The campus team corrected the receipt of job #{ $order }:</b> { $receipt } instead of { $before }. You get { $share }.
    { $reason }
    If you see it differently, please talk to them.
bot-usage-close = Write the order's number, who bears the food, and the reason, which both sides will read: <code>/close 12 platform the runner fell ill</code>, or <code>/close 12 runner …</code>
bot-taken-back =
    Job #{ $order } is open to the other runners. Its runner reads:
    { $reason }
bot-closed-by-admin =
    { $bearer ->
        [platform] Order #{ $order } is closed, and we bear it: the runner gets { $share }.
       *[runner] Order #{ $order } is closed, and its runner bears it.
    } The customer pays nothing. Both sides read:
    { $reason }
bot-unsent =
    { $count ->
        [one] <b>One pay-out waits for us,</b> for funds on our balance or for our settings at Stripe:
       *[other] <b>{ $count } pay-outs wait for us,</b> for funds on our balance or for our settings at Stripe:
    }
bot-unsent-line = order { $order }: { $amount }
bot-button-pay-again = Send #{ $order } again
bot-paying-again = It is being sent again.

## The console

bot-order-status = { $status ->
        [PENDING] being placed
        [CREATED] looking for a runner
        [ACCEPTED] taken
        [PLACED] bought
        [ON_THE_WAY] on the way
        [ARRIVED] at the door
        [DELIVERED] delivered, money moving
        [COMPLETED] delivered and paid
        [EXPIRED] nobody took it in time
       *[CANCELLED] cancelled
    }

bot-console = 🖥 <b>The console of { $campus }</b>
    Every order step by step, the money in plain words, the day, and the engine. It shows, and changes nothing.
bot-console-elsewhere = 🖥 The console opens from your private chat with me.
bot-console-none = There is no console here: who runs CampusG starts it and sets CONSOLE_URL.
bot-console-line = See it in the console
bot-button-console = Open the console
bot-button-console-place = 🖥 Console
bot-command-console = See orders, money and engine on pages

## The board

bot-board = <b>Board</b> · { $at } · { $count ->
        [0] nothing is open
        [one] 1 order is open
       *[other] { $count } orders are open
    }
bot-board-page = page { $page } of { $pages }
bot-board-no-group = ⚠️ <b>No new order is taken:</b> the campus has no runner group. Write /bind in one.
bot-board-group-lost = ⚠️ <b>No new order is taken:</b> the bot may not write in the runner group. Telegram says: { $error }
bot-board-paused = ⏸ <b>New orders are paused.</b> /resume takes them again.
bot-board-paused-because = ⏸ <b>New orders are paused</b> ({ $reason }). /resume takes them again.
bot-board-count = { $count } { $status ->
        [PENDING] being placed
        [CREATED] looking for a runner
        [ACCEPTED] taken
        [PLACED] bought
        [ON_THE_WAY] on the way
        [ARRIVED] at the door
       *[other] delivered, money moving
    }
bot-board-state = <b>{ $status ->
        [PENDING] Being placed
        [CREATED] Looking for a runner
        [ACCEPTED] Taken
        [PLACED] Bought
        [ON_THE_WAY] On the way
        [ARRIVED] At the door
       *[other] Delivered, money moving
    }</b>
bot-board-line = #{ $order } { $store } · { $who } · { $minutes } min
bot-board-late = ⚠ { $why ->
        [unclaimed] unclaimed since { $minutes } min
        [silent] the runner was asked and does not answer
        [absent] the customer is not there
        [unpaid] the bank's yes is overdue
       *[unsettled] the money does not move: look at /stuck
    }
bot-button-board-order = #{ $order } { $store }
bot-button-refresh = 🔄 Refresh
bot-button-board = ◀ Board
bot-button-page-before = ◀
bot-button-page-after = ▶
bot-row-not-shown = #{ $number }: cannot be shown, see the log
bot-board-fresh = This is how it is now.
bot-pause-sure =
    <b>Pause new orders?</b> Open ones go on. Who wants to order is told that none are taken now.
    With a reason that they read: <code>/pause reason</code>
bot-button-pause = Yes, pause
bot-paused = <b>New orders are paused.</b> Open ones go on. Who wants to order is told so. /resume takes orders again.
bot-paused-because =
    <b>New orders are paused.</b> Open ones go on. /resume takes orders again.
    Who wants to order reads:
    { $reason }
bot-resumed = <b>New orders are taken again.</b>
bot-not-paused = New orders are taken: nothing to resume.

## Runners

bot-runners =
    <b>Runners</b> · { $approved } approved · { $asked } asking · { $suspended } suspended
    Jobs now, jobs done in the last 14 days, pay-out.
bot-runners-none = Nobody is a runner yet, and nobody asks to be one.
bot-runners-line = <b>{ $name }</b> ({ $number }) · { $status ->
        [asked] asks to join
        [suspended] suspended
       *[approved] approved
    } · { $holding } now · { $completed } done · { $ready ->
        [yes] pay-out ready
       *[no] no pay-out yet
    }{ $restricted ->
        [yes] {" "}· ⛔ takes no jobs, see /restrictions
       *[no] {""}
    }
bot-button-runners = ◀ Runners
bot-button-approve-runner = Approve { $name }
bot-button-suspend = Suspend { $name }…
bot-button-unsuspend = Let { $name } back
bot-usage-suspend = Write the runner's number from /runners, their @name, or an order (<code>#17</code> means its runner), and the reason, which that runner will read: <code>/suspend 2002 took food twice</code>. In reply to a message, the runner it is about is meant.
bot-usage-unsuspend = Write the runner's number from /runners, their @name, or an order (<code>#17</code> means its runner): <code>/unsuspend 2002</code>
bot-suspended =
    { $name } is suspended and has been told:
    { $reason }
bot-unsuspended = { $name } may take jobs again and has been told.
bot-unsuspended-toast = Let back and told.

## Told to others

notification-closed =
    😔 <b>Order #{ $order } will not arrive.</b> We are sorry. You pay nothing, and the held money is being released.
    Reason:
    { $reason }
notification-closed-paid =
    🤝 The campus team closed job #{ $order }. You did your part: <b>{ $share }</b> is yours, paid by us.
    Reason:
    { $reason }
notification-closed-unpaid =
    🛑 The campus team closed job #{ $order }: it is not paid for.
    Reason:
    { $reason }
    If you see it differently, please talk to them.
notification-released-by-admin =
    🛑 <b>Do not buy anything for #{ $order }.</b> The campus team gave the job back to the group.
    Reason:
    { $reason }
notification-suspended =
    ⏸ <b>You can't take new jobs for now.</b> A job you have, you finish as always; what you earned is paid.
    Reason:
    { $reason }
    If you see it differently, please talk to the campus team.
notification-unsuspended = ▶️ <b>Welcome back!</b> You can take jobs of { $campus } again.
notification-payout-late = 💰 Your { $amount } for job #{ $order } takes a little longer: our own account is short. The campus team was told, you need do nothing, and it stays yours.
notification-payout-not-possible = 💰 Your { $amount } for job #{ $order } takes a little longer: sending is not possible just now, and the campus team knows. You need do nothing, and it stays yours.
notification-payout-short = 💸 Our balance at Stripe is too short to send { $amount } for order #{ $order }. It stays owed. Add funds there, then send it again.
notification-payout-settings = ⚙️ Stripe did not let us send { $amount } for order #{ $order }: see the message about our settings. Nothing is wrong with the runner's account, and it stays owed. Mend the settings, then send it again.
button-send-again = Send it again
button-see-order = Look at the order

order-message-why-closed =
    The food was bought, but it will not arrive. We are sorry. You pay nothing.
    The campus team says:
    { $reason }
order-message-runner-closed-paid =
    The campus team closed it:
    { $reason }
    You did your part: receipt and pay are yours, { $share } together, paid by us.
order-message-runner-closed-unpaid =
    The campus team closed it:
    { $reason }
    It is not paid for. If you see it differently, please talk to them.

order-message-payout-late = Your { $amount } takes a little longer: our own account is short. You need do nothing, and it stays yours.
order-message-payout-not-possible = Your { $amount } takes a little longer: sending is not possible just now, and the campus team knows. You need do nothing, and it stays yours.

error-already-bought = It is bought already, so it cannot be cancelled. Finish it, or close it and say who bears it.
error-not-bought-yet = Nothing is bought for it yet. Cancel it, or give the job back to the group.
error-runner-suspended = You can't take new jobs for now. Please talk to the campus team.
error-orders-paused-because = No new orders right now ({ $reason }). Your basket is kept.

## Commands in Telegram's list, plain text

bot-command-board = All open orders
bot-command-runners = Who runs, who asks, who is suspended
bot-command-suspend = No new jobs for a runner: /suspend 2002 reason
bot-command-unsuspend = Let a runner back: /unsuspend 2002
bot-command-release = Give a job back to the group: /release 12 reason
bot-command-close = Bought, will not arrive: /close 12 platform reason
bot-command-pause = Take no new orders: /pause reason
bot-command-resume = Take orders again

## Words between the admin chat and one side of an order

notification-team-writes =
    💬 <b>The campus team writes</b> about order #{ $order }:
    { $words }
    <i>Reply to this message to write back.</i>
notification-team-reads =
    💬 <b>Order #{ $order }</b>: { $name } ({ $side ->
        [customer] customer
       *[runner] runner
    }) writes:
    { $words }
    <i>Reply to this message to write back.</i>
bot-told-side = { $name } reads it now (order #{ $order }). What is answered comes into the admin chat.
bot-side-unreachable = { $name } stopped the bot, so nothing about order #{ $order } gets there. Another way is needed.
bot-team-told = The campus team reads it (order #{ $order }).
bot-usage-tell = Write the order's number, whom it is for, and what you want to say: <code>/tell 12 runner buy the small one</code>, or <code>/tell 12 customer …</code>
bot-command-tell = Write to one side: /tell 12 runner words
bot-guide-admin-chat = <b>At this desk</b> these commands work:
bot-guide-line = /{ $command }: { $what }
notification-finished-runner = ✅ Job #{ $order } counts as delivered: the campus team says so. Your money follows by itself.
