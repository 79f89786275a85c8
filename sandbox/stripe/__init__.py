"""A strict, stateful stand-in for the Stripe API, used through Stripe's own unchanged client library."""
