"""Notifications: what they are, when they make a sound, and their rows in the outbox."""
