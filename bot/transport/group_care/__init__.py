"""What the bot does in groups by itself: it leaves unbound ones, and removes people from the runner group."""
