"""A strict, stateful stand-in for Telegram's Bot API, with a control API for people and tests under /sim."""

from .server import make_app, running_telegram

__all__ = ["make_app", "running_telegram"]
