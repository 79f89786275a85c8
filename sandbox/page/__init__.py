"""The chat page: everybody's chats side by side in one browser window, over the Telegram stand-in's control API."""

from .server import make_app, running_page

__all__ = ["make_app", "running_page"]
