"""Plays one order with scripted people through the real processes, and prints every message."""
