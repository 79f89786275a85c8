"""Control requests that look: at messages, chats, accounts, events and recorded calls."""

from .access import PRESENT
from .asked import Asked, find_bot, find_group, find_person, find_place
from .command_menu import offered
from .members import bots_in
from .records import JsonObject
from .telegram import Telegram
from .views import group_object, shown_message, user_object


async def see_messages(telegram: Telegram, asked: Asked) -> object:
    """GET /sim/messages?chat=...&user=...: the messages of a chat that are there now, oldest first."""
    identity = asked.number("user")
    person = find_person(telegram, identity) if identity is not None else None
    place = find_place(telegram, asked.values.get("chat"), person)
    messages = telegram.world.messages_in(place).values()
    return [shown_message(telegram.world, message) for message in messages if not message.deleted]


async def see_chats(telegram: Telegram, asked: Asked) -> object:
    """GET /sim/chats?user=...: the bots somebody talks to and the groups somebody is in."""
    person = find_person(telegram, asked.need_number("user"))
    chats: list[JsonObject] = []
    for private in telegram.world.private_chats:
        bot = telegram.world.bots.get(private.bot_id)
        if private.user_id == person.id and bot is not None:
            entry: JsonObject = {"chat": f"@{bot.username}", "title": bot.name, "type": "private"}
            chats.append({**entry, "blocked": private.blocked})
    groups: list[JsonObject] = [
        {"chat": group.id, "title": group.title, "type": group.type, "blocked": False}
        for group in telegram.world.groups
        if group.members.get(str(person.id)) in PRESENT and group.migrated_to is None
    ]
    return chats + groups


async def see_people(telegram: Telegram, _asked: Asked) -> object:
    """GET /sim/users: everybody."""
    return [user_object(person) for person in telegram.world.people]


async def see_bots(telegram: Telegram, _asked: Asked) -> object:
    """GET /sim/bots: all bots, with their commands; `polling` says whether a getUpdates waits just now."""
    return [
        {**user_object(bot), "commands": bot.commands, "polling": telegram.bell_of(bot.id).heard}
        for bot in telegram.world.bots
    ]


async def see_commands(telegram: Telegram, asked: Asked) -> object:
    """GET /sim/commands?chat=...&user=...: the commands this person is offered there, each with the bot it is for."""
    person = find_person(telegram, asked.need_number("user"))
    chat = asked.values.get("chat")
    find_place(telegram, chat, person)
    group = None if str(chat).startswith("@") else find_group(telegram, chat)
    bots = [find_bot(telegram, chat)] if group is None else bots_in(telegram, group)
    return [{**command, "bot": bot.username} for bot in bots for command in offered(bot, person, group)]


async def see_groups(telegram: Telegram, _asked: Asked) -> object:
    """GET /sim/groups: all groups, with who is in them."""
    return [
        {**group_object(group), "members": group.members, "migrated_to": group.migrated_to}
        for group in telegram.world.groups
    ]


async def see_events(telegram: Telegram, asked: Asked) -> object:
    """GET /sim/events?after=...&wait=...: what happened after that number, waiting for something to happen."""
    after = asked.number("after") or 0
    events = await telegram.feed.bell.wait_for(lambda: telegram.feed.after(after), asked.patience())
    return {"events": events or [], "last": telegram.feed.last}


async def see_calls(telegram: Telegram, asked: Asked) -> object:
    """GET /sim/calls?after=...: the recorded Bot API calls after that number."""
    return {"calls": telegram.transcript.calls_after(asked.number("after") or 0), "last": telegram.transcript.last}


async def see_health(_telegram: Telegram, _asked: Asked) -> object:
    """GET /sim/healthz."""
    return {"ok": True}
