"""Tests of the outbox: what is sent to Telegram, and how."""
