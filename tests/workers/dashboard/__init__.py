"""A person at Stripe's dashboard acts on each object of ours, in each state of an order."""
