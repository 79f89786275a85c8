"""The platform at Stripe: whether it is the one of our rows, and how it is named on statements."""
