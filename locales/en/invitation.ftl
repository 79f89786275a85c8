### Who may order: the campus' invitation, how to get in, how to hand it on. HTML: <b>, <i>, <code>; error- and button- are plain.

bot-not-admitted =
    <b>Hi { $name }!</b> Food from the shops of { $campus }, brought by students.
    It is for people of this campus. To get in, scan the CampusG poster at your hall, or ask a friend who is in for the link.
bot-invited = <b>You are in.</b> Welcome to { $campus }!
bot-invited-place = Your food comes to <b>{ $place }</b>, unless you choose another place.
bot-place-offer =
    Your food comes to { $place }, as you chose. The link you followed is for { $other }.
    Shall your food come there from now on? For one order only, choose the place in the order.
bot-button-place-keep = Keep my place
bot-button-place-instead = Change my place
bot-invitation-wrong = <b>That link does not work any more.</b> Nothing is wrong with you: links are changed now and then.
bot-back-with-card = Welcome back. You read here in a moment whether your card is saved.
bot-back-without-card = Welcome back. No card was saved, and your basket is kept: the link above still works.
bot-back-from-payout = Welcome back. As soon as Stripe has checked everything, you read it here.
bot-back-payout-link-old = <b>That link is used up or too old.</b> Get a new one here:
bot-invite =
    <b>Invite a friend</b>
    Whoever follows this link may order here: { $link }
bot-invite-words = Food from the shops of { $campus }, brought by students:
bot-invite-later = The link is not ready yet. Try again in a minute.
bot-button-try-again = Try again
bot-button-share = Send to a friend

error-not-admitted = Ordering needs an invitation: scan the poster at your hall, or ask a friend who is in for the link.
