"""The bots: what Telegram knows of them, their groups and admins, and what it means."""
