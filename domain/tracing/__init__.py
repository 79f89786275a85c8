"""Traces: what one tap leaves in the bot and in the workers, for a collector; off unless somebody asks for them."""
