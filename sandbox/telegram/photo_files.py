"""Storage of pictures: upload, file ids and bytes."""

import base64
import hashlib
import re
import secrets
from typing import Final

from sandbox.telegram.bot_api_refusals import bad_request
from sandbox.telegram.parameters import Upload
from sandbox.telegram.records import JsonObject, StoredFile
from sandbox.telegram.telegram_world import TelegramWorld

MAX_PHOTO_BYTES: Final = 10 * 1024 * 1024  # Bot API, sendPhoto
_BEGINNINGS = {b"\xff\xd8\xff": "jpg", b"\x89PNG": "png", b"GIF8": "gif", b"RIFF": "webp"}
# A grey pixel, used where the content of a photo does not matter.
PLACEHOLDER_PHOTO: Final = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR42mNoAAAAggCB2kUIOwAAAABJRU5ErkJggg=="
)


def read_picture(world: TelegramWorld, sent: Upload | str | None) -> list[JsonObject]:
    """Return the PhotoSize list of a picture given as upload, file_id or URL; raise BotApiRefusal otherwise."""
    match sent:
        case Upload(content=content):
            return picture_sizes(store_picture(world, content))
        case str() if re.match(r"https?://", sent):
            return picture_sizes(store_picture(world, PLACEHOLDER_PHOTO, name=sent))
        case str() if (existing := world.files.get(sent)) is not None:
            return picture_sizes(existing)
        case str() if sent:
            raise bad_request("wrong file identifier/HTTP URL specified")
        case _:
            raise bad_request("there is no photo in the request")


def store_picture(world: TelegramWorld, content: bytes, *, name: str = "") -> StoredFile:
    """Store a picture and return its file; equal pictures get the same file_id.

    Raises BotApiRefusal for an unknown format or more than MAX_PHOTO_BYTES.
    """
    kind = next((kind for beginning, kind in _BEGINNINGS.items() if content.startswith(beginning)), None)
    if kind is None:
        raise bad_request("IMAGE_PROCESS_FAILED")
    if len(content) > MAX_PHOTO_BYTES:
        raise bad_request("file is too big")
    digest = hashlib.sha256(name.encode() + content).hexdigest()[:24]
    file_id = f"AgACAgQAAxkB{digest}"
    path = f"photos/file_{digest[:8]}.{kind}"
    encoded = base64.b64encode(content).decode()
    return world.files.put(StoredFile(file_id=file_id, file_path=path, content=encoded, size=len(content)))


def upload_picture(world: TelegramWorld, content: bytes) -> StoredFile:
    """Store a picture that a person uploads: each upload is a file of its own, whatever it shows."""
    return store_picture(world, content, name=secrets.token_hex(8))


def picture_sizes(file: StoredFile) -> list[JsonObject]:
    """Return a list of one PhotoSize; width and height are invented, because the sandbox decodes no pictures."""
    unique = file.file_id[-16:]
    return [{"file_id": file.file_id, "file_unique_id": unique, "width": 640, "height": 480, "file_size": file.size}]


def picture_bytes(world: TelegramWorld, path: str) -> bytes | None:
    """Return the bytes of a file_path, or None."""
    found = next((file for file in world.files if file.file_path == path), None)
    return base64.b64decode(found.content) if found else None
