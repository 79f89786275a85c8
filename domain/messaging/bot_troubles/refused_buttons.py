"""Messages that Telegram refused because of their buttons: what it says then, and what the admins are told, once."""

import re
from dataclasses import replace

from domain.campuses.people_repository import list_admin_ids
from domain.campuses.repository import find_campus
from domain.database.unit_of_work import UnitOfWork
from domain.messaging.bot_troubles.notifications import buttons_refused
from domain.messaging.outbox_repository import notify
from domain.settings.redaction import redact_text

_BUTTON_TEXTS = (
    "button_",  # BUTTON_DATA_INVALID, BUTTON_TYPE_INVALID, BUTTON_URL_INVALID and their like
    "bot_domain_invalid",
    "inline keyboard button",
    "reply markup is too long",
)
_LINK = re.compile(r"'(\w+://[^/'\s]*)[^'\s]*'")


def is_button_refused(description: str) -> bool:
    """Return whether the buttons of a message are at fault: without them Telegram may take it."""
    said = description.lower()
    return any(text in said for text in _BUTTON_TEXTS)


def describe_button_refusal(description: str) -> str:
    """Return Telegram's words without what stands behind the host of a link, which may let whoever opens it act."""
    return redact_text(_LINK.sub(r"'\1'", description))


async def tell_buttons_refused(work: UnitOfWork, campus_id: int, description: str) -> None:
    """Tell the admins that Telegram refused buttons, in its words: once a day for the same ones.

    Without an admin chat each admin reads it in private.
    """
    told = buttons_refused(campus_id, describe_button_refusal(description), work.now)
    if (await find_campus(work, campus_id)).admin_chat is not None:
        await notify(work, told)
        return
    for reader in await list_admin_ids(work, campus_id):
        await notify(work, replace(told, chat_id=reader, name=f"{told.name}:{reader}"))
