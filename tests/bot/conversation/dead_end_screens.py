"""The check that every screen the bot wrote to a person has a button that leads on or home."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

SENDING_METHODS = frozenset({"sendMessage", "editMessageText", "sendPhoto"})


def find_dead_ends(calls: Iterable[Mapping[str, Any]]) -> list[str]:
    """The texts of all screens in a private chat that have no button."""
    found: dict[str, None] = {}
    for call in calls:
        sent = call["params"]
        if call["method"] not in SENDING_METHODS or call["status"] != 200 or int(sent["chat_id"]) < 0:
            continue
        markup = sent.get("reply_markup") or {}
        if isinstance(markup, str):  # in a multipart request, as with an uploaded picture, every field is text
            markup = json.loads(markup)
        if not any(markup.get("inline_keyboard", [])):
            found[str(sent.get("text") or sent.get("caption"))] = None
    return list(found)
