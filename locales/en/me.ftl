### /me: one's own figures, place and card. HTML: <b>, <i>, <code>; bot-button-, error- and what answers a tap are plain.

bot-me = <b>{ $name }</b>, { $campus }
bot-me-spent =
    <b>You paid: { $paid }</b>
    On hold: { $held }, not charged yet
    Orders: { $placed } placed, { $delivered } delivered
bot-me-earned =
    <b>You earned: { $earned }</b>
    Food money back: { $food }
    Sent to you: { $sent }
    Waiting for you: { $waiting }
    Jobs done: { $jobs }
bot-me-place = 📍 Your food usually goes to { $place }.
bot-me-place-none = 📍 No usual place yet: you are asked with every order.
bot-me-card = 💳 Your card: { $brand } ending in { $last4 }, valid until { $until }.
bot-me-card-none = 💳 No card saved.
bot-me-places = <b>Where does your food usually go?</b> Choose a place, or type it. You can still choose another one with every order.
bot-me-place-kept = Your usual place: { $place }
bot-me-place-forgotten = You will be asked with every order.
bot-remove-card-sure =
    Remove { $brand } ending in { $last4 }? Stripe forgets it too.
    Your next order will ask for a card. Orders under way are not touched.
bot-card-being-removed = The card is removed here. Stripe lets it go in a moment.
bot-chart-paid = <b>You paid, week by week</b>
bot-chart-earned = <b>You earned, week by week</b>, without the money for the food
bot-chart-week = Week from { $monday } { $amount }
bot-chart-total = Together: { $amount }
bot-chart-empty = Nothing to draw yet: no money moved in these weeks.
bot-chart-coming = One moment, it is being drawn.

bot-button-my-place = Choose my place
bot-button-forget-place = Ask me each time
bot-button-me-add-card = Add a card
bot-button-me-change-card = Change card
bot-button-chart-paid = Chart what I paid
bot-button-chart-earned = Chart my earnings
bot-button-remove-card = Remove card
bot-button-remove-card-sure = Yes, remove it
bot-button-invite = Invite a friend
bot-button-to-me = ◀ About me

notification-card-removed = 💳 { $brand } ending in { $last4 } is removed, at Stripe too.

error-card-in-use = Your bank is just being asked about an order with this card. Try again in a minute.
