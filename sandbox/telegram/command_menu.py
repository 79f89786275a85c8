"""The commands of a bot that a person is offered in a chat: those of the narrowest scope that was set."""

import json
from collections.abc import Iterator

from sandbox.telegram.access import ADMIN_STATUSES, require_group
from sandbox.telegram.bot_api_refusals import bad_request, sandbox_refusal
from sandbox.telegram.records import Bot, Group, JsonObject, Person
from sandbox.telegram.telegram_sandbox import TelegramSandbox
from sandbox.telegram.telegram_world import private_place

_PLAIN_SCOPES = frozenset({"default", "all_private_chats", "all_group_chats", "all_chat_administrators"})
_CHAT_SCOPES = frozenset({"chat", "chat_administrators"})


def scope_key(telegram: TelegramSandbox, bot: Bot, scope: JsonObject | None, language: str) -> str:
    """Return the key of a list of commands; raise BotApiRefusal for an unknown scope or chat."""
    return _key(_checked(telegram, bot, scope or {"type": "default"}), language)


def _checked(telegram: TelegramSandbox, bot: Bot, scope: JsonObject) -> JsonObject:
    match scope:
        case {"type": str() as kind, **others} if kind in _PLAIN_SCOPES and not others:
            return scope
        case {"type": str() as kind, "chat_id": chat, **others} if kind in _CHAT_SCOPES and not others:
            return {"type": kind, "chat_id": _require_chat(telegram, bot, chat)}
        case {"type": "chat_member", "chat_id": chat, "user_id": int() as user, **others} if not others:
            return {"type": "chat_member", "chat_id": _require_chat(telegram, bot, chat), "user_id": user}
        case _:
            raise sandbox_refusal(f"there is no scope of commands like {json.dumps(scope)}")


def _require_chat(telegram: TelegramSandbox, bot: Bot, chat: object) -> int:
    words = str(chat)
    if not words.removeprefix("-").isdigit():
        raise bad_request("chat not found")
    chat_id = int(words)
    if chat_id < 0:
        return require_group(telegram, bot, chat_id).id
    if telegram.world.private_chats.get(private_place(bot.id, chat_id)) is None:
        raise bad_request("chat not found")
    return chat_id


def _key(scope: JsonObject, language: str) -> str:
    return json.dumps([scope, language], sort_keys=True)


def offered_commands(bot: Bot, person: Person, group: Group | None) -> list[JsonObject]:
    """Return the commands a client shows this person in a group, or in the private chat (None)."""
    for scope in _private_scopes(person) if group is None else _group_scopes(person, group):
        for language in dict.fromkeys((person.language_code or "", "")):
            found = bot.commands.get(_key(scope, language))
            if found:
                return found
    return []


def _private_scopes(person: Person) -> Iterator[JsonObject]:
    """Yield the scopes, narrowest first (Bot API, "Determining list of commands")."""
    yield {"type": "chat", "chat_id": person.id}
    yield {"type": "all_private_chats"}
    yield {"type": "default"}


def _group_scopes(person: Person, group: Group) -> Iterator[JsonObject]:
    governs = group.members.get(str(person.id)) in ADMIN_STATUSES
    yield {"type": "chat_member", "chat_id": group.id, "user_id": person.id}
    if governs:
        yield {"type": "chat_administrators", "chat_id": group.id}
    yield {"type": "chat", "chat_id": group.id}
    if governs:
        yield {"type": "all_chat_administrators"}
    yield {"type": "all_group_chats"}
    yield {"type": "default"}
