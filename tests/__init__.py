"""Tests that run against real parts: Postgres, Redis and stand-ins for Telegram and Stripe."""
