### Why something is not possible: shown as the answer to a tap (plain text, at most 200 characters) or as a message.

error-unknown = That did not work. Nothing was changed. Please try again.
error-not-allowed = That is not yours to do.
error-delivery-not-yours = This job is not yours any more. Please do not buy anything for it.
error-stale = This button is out of date. Look at the newest message and use its buttons.
error-stale-words = There is nothing to do for that: it is done already, or the number is another one. Nothing was changed.

error-order-not-found = There is no such order here.
error-order-taken = Too late: another runner was faster.
error-order-yours = This job is already yours. Its card is in your chat with me.
error-order-unnamed = Nothing says which order this is about. Name it in the reason, as #17, or begin with nobody: /settle { $number } nobody, a fee of Stripe
error-transfer-unexplained = Say what transfer { $number } was, as it keeps a runner's pay back: open /differences and tap [It paid the runner] or [It was for something else].
error-transfer-unread = How much money transfer { $number } moved was not read at Stripe yet. Tap [Look again], wait a minute, and say it once more.
error-transfer-taken-back = Transfer { $number } was taken back at Stripe in full, so it paid nobody. Tap [Look again]: then it keeps the runner's pay back no longer.
error-transfer-of-another = This transfer went to { $account }, the account of somebody else than the runner of #{ $order }.
error-transfer-unlike-pay = The transfer is { $sent }, and the runner of #{ $order } is owed { $left }. Take back at Stripe what is too much and tap [Look again]; or it was for something else.
error-no-pay-owed = The runner of order { $order } is owed nothing: not yet, or not any more. Say it once the order is complete; or it was for something else.
error-order-unfinished = A process of order #{ $order } may still book this money itself. If /stuck lists it, end it there; if not, wait until it is over. Then tap [Look again], or settle it.
error-order-closed = This order is not open for that any more.
error-own-order = This is your own order. Somebody else has to bring it.
error-barred = You gave this job back before. It is for other runners now.
error-too-many-deliveries =
    { $most ->
        [one] Finish the job you have first. You can carry one at a time.
       *[other] You have { $most } jobs already. Finish one of them first.
    }
error-receipt-above-limit = Too much: the customer agreed to at most { $limit } at the shop. Do not buy it for more. Give the job back, or buy less.
error-receipt-too-small = That is too little. Type what the receipt says, at least { $least }.
error-hold-ending = Do not buy: the customer's bank no longer holds the money, or soon will not. Please give the job back; you lose nothing by it.
error-photo-used = This photo was sent before. Please take a new one; of the same receipt is fine.
error-photo-second-hand = A forwarded photo proves nothing. Please take one now and send it to me here.
error-purchase-due = You have had this job for long. Buy now and type what the receipt says, or it goes to another runner in a few minutes.
error-hold-not-checked = Wait a moment before you buy: we are still making sure that the money is held.

error-draft-empty = Something is still missing in your order.
error-draft-changed = The price has changed. Look at the new price, then place the order.
error-price-out-of-range = An amount does not fit: it must be between { $least } and { $most }.
error-no-runner-group = No orders right now: this campus cannot reach its runners. Its team has been told. Your basket is kept.
error-orders-paused = No orders right now: the campus or the shop is closed. Your basket is kept.

error-runner-not-approved = You are not a runner yet. Ask to become one, and the campus team will answer.
error-wrote-too-much = Not sent: you wrote a lot in a short time. Wait { $minutes } minutes, then send what is left in one message.
error-unreadable = I did not understand that. Write it like this: { $example }
error-chat-not-open = I can't write to you yet. Open the chat with me, press Start, then claim again.
error-group-taken = This group is already the campus' other one. Runners and admins each need a group of their own.
error-order-out-of-range = Food with room for a dearer shop, and the fees: that could come to { $total }. An order here may cost at most { $most }. Take something out first.
