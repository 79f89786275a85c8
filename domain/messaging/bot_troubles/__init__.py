"""What keeps the bot of a campus from hearing or speaking: a refused token, a webhook that fails."""
