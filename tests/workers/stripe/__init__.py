"""Tests of calls to Stripe."""
