"""Bot API methods about chats, members, invite links and join requests."""

import secrets
from dataclasses import replace

from sandbox.telegram.access import PRESENT_STATUSES, has_right, is_admin, require_group, require_place
from sandbox.telegram.api_objects import account_of, chat_object, message_object, user_object, without_empty
from sandbox.telegram.bot_api_refusals import bad_request, forbidden_refusal
from sandbox.telegram.members import change_member, member_object, permissions_object
from sandbox.telegram.parameters import BotApiCall
from sandbox.telegram.records import Bot, Group, InviteLink, JsonObject
from sandbox.telegram.telegram_sandbox import TelegramSandbox
from sandbox.telegram.telegram_world import group_place, private_place

MAX_LINK_NAME = 32  # characters (Bot API, createChatInviteLink)
_NO_GIFTS = dict.fromkeys(
    ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels"), False
)


def get_chat(telegram: TelegramSandbox, call: BotApiCall) -> object:
    """Handle getChat for a person who has written to the bot, or a group with the bot as a member."""
    chat_id = call.need_chat()
    if isinstance(chat_id, int) and chat_id > 0:
        place = private_place(call.bot.id, chat_id)
        if telegram.world.private_chats.get(place) is None:
            raise bad_request("chat not found")
    else:
        place = group_place(require_group(telegram, call.bot, chat_id).id)
    pinned = [one for one in telegram.world.messages_in(place).values() if one.pinned and not one.deleted]
    body: JsonObject = {
        **chat_object(telegram.world, place),
        "accent_color_id": 0,
        "max_reaction_count": 11,
        "accepted_gift_types": _NO_GIFTS,
    }
    group = telegram.world.groups.get(chat_id)
    if group is not None:
        body["permissions"] = permissions_object(group)
    if pinned:
        body["pinned_message"] = message_object(telegram.world, pinned[-1])
    return body


def get_chat_member(telegram: TelegramSandbox, call: BotApiCall) -> object:
    """Handle getChatMember."""
    group = _group(telegram, call)
    identity = call.need_number("user_id")
    account = telegram.world.people.get(identity) or telegram.world.bots.get(identity)
    if account is None:
        raise bad_request("user not found")
    status = group.members.get(str(identity), "left")
    lacking = group.lacking.get(str(identity), ())
    return member_object(account, status, is_mute=account.id in group.mute, lacking=lacking)


def get_chat_administrators(telegram: TelegramSandbox, call: BotApiCall) -> object:
    """Handle getChatAdministrators, without bots other than the calling one."""
    group = _group(telegram, call)
    admins = [account_of(telegram.world, int(identity)) for identity in group.members if is_admin(group, int(identity))]
    listed = [admin for admin in admins if not isinstance(admin, Bot) or admin.id == call.bot.id]
    return [member_object(admin, group.members[str(admin.id)]) for admin in listed]


def get_chat_member_count(telegram: TelegramSandbox, call: BotApiCall) -> object:
    """Handle getChatMemberCount."""
    return sum(status in PRESENT_STATUSES for status in _group(telegram, call).members.values())


def leave_chat(telegram: TelegramSandbox, call: BotApiCall) -> object:
    """Handle leaveChat."""
    change_member(telegram, _group(telegram, call), call.bot, "left", by=call.bot)
    return True


def _group(telegram: TelegramSandbox, call: BotApiCall) -> Group:
    chat_id = call.need_chat()
    if isinstance(chat_id, int) and chat_id > 0:
        require_place(telegram, call.bot, chat_id)
        raise bad_request("method is available only for groups, supergroups and channels")
    return require_group(telegram, call.bot, chat_id)


def _administered_group(telegram: TelegramSandbox, call: BotApiCall) -> Group:
    group = _group(telegram, call)
    if not has_right(group, call.bot.id, "can_invite_users"):
        raise bad_request("not enough rights to manage chat invite link")
    return group


def create_chat_invite_link(telegram: TelegramSandbox, call: BotApiCall) -> object:
    """Handle createChatInviteLink; the bot must be an administrator."""
    group = _administered_group(telegram, call)
    name, limit = call.text("name"), call.number("member_limit")
    if name is not None and len(name) > MAX_LINK_NAME:
        raise bad_request("invite link name is too long")
    if call.flag("creates_join_request") and limit:
        raise bad_request("member limit can't be specified for links requiring administrator approval")
    link = InviteLink(
        link=f"https://t.me/+{secrets.token_urlsafe(12)}",
        chat_id=group.id,
        bot_id=call.bot.id,
        name=name,
        expire_date=call.number("expire_date") or None,
        member_limit=limit or None,
        creates_join_request=call.flag("creates_join_request"),
    )
    return link_object(telegram, telegram.world.links.put(link))


def link_object(telegram: TelegramSandbox, link: InviteLink) -> JsonObject:
    """Return a ChatInviteLink of the Bot API."""
    optional = without_empty({"name": link.name, "expire_date": link.expire_date, "member_limit": link.member_limit})
    return {
        "invite_link": link.link,
        "creator": user_object(account_of(telegram.world, link.bot_id)),
        "creates_join_request": link.creates_join_request,
        "is_primary": False,
        "is_revoked": False,
        **optional,
    }


def approve_join_request(telegram: TelegramSandbox, call: BotApiCall) -> object:
    """Handle approveChatJoinRequest."""
    group, link, identity = _join_request(telegram, call)
    telegram.world.links.put(replace(_answered(link, identity), joined=link.joined + 1))
    person = account_of(telegram.world, identity)
    change_member(telegram, group, person, "member", by=call.bot, link=link_object(telegram, link))
    return True


def decline_join_request(telegram: TelegramSandbox, call: BotApiCall) -> object:
    """Handle declineChatJoinRequest."""
    _, link, identity = _join_request(telegram, call)
    telegram.world.links.put(_answered(link, identity))
    return True


def _answered(link: InviteLink, identity: int) -> InviteLink:
    return replace(link, waiting=[one for one in link.waiting if one != identity])


def _join_request(telegram: TelegramSandbox, call: BotApiCall) -> tuple[Group, InviteLink, int]:
    group, identity = _administered_group(telegram, call), call.need_number("user_id")
    if group.members.get(str(identity)) in PRESENT_STATUSES:
        raise bad_request("USER_ALREADY_PARTICIPANT")
    if group.members.get(str(identity)) == "kicked":
        raise forbidden_refusal("user is kicked from the chat")
    for link in telegram.world.links:
        if link.chat_id == group.id and identity in link.waiting:
            return group, link, identity
    raise bad_request("HIDE_REQUESTER_MISSING")
