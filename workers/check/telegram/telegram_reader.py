"""Asking Telegram about a bot: nothing is written, sent or confirmed."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import aiohttp

from domain.campuses.campus import Campus
from domain.campuses.people import Member
from domain.settings.timeouts import Timeout
from workers.check.telegram.telegram_facts import AdminFacts, BotFacts, GroupFacts, WebhookFacts, WrittenBy

UNKNOWN_TOKEN = frozenset({401, 404})  # revoked; never given
PRESENT = frozenset({"creator", "administrator", "member", "restricted"})
ALL_RIGHTS = frozenset({"creator"})


@dataclass(frozen=True, slots=True, kw_only=True)
class BotApi:
    """The Bot API for one token, which stands in no message of an error."""

    session: aiohttp.ClientSession
    address: str
    token: str


class TelegramRefusal(Exception):
    """Telegram's own words, or why it cannot be reached; `code` is the status of its answer, or 0."""

    def __init__(self, description: str, code: int = 0) -> None:
        super().__init__(description)
        self.code = code


def open_telegram_session() -> aiohttp.ClientSession:
    """Return the connections of a check."""
    return aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=Timeout.CHECK_CALL.seconds))


async def read_bot(api: BotApi, campus: Campus, admins: tuple[Member, ...]) -> BotFacts:
    """Return what Telegram says about the bot of a campus, its groups and its admins."""
    try:
        me = await _ask(api, "getMe")
        return BotFacts(
            username=me["username"],
            can_join_groups=bool(me.get("can_join_groups", True)),
            reads_everything=bool(me.get("can_read_all_group_messages", False)),
            webhook=await _read_webhook(api),
            runner_group=await _read_group(api, me["id"], campus.runner_group, campus.runner_topic),
            admin_chat=await _read_group(api, me["id"], campus.admin_chat, campus.admin_topic),
            admins=tuple([await _read_admin(api, admin) for admin in admins]),
        )
    except TelegramRefusal as refusal:
        return BotFacts(refusal=str(refusal), is_token_refused=refusal.code in UNKNOWN_TOKEN)


async def read_idle_bot(api: BotApi) -> BotFacts:
    """Return what Telegram says about a bot that serves no campus, and who wrote to it lately."""
    try:
        me, webhook = await _ask(api, "getMe"), _parse_webhook(await _ask(api, "getWebhookInfo"))
        # Without an offset nothing is confirmed: the bot gets these updates all the same, once it serves a campus.
        updates = [] if webhook.url else await _ask(api, "getUpdates")
    except TelegramRefusal as refusal:
        return BotFacts(refusal=str(refusal), is_token_refused=refusal.code in UNKNOWN_TOKEN)
    senders = [update["message"]["from"] for update in updates if "from" in update.get("message", {})]
    people = {sender["id"]: WrittenBy(number=sender["id"], name=sender["first_name"]) for sender in senders}
    return BotFacts(username=me["username"], webhook=webhook, written_by=tuple(people.values()))


async def _read_webhook(api: BotApi) -> WebhookFacts:
    """Return the state of the webhook; updates wait that were there at a first look and at a second one."""
    found = _parse_webhook(await _ask(api, "getWebhookInfo"))
    if not found.pending:
        return found
    await asyncio.sleep(Timeout.CHECK_SECOND_LOOK.seconds)
    return _parse_webhook(await _ask(api, "getWebhookInfo"))


def _parse_webhook(info: Mapping[str, Any]) -> WebhookFacts:
    return WebhookFacts(
        url=info.get("url", ""),
        pending=info.get("pending_update_count", 0),
        last_error=info.get("last_error_message"),
        last_error_at=datetime.fromtimestamp(info["last_error_date"], UTC) if "last_error_date" in info else None,
    )


async def _read_group(api: BotApi, bot: int, chat_id: int | None, topic: int | None) -> GroupFacts | None:
    if chat_id is None:
        return None
    try:
        member = await _ask(api, "getChatMember", chat_id=chat_id, user_id=bot)
        status = str(member["status"])
        if status not in PRESENT:
            return GroupFacts(chat_id=chat_id, status=status)
        chat = await _ask(api, "getChat", chat_id=chat_id)
    except TelegramRefusal as refusal:
        if refusal.code == 0:
            raise
        return GroupFacts(chat_id=chat_id, refusal=str(refusal))
    return GroupFacts(
        chat_id=chat_id,
        title=str(chat.get("title", "")),
        is_forum=bool(chat.get("is_forum", False)),
        status=status,
        rights=frozenset(name for name, value in member.items() if value is True) | _rights_of_owner(status),
        may_write=_may_write(status, member, chat),
        topic=topic,
        topic_refusal=None if topic is None else await _try_topic(api, chat_id, topic),
    )


def _rights_of_owner(status: str) -> frozenset[str]:
    return frozenset({"can_invite_users", "can_restrict_members"}) if status in ALL_RIGHTS else frozenset()


def _may_write(status: str, member: Mapping[str, Any], chat: Mapping[str, Any]) -> bool:
    if status in {"creator", "administrator"}:
        return True
    if status == "restricted" and not member.get("can_send_messages", False):
        return False
    return bool(chat.get("permissions", {}).get("can_send_messages", True))


async def _try_topic(api: BotApi, chat_id: int, topic: int) -> str | None:
    """Return why the bot may not write in this topic: "is typing" is shown there for some seconds."""
    try:
        await _ask(api, "sendChatAction", chat_id=chat_id, message_thread_id=topic, action="typing")
    except TelegramRefusal as refusal:
        return str(refusal)
    return None


async def _read_admin(api: BotApi, admin: Member) -> AdminFacts:
    try:
        await _ask(api, "getChat", chat_id=admin.person_id)
    except TelegramRefusal as refusal:
        return AdminFacts(number=admin.person_id, name=admin.first_name, refusal=str(refusal))
    return AdminFacts(number=admin.person_id, name=admin.first_name)


async def _ask(api: BotApi, method: str, **parameters: Any) -> Any:
    """Call a method that changes nothing, and return its result. Raise TelegramRefusal."""
    try:
        async with api.session.post(f"{api.address}/bot{api.token}/{method}", json=parameters) as response:
            answer = await response.json(content_type=None)
    except (aiohttp.ClientError, TimeoutError, ValueError) as error:
        raise TelegramRefusal(f"no answer of Telegram: {type(error).__name__}") from None
    if not isinstance(answer, dict) or not answer.get("ok"):
        said = answer.get("description") if isinstance(answer, dict) else None
        raise TelegramRefusal(str(said or "no answer of the Bot API"), response.status)
    return answer["result"]
