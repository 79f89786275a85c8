"""Postgres, Redis, and the address of the webhooks."""
