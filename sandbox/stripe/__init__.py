"""A strict, stateful stand-in for the Stripe API that Stripe's own client library talks to unchanged."""
