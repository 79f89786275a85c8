"""Everything that sends to Telegram: order messages, notifications, their limits and outcomes."""
