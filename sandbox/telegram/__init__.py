"""A strict, stateful stand-in for Telegram's Bot API, with a control API under /sim for people and tests."""
