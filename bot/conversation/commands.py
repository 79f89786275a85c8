"""The commands that Telegram offers beside the text field: one table for all chats, role -> commands.

To offer a command, add a line to COMMANDS under its role: its name, and the key of the sentence that describes it. In a
private chat a person is offered the commands of all roles that person has. In the admin chat everybody is offered the
commands of an admin. A person who only orders has the list of all private chats, which needs no call.
"""

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from aiogram import Bot
from aiogram.exceptions import TelegramAPIError
from aiogram.types import BotCommand, BotCommandScopeAllPrivateChats, BotCommandScopeChat

from bot.conversation.replies import CommandMenu
from domain.campuses.campus import Campus
from domain.database.actors import Role
from domain.settings.logs import get_logger
from domain.words import FALLBACK_LANGUAGE, available_languages, say_plain

COMMANDS: Mapping[Role, Mapping[str, str]] = MappingProxyType(
    {
        Role.CUSTOMER: {
            "start": "bot-command-start",
            "orders": "bot-command-orders",
            "why": "bot-command-why",
            "me": "bot-command-me",
            "help": "bot-command-help",
        },
        Role.RUNNER: {
            "jobs": "bot-command-jobs",
        },
        Role.ADMIN: {
            "board": "bot-command-board",
            "order": "bot-command-order",
            "console": "bot-command-console",
            "cancel": "bot-command-cancel",
            "release": "bot-command-release",
            "finish": "bot-command-finish",
            "receipt": "bot-command-receipt",
            "close": "bot-command-close",
            "refund": "bot-command-refund",
            "forgive": "bot-command-forgive",
            "tell": "bot-command-tell",
            "pause": "bot-command-pause",
            "resume": "bot-command-resume",
            "runners": "bot-command-runners",
            "approve": "bot-command-approve",
            "suspend": "bot-command-suspend",
            "unsuspend": "bot-command-unsuspend",
            "bar": "bot-command-bar",
            "limit": "bot-command-limit",
            "unbar": "bot-command-unbar",
            "restrictions": "bot-command-restrictions",
            "stuck": "bot-command-stuck",
            "resolve": "bot-command-resolve",
            "held": "bot-command-held",
            "parked": "bot-command-parked",
            "drop": "bot-command-drop",
            "differences": "bot-command-differences",
            "settle": "bot-command-settle",
            "transfer_pay": "bot-command-transfer-pay",
            "transfer_other": "bot-command-transfer-other",
            "cases": "bot-command-cases",
            "case": "bot-command-case",
            "close_case": "bot-command-close-case",
            "poster": "bot-command-poster",
            "check": "bot-command-check",
        },
    }
)
EXTRA_ROLES = frozenset({Role.RUNNER, Role.ADMIN})  # roles with more commands than the list of all private chats
MAX_REMEMBERED_CHATS = 10_000

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class OfferedCommands:
    """The lists that this process has sent, by chat: a list is sent when it changes, not with every message."""

    offered: OrderedDict[tuple[int, int], frozenset[Role]] = field(default_factory=OrderedDict)

    def is_changed(self, bot_id: int, menu: CommandMenu) -> bool:
        """Return whether this list differs from the one sent before; a person without extra roles has none."""
        return self.offered.get((bot_id, menu.chat_id), frozenset()) != menu.roles & EXTRA_ROLES

    def remember(self, bot_id: int, menu: CommandMenu) -> None:
        """Remember that this list was sent."""
        self.offered.pop((bot_id, menu.chat_id), None)
        self.offered[bot_id, menu.chat_id] = menu.roles & EXTRA_ROLES
        if len(self.offered) > MAX_REMEMBERED_CHATS:
            self.offered.popitem(last=False)


async def offer_commands(bot: Bot, offered_commands: OfferedCommands, menu: CommandMenu) -> None:
    """Offer the commands of these roles in a chat; a person without an extra role has the list of all private chats."""
    if not offered_commands.is_changed(bot.id, menu):
        return
    scope = BotCommandScopeChat(chat_id=menu.chat_id)
    if menu.roles & EXTRA_ROLES:
        await bot.set_my_commands(_bot_commands(menu.roles, menu.language), scope=scope)
    else:
        await bot.delete_my_commands(scope=scope)
    offered_commands.remember(bot.id, menu)


async def offer_default_commands(bot: Bot, campus: Campus) -> None:
    """Set the lists of all private chats and of the admin chat; an admin chat that Telegram refuses is logged only."""
    for language in available_languages():
        shown = None if language == FALLBACK_LANGUAGE else language
        scope = BotCommandScopeAllPrivateChats()
        await bot.set_my_commands(_bot_commands({Role.CUSTOMER}, language), scope=scope, language_code=shown)
    if campus.admin_chat is None:
        return
    admin_chat_scope = BotCommandScopeChat(chat_id=campus.admin_chat)
    try:
        await bot.set_my_commands(_bot_commands({Role.ADMIN}, FALLBACK_LANGUAGE), scope=admin_chat_scope)
    except TelegramAPIError as error:
        log.warning("admin_commands_not_set", campus=campus.id, name=campus.name, error=error.message)


def _bot_commands(roles: Iterable[Role], language: str) -> list[BotCommand]:
    held = frozenset(roles)
    return [
        BotCommand(command=name, description=say_plain(language, key))
        for role, commands in COMMANDS.items()
        if role in held
        for name, key in commands.items()
    ]
