"""The platform at Stripe: what it is, what its key may do, what can be made, and what it means."""
