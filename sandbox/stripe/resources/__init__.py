"""The kinds of Stripe objects and their endpoints, one module for each kind."""
