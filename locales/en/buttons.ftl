### Labels of buttons on order messages and notifications: begin with a verb, 20 characters where possible, no HTML.

button-approve-with-bank = Approve at my bank
button-cancel-order = Cancel order
button-order-again = Order again
button-use-other-card = Use another card

button-claim = Claim · { $amount }
button-bought = I bought it
button-release = Can't do it
button-picked-up = Picked up
button-here = I'm here
button-set-up-payout = Set up pay-out

button-approve = Approve
button-continue = Continue my order
button-join-group = Join the group
button-open-checkout = Add my card
button-open-onboarding = Set up with Stripe
button-retry = Try again
