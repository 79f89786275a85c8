"""What each kind of Stripe object is and what can be done with it, one file a kind."""
