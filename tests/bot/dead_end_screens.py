"""Screens without a way back: whatever the bot wrote to a person, there must be a button that leads on or home."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

SENDING_METHODS = frozenset({"sendMessage", "editMessageText", "sendPhoto"})


def find_dead_ends(calls: Iterable[Mapping[str, Any]]) -> list[str]:
    """The words of every screen in a private chat that offers nothing to tap."""
    found: dict[str, None] = {}
    for call in calls:
        sent = call["params"]
        if call["method"] not in SENDING_METHODS or call["status"] != 200 or int(sent["chat_id"]) < 0:
            continue
        markup = sent.get("reply_markup") or {}
        if isinstance(markup, str):  # beside an uploaded picture everything is text
            markup = json.loads(markup)
        if not any(markup.get("inline_keyboard", [])):
            found[str(sent.get("text") or sent.get("caption"))] = None
    return list(found)
