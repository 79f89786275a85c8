"""Questions that the bot asked in a notification, and how each one was settled."""
