"""Parsing of a call's parameters (query, form, multipart or JSON), and their check against the table of methods."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from aiohttp import web

from sandbox.telegram.bot_api_refusals import bad_request, sandbox_refusal
from sandbox.telegram.parameter_types import MISSING, OBJECTS, PARAMETER_TYPES
from sandbox.telegram.records import Bot, JsonObject

TRUE_WORDS = frozenset({"true", "yes", "1"})
FALSE_WORDS = frozenset({"false", "no", "0", ""})


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A file sent with the request."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class BotApiCall:
    """One checked call of a bot; an accessor returns None for a parameter that was not sent."""

    bot: Bot
    values: Mapping[str, object]

    def text(self, name: str) -> str | None:
        """Return a text parameter."""
        value = self.values.get(name)
        return value if isinstance(value, str) else None

    def number(self, name: str) -> int | None:
        """Return an integer parameter."""
        value = self.values.get(name)
        return value if isinstance(value, int) else None

    def flag(self, name: str) -> bool:
        """Return a boolean parameter, False when it was not sent."""
        return self.values.get(name) is True

    def table(self, name: str) -> JsonObject | None:
        """Return a JSON object parameter."""
        value = self.values.get(name)
        return value if isinstance(value, dict) else None

    def rows(self, name: str) -> list[object] | None:
        """Return a JSON array parameter."""
        value = self.values.get(name)
        return value if isinstance(value, list) else None

    def upload(self, name: str) -> Upload | str | None:
        """Return an uploaded file, or a text that names one."""
        value = self.values.get(name)
        return value if isinstance(value, Upload | str) else None

    def need_number(self, name: str) -> int:
        """Return a required integer parameter; raise BotApiRefusal when it is missing."""
        value = self.number(name)
        if value is None:
            raise bad_request(MISSING[name])
        return value

    def need_chat(self) -> int | str:
        """Return the chat_id; raise BotApiRefusal when it is missing."""
        value = self.values.get("chat_id")
        if isinstance(value, int | str) and value != "":
            return value
        raise bad_request(MISSING["chat_id"])


async def read_parameters(request: web.Request) -> dict[str, object]:
    """Return all parameters of a request by name: texts, JSON values or uploads. The body overrides the query."""
    sent: dict[str, object] = dict(request.query)
    if not request.can_read_body:
        return sent
    if request.content_type == "application/json":
        sent.update(_json_body(await request.text()))
        return sent
    for name, value in (await request.post()).items():
        if isinstance(value, web.FileField):
            sent[name] = Upload(name=value.filename, content=value.file.read())
        else:
            sent[name] = value if isinstance(value, str) else bytes(value).decode()
    return sent


def _json_body(body: str) -> JsonObject:
    try:
        found = json.loads(body) if body else {}
    except ValueError as error:
        raise sandbox_refusal("the body is not JSON") from error
    if not isinstance(found, dict):
        raise sandbox_refusal("the body must be a JSON object")
    return found


def check_call(bot: Bot, parameters: str, sent: Mapping[str, object]) -> BotApiCall:
    """Return the checked call of a method with these parameters, with files named by attach:// resolved.

    Raises BotApiRefusal for an unknown parameter or a wrong type.
    """
    names = parameters.split()
    attached = {name for name, value in sent.items() if isinstance(value, Upload) and name not in names}
    values: dict[str, object] = {}
    for name, value in sent.items():
        if name in attached or value is None:
            continue
        if name not in names:
            raise sandbox_refusal(f'unknown parameter "{name}"')
        values[name] = _read(name, PARAMETER_TYPES[name], _resolve(value, sent))
    return BotApiCall(bot=bot, values=values)


def _resolve(value: object, sent: Mapping[str, object]) -> object:
    if isinstance(value, str) and value.startswith("attach://"):
        return sent.get(value.removeprefix("attach://"), value)
    return value


def _read(name: str, kind: str, value: object) -> object:
    if kind == "upload" and isinstance(value, Upload | str):
        return value
    if kind == "text" and isinstance(value, str):
        return value
    if kind == "number":
        return _number(name, value)
    if kind == "flag":
        return _flag(name, value)
    if kind == "chat":
        return _chat(value)
    if kind in {"table", "rows"}:
        return _nested(name, kind, value)
    raise sandbox_refusal(f'parameter "{name}" must be {kind}')


def _number(name: str, value: object) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and re.fullmatch(r"-?\d{1,18}", value):
        return int(value)
    raise sandbox_refusal(f'parameter "{name}" must be an integer')


def _flag(name: str, value: object) -> bool:
    word = str(value).lower() if isinstance(value, bool | str | int) else "?"
    if word in TRUE_WORDS:
        return True
    if word in FALSE_WORDS:
        return False
    raise sandbox_refusal(f'parameter "{name}" must be true or false')


def _chat(value: object) -> int | str:
    if isinstance(value, str) and not re.fullmatch(r"-?\d{1,18}", value):
        return value
    return _number("chat_id", value)


def _nested(name: str, kind: str, value: object) -> object:
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError as error:
            raise bad_request(f"can't parse {name.replace('_', ' ')} JSON object") from error
    if kind == "table" and isinstance(value, dict):
        _require_supported_fields(name, [value])
    elif kind == "rows" and isinstance(value, list):
        _require_supported_fields(name, value)
    else:
        raise bad_request(f"can't parse {name.replace('_', ' ')} JSON object")
    return value


def _require_supported_fields(name: str, rows: list[object]) -> None:
    known = OBJECTS.get(name)
    if known is None:
        return
    for row in rows:
        if not isinstance(row, dict):
            raise bad_request(f"can't parse {name.replace('_', ' ')} JSON object")
        for unknown in row.keys() - known:
            raise sandbox_refusal(f'unknown field "{unknown}" in {name}')
