"""The chat page: the chats of several people in one browser window, over the Telegram stand-in's control API."""

from sandbox.page.page_server import make_page_app, running_page

__all__ = ["make_page_app", "running_page"]
