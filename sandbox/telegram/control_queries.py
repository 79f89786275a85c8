"""Control requests that read messages, chats, accounts, events and recorded calls."""

from sandbox.telegram.access import PRESENT_STATUSES
from sandbox.telegram.api_objects import group_object, shown_message, user_object
from sandbox.telegram.command_menu import offered_commands
from sandbox.telegram.control_request import ControlRequest, find_bot, find_group, find_person, find_place
from sandbox.telegram.members import bots_in
from sandbox.telegram.records import JsonObject
from sandbox.telegram.telegram_sandbox import TelegramSandbox


async def show_messages(telegram: TelegramSandbox, control_request: ControlRequest) -> object:
    """GET /sim/messages?chat=...&user=...: list the messages of a chat that are not deleted, oldest first."""
    identity = control_request.number("user")
    person = find_person(telegram, identity) if identity is not None else None
    place = find_place(telegram, control_request.values.get("chat"), person)
    messages = telegram.world.messages_in(place).values()
    return [shown_message(telegram.world, message) for message in messages if not message.deleted]


async def show_chats(telegram: TelegramSandbox, control_request: ControlRequest) -> object:
    """GET /sim/chats?user=...: list the person's private chats with bots and their groups."""
    person = find_person(telegram, control_request.need_number("user"))
    chats: list[JsonObject] = []
    for private in telegram.world.private_chats:
        bot = telegram.world.bots.get(private.bot_id)
        if private.user_id == person.id and bot is not None:
            entry: JsonObject = {"chat": f"@{bot.username}", "title": bot.name, "type": "private"}
            chats.append({**entry, "blocked": private.blocked})
    groups: list[JsonObject] = [
        {"chat": group.id, "title": group.title, "type": group.type, "blocked": False}
        for group in telegram.world.groups
        if group.members.get(str(person.id)) in PRESENT_STATUSES and group.migrated_to is None
    ]
    return chats + groups


async def show_people(telegram: TelegramSandbox, _control_request: ControlRequest) -> object:
    """GET /sim/users: list all people."""
    return [user_object(person) for person in telegram.world.people]


async def show_bots(telegram: TelegramSandbox, _control_request: ControlRequest) -> object:
    """GET /sim/bots: list all bots with their commands; `polling` says whether a getUpdates call waits now."""
    return [
        {**user_object(bot), "commands": bot.commands, "polling": telegram.poll_waker_of(bot.id).has_waiters}
        for bot in telegram.world.bots
    ]


async def show_commands(telegram: TelegramSandbox, control_request: ControlRequest) -> object:
    """GET /sim/commands?chat=...&user=...: list the commands offered to the person there, each with its bot."""
    person = find_person(telegram, control_request.need_number("user"))
    chat = control_request.values.get("chat")
    find_place(telegram, chat, person)
    group = None if str(chat).startswith("@") else find_group(telegram, chat)
    bots = [find_bot(telegram, chat)] if group is None else bots_in(telegram, group)
    return [{**command, "bot": bot.username} for bot in bots for command in offered_commands(bot, person, group)]


async def show_groups(telegram: TelegramSandbox, _control_request: ControlRequest) -> object:
    """GET /sim/groups: list all groups with their members."""
    return [
        {**group_object(group), "members": group.members, "migrated_to": group.migrated_to}
        for group in telegram.world.groups
    ]


async def show_events(telegram: TelegramSandbox, control_request: ControlRequest) -> object:
    """GET /sim/events?after=...&wait=...: list the events after that number, waiting up to `wait` seconds for one."""
    after = control_request.number("after") or 0
    events = await telegram.feed.waker.wait_for(lambda: telegram.feed.after(after), control_request.poll_timeout())
    return {"events": events or [], "last": telegram.feed.last}


async def show_calls(telegram: TelegramSandbox, control_request: ControlRequest) -> object:
    """GET /sim/calls?after=...: list the recorded Bot API calls after that number."""
    return {"calls": telegram.transcript.after(control_request.number("after") or 0), "last": telegram.transcript.last}
