"""Control requests by which the people of a group act on a bot in it: its rights, the group's, topics, and the end."""

from dataclasses import replace

from sandbox.telegram.access import GENERAL
from sandbox.telegram.bot_api_refusals import ControlRequestError
from sandbox.telegram.control_request import ControlRequest, find_bot, find_group
from sandbox.telegram.members import bots_in, change_member
from sandbox.telegram.posting import write_message
from sandbox.telegram.records import Bot, Group, JsonObject, Message, Person
from sandbox.telegram.telegram_sandbox import TelegramSandbox
from sandbox.telegram.telegram_world import group_place
from sandbox.telegram.updates import notify_bot_of_message

STATUSES = ("member", "administrator", "restricted", "kicked", "left")


async def set_rights(telegram: TelegramSandbox, control_request: ControlRequest) -> object:
    """POST /sim/rights {"chat", "bot", "status"}: restrict, mute, demote, remove or take back a bot.

    The owner of the group does it. A "restricted" bot may not write, unless "can_write" is true. An "administrator"
    gets all rights but those that "without" lists.
    """
    group = find_group(telegram, control_request.values.get("chat"))
    bot, status = find_bot(telegram, control_request.values.get("bot")), control_request.need_text("status")
    if status not in STATUSES:
        raise ControlRequestError(f"There is no status {status!r}; there are {', '.join(STATUSES)}.")
    is_mute = status == "restricted" and not control_request.flag("can_write")
    without = [str(right) for right in control_request.rows("without")]
    group = telegram.world.groups.put(replace(group, lacking={**group.lacking, str(bot.id): without}))
    change_member(telegram, group, bot, status, by=_owner(telegram, group, bot), is_mute=is_mute)
    return {"status": status, "can_write": not is_mute}


def _owner(telegram: TelegramSandbox, group: Group, otherwise: Bot) -> Bot | Person:
    people = (telegram.world.people.get(identity) for identity in group.members)
    return next((person for person in people if person is not None), otherwise)


async def set_permissions(telegram: TelegramSandbox, control_request: ControlRequest) -> object:
    """POST /sim/permissions {"chat", "muted"}: let only administrators write. A bot is told nothing of it."""
    group = find_group(telegram, control_request.values.get("chat"))
    changed = telegram.world.groups.put(replace(group, muted=control_request.flag("muted")))
    return {"muted": changed.muted}


async def set_bot_settings(telegram: TelegramSandbox, control_request: ControlRequest) -> object:
    """POST /sim/botfather {"bot", "can_join_groups"?, "hears_everything"?}: what its owner sets at BotFather."""
    bot = find_bot(telegram, control_request.values.get("bot"))
    given = control_request.values
    joins = control_request.flag("can_join_groups") if "can_join_groups" in given else bot.can_join_groups
    hears = control_request.flag("hears_everything") if "hears_everything" in given else bot.hears_everything
    changed = telegram.world.bots.put(replace(bot, can_join_groups=joins, hears_everything=hears))
    return {"can_join_groups": changed.can_join_groups, "hears_everything": changed.hears_everything}


async def delete_group(telegram: TelegramSandbox, control_request: ControlRequest) -> object:
    """POST /sim/delete_group {"chat"}: delete a group for all; its bots are told that they are not in it any more."""
    group = find_group(telegram, control_request.values.get("chat"))
    for bot in bots_in(telegram, group):
        group = change_member(telegram, group, bot, "left", by=bot)
    telegram.world.groups.put(replace(group, deleted=True))
    return {"deleted": True}


async def set_topic(telegram: TelegramSandbox, control_request: ControlRequest) -> object:
    """POST /sim/topics {"chat"}: open a topic, and return its "thread". With "thread" and "closed" close or reopen it.

    The group becomes a forum. The thread 0 is General.
    """
    group = find_group(telegram, control_request.values.get("chat"))
    thread, closed = control_request.number("thread"), control_request.flag("closed")
    user = int(next(iter(group.members), "0"))
    if thread is None:
        service: JsonObject = {"forum_topic_created": {"name": "Jobs", "icon_color": 7322096}}
        message = _announce_in_group(telegram, group, user, None, service)
        topics = {GENERAL: True, **group.topics, str(message.message_id): True}
        telegram.world.groups.put(replace(group, topics=topics))
        return {"thread": message.message_id}
    if str(thread) not in group.topics:
        raise ControlRequestError(f"There is no topic {thread} in {group.title!r}.")
    telegram.world.groups.put(replace(group, topics={**group.topics, str(thread): not closed}))
    service = {"forum_topic_closed": {}} if closed else {"forum_topic_reopened": {}}
    message = _announce_in_group(telegram, group, user, thread or None, service)
    for bot in bots_in(telegram, group):
        notify_bot_of_message(telegram, bot, message)
    return {"thread": thread, "closed": closed}


def _announce_in_group(
    telegram: TelegramSandbox, group: Group, sender: int, thread: int | None, service: JsonObject
) -> Message:
    draft = Message(place=group_place(group.id), message_id=0, sender_id=sender, date=0, service=service, thread=thread)
    return write_message(telegram, draft)


def require_topic(telegram: TelegramSandbox, place: str, thread: int | None) -> None:
    """Raise ControlRequestError when nobody may write into this topic."""
    group = telegram.world.groups.get(place.partition(":")[2])
    if thread is not None and (group is None or str(thread) not in group.topics):
        raise ControlRequestError(f"There is no topic {thread}.")
