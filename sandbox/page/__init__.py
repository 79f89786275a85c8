"""The chat page: the chats of several people in one browser window, over the Telegram stand-in's control API."""
