"""What the Telegram stand-in promises, asked over HTTP."""
