"""A strict, stateful stand-in for Telegram's Bot API, with a control API under /sim for people and tests."""

from sandbox.telegram.telegram_server import make_telegram_app, running_telegram

__all__ = ["make_telegram_app", "running_telegram"]
