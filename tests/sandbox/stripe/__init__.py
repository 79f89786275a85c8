"""The Stripe sandbox, asked by Stripe's own client library over HTTP."""
