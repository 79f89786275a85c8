"""The conversation, through the real dispatcher, Postgres and the Telegram sandbox."""
