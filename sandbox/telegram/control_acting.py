"""Control requests by which people act: write, tap, block, join, leave, and migrate a group to a supergroup."""

import secrets
from dataclasses import replace
from typing import Final

from sandbox.telegram.access import PRESENT_STATUSES
from sandbox.telegram.api_objects import group_object, shown_message, user_object
from sandbox.telegram.bot_api_refusals import ControlRequestError
from sandbox.telegram.chat_methods import link_object
from sandbox.telegram.control_creating import new_group_id
from sandbox.telegram.control_request import ControlRequest, find_bot, find_group, find_person, find_place
from sandbox.telegram.control_rights import require_topic
from sandbox.telegram.members import bots_in, change_member
from sandbox.telegram.person_actions import edit_own_message, set_blocked, write_to_place
from sandbox.telegram.photo_files import PLACEHOLDER_PHOTO, upload_picture
from sandbox.telegram.posting import write_message
from sandbox.telegram.records import Bot, Group, InviteLink, JsonObject, Message, Person
from sandbox.telegram.tap_methods import record_tap, show_answer
from sandbox.telegram.telegram_sandbox import TelegramSandbox
from sandbox.telegram.telegram_world import group_place
from sandbox.telegram.updates import notify_bot, notify_bot_of_message
from sandbox.telegram.web_app import web_app_address

MAX_ALBUM: Final = 10  # Bot API, sendMediaGroup: 2-10 items


async def write_as_person(telegram: TelegramSandbox, control_request: ControlRequest) -> object:
    """POST /sim/messages: write as a person.

    With "picture" (base64) or "photo": true (a placeholder picture) the text becomes the caption. Each is a new upload;
    "photo" with a file_id is a photo that the person has sent or received before. "thread" is a
    topic.
    """
    person = find_person(telegram, control_request.need_number("from"))
    place = find_place(telegram, control_request.values.get("chat"), person)
    thread = control_request.number("thread")
    require_topic(telegram, place, thread)
    picture = control_request.picture("picture") or (PLACEHOLDER_PHOTO if control_request.flag("photo") else None)
    known = telegram.world.files.get(str(control_request.values.get("photo")))
    written = write_to_place(
        telegram,
        person,
        place,
        control_request.text("text") or "",
        picture=known if picture is None else upload_picture(telegram.world, picture),
        reply_to=control_request.number("reply_to"),
        thread=thread,
    )
    return {"message": shown_message(telegram.world, written.message), "update_ids": written.update_ids}


async def edit_as_person(telegram: TelegramSandbox, control_request: ControlRequest) -> object:
    """POST /sim/edits: change the text or the caption of a person's own message."""
    person = find_person(telegram, control_request.need_number("from"))
    place = find_place(telegram, control_request.values.get("chat"), person)
    number, text = control_request.need_number("message_id"), control_request.text("text") or ""
    written = edit_own_message(telegram, person, place, number, text)
    return {"message": shown_message(telegram.world, written.message), "update_ids": written.update_ids}


async def write_album(telegram: TelegramSandbox, control_request: ControlRequest) -> object:
    """POST /sim/albums: send 2 to 10 ("count") placeholder photos as an album; the text is the caption of one of them.

    That is the first one, as the apps do it, or the one with the number "captioned".
    """
    person = find_person(telegram, control_request.need_number("from"))
    place = find_place(telegram, control_request.values.get("chat"), person)
    count, captioned = control_request.need_number("count"), control_request.number("captioned") or 1
    if not 2 <= count <= MAX_ALBUM:
        raise ControlRequestError(f"An album has 2 to {MAX_ALBUM} photos.")
    album, text = secrets.token_hex(8), control_request.text("text") or ""
    written = [
        write_to_place(
            telegram,
            person,
            place,
            text if number == captioned else "",
            picture=upload_picture(telegram.world, PLACEHOLDER_PHOTO),
            reply_to=control_request.number("reply_to"),
            media_group_id=album,
        )
        for number in range(1, count + 1)
    ]
    return {
        "messages": [shown_message(telegram.world, each.message) for each in written],
        "update_ids": [number for each in written for number in each.update_ids],
    }


async def tap_button(telegram: TelegramSandbox, control_request: ControlRequest) -> object:
    """POST /sim/taps: tap a button by its label, or forge a tap with any data."""
    person = find_person(telegram, control_request.need_number("from"))
    place = find_place(telegram, control_request.values.get("chat"), person)
    message = telegram.world.message(place, control_request.need_number("message_id"))
    if message is None:
        raise ControlRequestError("That message is not there (any more).")
    bot = telegram.world.bots.get(message.sender_id)
    if bot is None:
        raise ControlRequestError("Only messages of bots have buttons.")
    data = control_request.text("data")
    if data is None:
        data = _data_behind(message, control_request.need_text("label"))
    if not 1 <= len(data.encode()) <= 64:
        raise ControlRequestError("The data of a button has 1 to 64 bytes.")
    return {"callback_query_id": record_tap(telegram, bot, person, message, data).id}


def _data_behind(message: Message, label: str) -> str:
    buttons = [button for row in message.buttons for button in row]
    labels = ", ".join(repr(button["text"]) for button in buttons) or "none"
    chosen = [button for button in buttons if button["text"] == label]
    if not chosen:
        raise ControlRequestError(f"There is no button {label!r} on this message; there are: {labels}.")
    data = chosen[0].get("callback_data")
    if not isinstance(data, str):
        raise ControlRequestError(f"The button {label!r} sends nothing to the bot: {chosen[0]}.")
    return data


async def open_web_app(telegram: TelegramSandbox, control_request: ControlRequest) -> object:
    """POST /sim/web_apps: press a button of a Web App; return the address that the person's app opens.

    With a "url" it is opened without a message, from the profile of the "bot".
    """
    person = find_person(telegram, control_request.need_number("from"))
    address = control_request.text("url")
    if address is not None:
        opened = find_bot(telegram, control_request.need_text("bot"))
        return {"url": web_app_address(address, opened.token, user_object(person))}
    place = find_place(telegram, control_request.values.get("chat"), person)
    message = telegram.world.message(place, control_request.need_number("message_id"))
    bot = None if message is None else telegram.world.bots.get(message.sender_id)
    buttons = [] if message is None else [button for row in message.buttons for button in row]
    label = control_request.need_text("label")
    pages = [button["web_app"] for button in buttons if button["text"] == label and "web_app" in button]
    match pages:
        case [{"url": str() as url}, *_] if bot is not None:
            return {"url": web_app_address(url, bot.token, user_object(person))}
        case _:
            raise ControlRequestError(f"There is no button {label!r} that opens a Web App.")


async def show_tap_answer(telegram: TelegramSandbox, control_request: ControlRequest) -> object:
    """GET /sim/taps/{id}: return the bot's answer, waiting for it up to `wait` seconds."""
    identity = control_request.need_text("callback_query_id")
    if telegram.world.taps.get(identity) is None:
        raise ControlRequestError(f"There is no tap {identity}.")

    def answered() -> bool:
        found = telegram.world.taps.get(identity)
        return found is not None and found.answered_at is not None

    await telegram.feed.waker.wait_for(answered, control_request.poll_timeout())
    found = telegram.world.taps.get(identity)
    return show_answer(found) if found else {}


async def block_bot(telegram: TelegramSandbox, control_request: ControlRequest) -> object:
    """POST /sim/block: a person blocks a bot."""
    set_blocked(telegram, *_person_and_bot(telegram, control_request), blocked=True)
    return {"blocked": True}


async def unblock_bot(telegram: TelegramSandbox, control_request: ControlRequest) -> object:
    """POST /sim/unblock: a person unblocks a bot."""
    set_blocked(telegram, *_person_and_bot(telegram, control_request), blocked=False)
    return {"blocked": False}


def _person_and_bot(telegram: TelegramSandbox, control_request: ControlRequest) -> tuple[Person, Bot]:
    return find_person(telegram, control_request.need_number("user")), find_bot(
        telegram, control_request.values.get("bot")
    )


async def leave_group(telegram: TelegramSandbox, control_request: ControlRequest) -> object:
    """POST /sim/leave: a person or bot leaves a group, or is removed from it with "kicked": true."""
    group = find_group(telegram, control_request.values.get("chat"))
    account: Bot | Person
    if control_request.values.get("bot") is not None:
        account = find_bot(telegram, control_request.values["bot"])
    else:
        account = find_person(telegram, control_request.need_number("user"))
    if group.members.get(str(account.id)) not in PRESENT_STATUSES:
        raise ControlRequestError(f"{account.id} is not in the group {group.title!r}.")
    status = "kicked" if control_request.flag("kicked") else "left"
    change_member(telegram, group, account, status, by=account)
    return {"status": status}


async def join_group(telegram: TelegramSandbox, control_request: ControlRequest) -> object:
    """POST /sim/join: a person follows an invite link; `joined` is false while an admin must approve."""
    person = find_person(telegram, control_request.need_number("user"))
    link = telegram.world.links.get(control_request.need_text("invite_link"))
    if link is None or _is_used_up(telegram, link):
        raise ControlRequestError("This invite link is unknown, expired or used up.")
    group = find_group(telegram, link.chat_id)
    status = group.members.get(str(person.id))
    if status == "kicked":
        raise ControlRequestError(f"{person.first_name} was thrown out of {group.title!r}.")
    if status not in PRESENT_STATUSES and link.creates_join_request:
        _ask_to_join(telegram, group, person, link)
        return {"joined": False, "chat": group.id}
    if status not in PRESENT_STATUSES:
        telegram.world.links.put(replace(link, joined=link.joined + 1))
        change_member(telegram, group, person, "member", by=person, link=link_object(telegram, link))
    return {"joined": True, "chat": group.id}


def _is_used_up(telegram: TelegramSandbox, link: InviteLink) -> bool:
    expired = link.expire_date is not None and link.expire_date < telegram.clock.now()
    return expired or (link.member_limit is not None and link.joined >= link.member_limit)


def _ask_to_join(telegram: TelegramSandbox, group: Group, person: Person, link: InviteLink) -> None:
    telegram.world.links.put(replace(link, waiting=[*{*link.waiting, person.id}]))
    body: JsonObject = {
        "chat": group_object(group),
        "from": user_object(person),
        "user_chat_id": person.id,
        "date": int(telegram.clock.now()),
        "invite_link": link_object(telegram, link),
    }
    notify_bot(telegram, find_bot(telegram, link.bot_id), "chat_join_request", body, queue=f"member:{person.id}")


async def migrate_group(telegram: TelegramSandbox, control_request: ControlRequest) -> object:
    """POST /sim/migrate: turn a group into a supergroup with a new id and return {"id": new id}."""
    group = find_group(telegram, control_request.values.get("chat"))
    if group.type != "group" or group.migrated_to is not None:
        raise ControlRequestError("Only a group that is not yet a supergroup can become one.")
    new_id = new_group_id(telegram, "supergroup")
    bots = bots_in(telegram, group)
    telegram.world.groups.put(Group(id=new_id, title=group.title, members=group.members))
    telegram.world.groups.put(replace(group, migrated_to=new_id))
    sender = int(next(iter(group.members), "0"))
    for chat_id, service in ((group.id, {"migrate_to_chat_id": new_id}), (new_id, {"migrate_from_chat_id": group.id})):
        service_fields: JsonObject = dict(service)
        draft = Message(place=group_place(chat_id), message_id=0, sender_id=sender, date=0, service=service_fields)
        message = write_message(telegram, draft)
        for bot in bots:
            notify_bot_of_message(telegram, bot, message)
    return {"id": new_id}
