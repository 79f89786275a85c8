"""Control requests by which people act: write, tap, block, join, leave; and a group that becomes a supergroup."""

from dataclasses import replace

from .access import PRESENT
from .asked import Asked, find_bot, find_group, find_person, find_place
from .chat_methods import link_object
from .control_founding import new_group_id
from .members import bots_in, change_member
from .people import say, set_blocked
from .pictures import SNAPSHOT
from .posting import write_message
from .records import Bot, Group, InviteLink, JsonObject, Message, Person
from .refusals import Mistake
from .tap_methods import press, shown_answer
from .telegram import Telegram
from .updates import tell, tell_message
from .views import group_object, shown_message, user_object
from .world import group_place


async def write(telegram: Telegram, asked: Asked) -> object:
    """POST /sim/messages; "picture" (base64) or "photo": true (any picture) make the text a caption."""
    person = find_person(telegram, asked.need_number("from"))
    place = find_place(telegram, asked.values.get("chat"), person)
    picture = asked.picture("picture") or (SNAPSHOT if asked.flag("photo") else None)
    said = say(telegram, person, place, asked.text("text") or "", picture=picture, reply_to=asked.number("reply_to"))
    return {"message": shown_message(telegram.world, said.message), "update_ids": said.update_ids}


async def tap(telegram: Telegram, asked: Asked) -> object:
    """POST /sim/taps: press a button by its label, or forge a press with any data."""
    person = find_person(telegram, asked.need_number("from"))
    place = find_place(telegram, asked.values.get("chat"), person)
    message = telegram.world.message(place, asked.need_number("message_id"))
    if message is None:
        raise Mistake("That message is not there (any more).")
    bot = telegram.world.bots.get(message.sender_id)
    if bot is None:
        raise Mistake("Only messages of bots have buttons.")
    data = asked.text("data")
    if data is None:
        data = _data_behind(message, asked.need_text("label"))
    if not 1 <= len(data.encode()) <= 64:
        raise Mistake("The data of a button has 1 to 64 bytes.")
    return {"callback_query_id": press(telegram, bot, person, message, data).id}


def _data_behind(message: Message, label: str) -> str:
    buttons = [button for row in message.buttons for button in row]
    labels = ", ".join(repr(button["text"]) for button in buttons) or "none"
    chosen = [button for button in buttons if button["text"] == label]
    if not chosen:
        raise Mistake(f"There is no button {label!r} on this message; there are: {labels}.")
    data = chosen[0].get("callback_data")
    if not isinstance(data, str):
        raise Mistake(f"The button {label!r} sends nothing to the bot: {chosen[0]}.")
    return data


async def see_tap(telegram: Telegram, asked: Asked) -> object:
    """GET /sim/taps/{id}: waits up to `wait` seconds for the answer."""
    identity = asked.need_text("callback_query_id")
    if telegram.world.taps.get(identity) is None:
        raise Mistake(f"There is no tap {identity}.")

    def answered() -> bool:
        found = telegram.world.taps.get(identity)
        return found is not None and found.answered_at is not None

    await telegram.feed.bell.wait_for(answered, asked.patience())
    found = telegram.world.taps.get(identity)
    return shown_answer(found) if found else {}


async def block(telegram: Telegram, asked: Asked) -> object:
    """POST /sim/block."""
    set_blocked(telegram, *_pair(telegram, asked), blocked=True)
    return {"blocked": True}


async def unblock(telegram: Telegram, asked: Asked) -> object:
    """POST /sim/unblock."""
    set_blocked(telegram, *_pair(telegram, asked), blocked=False)
    return {"blocked": False}


def _pair(telegram: Telegram, asked: Asked) -> tuple[Person, Bot]:
    return find_person(telegram, asked.need_number("user")), find_bot(telegram, asked.values.get("bot"))


async def leave(telegram: Telegram, asked: Asked) -> object:
    """POST /sim/leave: a person or bot leaves a group, or with "kicked": true is thrown out."""
    group = find_group(telegram, asked.values.get("chat"))
    account: Bot | Person
    if asked.values.get("bot") is not None:
        account = find_bot(telegram, asked.values["bot"])
    else:
        account = find_person(telegram, asked.need_number("user"))
    if group.members.get(str(account.id)) not in PRESENT:
        raise Mistake(f"{account.id} is not in the group {group.title!r}.")
    status = "kicked" if asked.flag("kicked") else "left"
    change_member(telegram, group, account, status, by=account)
    return {"status": status}


async def join(telegram: Telegram, asked: Asked) -> object:
    """POST /sim/join: a person follows an invite link; `joined` is false while an admin has to agree."""
    person = find_person(telegram, asked.need_number("user"))
    link = telegram.world.links.get(asked.need_text("invite_link"))
    if link is None or _worn_out(telegram, link):
        raise Mistake("This invite link is unknown, expired or used up.")
    group = find_group(telegram, link.chat_id)
    status = group.members.get(str(person.id))
    if status == "kicked":
        raise Mistake(f"{person.first_name} was thrown out of {group.title!r}.")
    if status not in PRESENT and link.creates_join_request:
        _ask_to_join(telegram, group, person, link)
        return {"joined": False, "chat": group.id}
    if status not in PRESENT:
        telegram.world.links.put(replace(link, joined=link.joined + 1))
        change_member(telegram, group, person, "member", by=person, link=link_object(telegram, link))
    return {"joined": True, "chat": group.id}


def _worn_out(telegram: Telegram, link: InviteLink) -> bool:
    expired = link.expire_date is not None and link.expire_date < telegram.clock.now()
    return expired or (link.member_limit is not None and link.joined >= link.member_limit)


def _ask_to_join(telegram: Telegram, group: Group, person: Person, link: InviteLink) -> None:
    telegram.world.links.put(replace(link, waiting=[*{*link.waiting, person.id}]))
    body: JsonObject = {
        "chat": group_object(group),
        "from": user_object(person),
        "user_chat_id": person.id,
        "date": int(telegram.clock.now()),
        "invite_link": link_object(telegram, link),
    }
    tell(telegram, find_bot(telegram, link.bot_id), "chat_join_request", body, queue=f"member:{person.id}")


async def migrate(telegram: Telegram, asked: Asked) -> object:
    """POST /sim/migrate: a group becomes a supergroup with a new id; gives {"id": the new one}."""
    group = find_group(telegram, asked.values.get("chat"))
    if group.type != "group" or group.migrated_to is not None:
        raise Mistake("Only a group that is not yet a supergroup can become one.")
    new_id = new_group_id(telegram, "supergroup")
    bots = bots_in(telegram, group)
    telegram.world.groups.put(Group(id=new_id, title=group.title, members=group.members))
    telegram.world.groups.put(replace(group, migrated_to=new_id))
    sender = int(next(iter(group.members), "0"))
    for chat_id, service in ((group.id, {"migrate_to_chat_id": new_id}), (new_id, {"migrate_from_chat_id": group.id})):
        told: JsonObject = dict(service)
        draft = Message(place=group_place(chat_id), message_id=0, sender_id=sender, date=0, service=told)
        message = write_message(telegram, draft)
        for bot in bots:
            tell_message(telegram, bot, message)
    return {"id": new_id}
