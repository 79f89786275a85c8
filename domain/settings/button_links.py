"""What Telegram takes as the link of a button: one check for every address that becomes one.

Telegram refuses the whole message otherwise, in the words "inline keyboard button URL '...' is invalid: Wrong HTTP
URL". A host needs a dot, so `localhost` is none (rubenlagus/TelegramBots #302), and other protocols than http, https
and tg are refused (BEDOLAGA-DEV/remnawave-bedolaga-telegram-bot #1564).
"""

import re
from urllib.parse import urlsplit

SCHEMES = frozenset({"http", "https", "tg"})
THIS_MACHINE = "127.0.0.1"


def find_link_fault(url: str) -> str | None:
    """Return what is wrong with the link of a button, as the end of a sentence; None when Telegram takes it."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        _ = parts.port  # it is checked only when it is read
    except ValueError:
        return "is no address."
    if parts.scheme not in SCHEMES or re.search(r"\s", url):
        return "must begin with https://: Telegram takes no button with another link."
    if parts.scheme == "tg":
        return None
    if all(host.split(".")) and "." in host:
        return None
    named = host or "nowhere"
    return f"needs a host with a dot: Telegram takes no button to {named}. For this machine write {THIS_MACHINE}."


def find_page_fault(url: str) -> str | None:
    """Return the same of a page that Telegram opens itself, a Web App: it is encrypted, or on this machine."""
    fault = find_link_fault(url)
    if fault is None and not url.startswith("https://") and urlsplit(url).hostname != THIS_MACHINE:
        return "must begin with https://: Telegram opens no other page."
    return fault
