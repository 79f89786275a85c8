### Who may order: the campus' invitation, how to get in, how to hand it on. HTML: <b>, <i>, <code>; error- and button- are plain.

bot-doorstep =
    <b>Hi { $name }!</b> Food from the shops of { $campus }, brought by students.
    It is for people of this campus. To get in, scan the CampusG poster at your hall, or ask a friend who is in for the link.
bot-invited = <b>You are in.</b> Welcome to { $campus }!
bot-invited-place = Your food comes to <b>{ $place }</b>, unless you choose another place.
bot-invitation-wrong = <b>That link does not work any more.</b> Nothing is wrong with you: links are changed now and then.
bot-invite =
    <b>Invite a friend</b>
    Whoever follows this link may order here: { $link }
bot-invite-words = Food from the shops of { $campus }, brought by students:
bot-invite-later = The link is not ready yet. Try again in a minute.
bot-button-share = Send to a friend

error-not-admitted = Ordering needs an invitation: scan the poster at your hall, or ask a friend who is in for the link.
