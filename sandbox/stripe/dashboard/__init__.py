"""A person at Stripe's dashboard: what they may do to each object, by the rules of the API that it uses too."""
