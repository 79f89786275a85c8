"""Replies on their way to Telegram: queues with bounds and deadlines, and the calls."""
