"""Tests of the Stripe sandbox, called by Stripe's own client library over HTTP."""
