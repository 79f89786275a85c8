"""Tests of the comparison with Stripe."""
