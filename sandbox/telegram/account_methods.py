"""Bot API methods about the bot itself: account, commands, descriptions and files."""

import re
from dataclasses import replace

from sandbox.telegram.api_objects import user_object
from sandbox.telegram.bot_api_refusals import bad_request
from sandbox.telegram.command_menu import scope_key
from sandbox.telegram.parameters import BotApiCall
from sandbox.telegram.records import JsonObject
from sandbox.telegram.telegram_sandbox import TelegramSandbox

MAX_COMMANDS, MAX_COMMAND_DESCRIPTION = 100, 256  # Bot API, setMyCommands and BotCommand


def get_me(_telegram: TelegramSandbox, call: BotApiCall) -> object:
    """Handle getMe."""
    return {
        **user_object(call.bot),
        "can_join_groups": call.bot.can_join_groups,
        "can_read_all_group_messages": call.bot.hears_everything,
        "supports_inline_queries": False,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }


def _commands_key(telegram: TelegramSandbox, call: BotApiCall) -> str:
    return scope_key(telegram, call.bot, call.table("scope"), call.text("language_code") or "")


def set_my_commands(telegram: TelegramSandbox, call: BotApiCall) -> object:
    """Handle setMyCommands for one scope and language."""
    rows = call.rows("commands")
    if rows is None:
        raise bad_request("can't parse BotCommand: parameter commands is needed")
    if len(rows) > MAX_COMMANDS:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    commands = [_command(row) for row in rows]
    kept = {**call.bot.commands, _commands_key(telegram, call): commands}
    telegram.world.bots.put(replace(call.bot, commands=kept))
    return True


def _command(row: object) -> JsonObject:
    match row:
        case {"command": str() as command, "description": str() as description}:
            if not re.fullmatch(r"/?[a-z0-9_]{1,32}", command):
                raise bad_request("BOT_COMMAND_INVALID")
            if not 1 <= len(description) <= MAX_COMMAND_DESCRIPTION:
                raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
            return {"command": command.removeprefix("/"), "description": description}
        case _:
            raise bad_request("can't parse BotCommand: command and description are needed")


def get_my_commands(telegram: TelegramSandbox, call: BotApiCall) -> object:
    """Handle getMyCommands for exactly that scope and language."""
    return call.bot.commands.get(_commands_key(telegram, call), [])


def delete_my_commands(telegram: TelegramSandbox, call: BotApiCall) -> object:
    """Handle deleteMyCommands for exactly that scope and language."""
    dropped = _commands_key(telegram, call)
    kept = {key: rows for key, rows in call.bot.commands.items() if key != dropped}
    telegram.world.bots.put(replace(call.bot, commands=kept))
    return True


def get_file(telegram: TelegramSandbox, call: BotApiCall) -> object:
    """Handle getFile; the file is served at /file/bot<token>/<file_path>."""
    wanted = call.text("file_id")
    if not wanted:
        raise bad_request("file_id not specified")
    file = telegram.world.files.get(wanted)
    if file is None:
        raise bad_request("wrong file_id or the file is temporarily unavailable")
    unique = file.file_id[-16:]
    return {"file_id": file.file_id, "file_unique_id": unique, "file_size": file.size, "file_path": file.file_path}
