"""Telegram and Stripe at the wire: polling, webhooks, the update inbox, replies, limits."""
