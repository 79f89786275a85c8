"""Control requests that create accounts and groups."""

from dataclasses import replace

from sandbox.telegram.api_objects import group_object, user_object
from sandbox.telegram.bot_api_refusals import ControlRequestError
from sandbox.telegram.control_request import ControlRequest, find_bot, find_person
from sandbox.telegram.members import change_member, member_object
from sandbox.telegram.records import Bot, Group, JsonObject, Person
from sandbox.telegram.telegram_sandbox import TelegramSandbox
from sandbox.telegram.telegram_world import group_place
from sandbox.telegram.updates import notify_bot


async def make_bot(telegram: TelegramSandbox, control_request: ControlRequest) -> object:
    """POST /sim/bots: create a bot, or return the existing one with the same token."""
    token, username = control_request.need_text("token"), control_request.need_text("username").removeprefix("@")
    number, colon, secret = token.partition(":")
    if not (number.isdigit() and colon and secret):
        raise ControlRequestError("A bot token looks like 123456:letters.")
    existing = telegram.world.bots.get(number)
    if existing is not None:
        if existing.token != token:
            raise ControlRequestError(f"Bot {number} has another token.")
        return user_object(existing)
    if telegram.world.bot_by_name(username):
        raise ControlRequestError(f"The username @{username} is taken.")
    name = control_request.text("name") or username
    return user_object(telegram.world.bots.put(Bot(id=int(number), token=token, username=username, name=name)))


async def make_person(telegram: TelegramSandbox, control_request: ControlRequest) -> object:
    """POST /sim/users: create a person, or return the existing one with the same id."""
    wanted = control_request.number("id")
    existing = telegram.world.people.get(wanted) if wanted is not None else None
    if existing is not None:
        return user_object(existing)
    identity = wanted or max((person.id for person in telegram.world.people), default=500_000) + 1
    if identity <= 0 or telegram.world.bots.get(identity):
        raise ControlRequestError(f"{identity} can't be a user's id.")
    person = Person(
        id=identity,
        first_name=control_request.need_text("first_name"),
        username=control_request.text("username"),
        language_code=control_request.text("language_code"),
    )
    return user_object(telegram.world.people.put(person))


async def make_group(telegram: TelegramSandbox, control_request: ControlRequest) -> object:
    """POST /sim/groups: create a group; for an existing id, add the accounts that were never in the group."""
    wanted = control_request.number("id")
    group = telegram.world.groups.get(wanted) if wanted is not None else None
    people, bots, admins = _accounts(telegram, control_request)
    if group is None:
        kind = control_request.text("type") or "supergroup"
        if kind not in {"group", "supergroup"}:
            raise ControlRequestError('"type" must be "group" or "supergroup".')
        group = Group(id=_group_id(telegram, wanted, kind), title=control_request.need_text("title"), type=kind)
        group = telegram.world.groups.put(replace(group, members={str(one.id): "member" for one in people}))
    accounts: list[Person | Bot] = [*people, *bots]
    for account in accounts:
        present = group.members.get(str(account.id))
        status = "administrator" if account.id in admins else "member"
        if isinstance(account, Bot) and present is None:
            if not account.can_join_groups:
                raise ControlRequestError(f"@{account.username} can't be added to groups: see BotFather.")
            group = _add_bot(telegram, group, account, status, people)
        elif present is None or (status == "administrator" and present == "member"):
            group = change_member(telegram, group, account, status, by=account)
    owner = control_request.number("owner")
    if owner is not None:
        group = change_member(telegram, group, find_person(telegram, owner), "creator", by=find_person(telegram, owner))
    return _group_answer(group)


def _accounts(telegram: TelegramSandbox, control_request: ControlRequest) -> tuple[list[Person], list[Bot], set[int]]:
    people = [find_person(telegram, identity) for identity in control_request.rows("members")]
    bots = [find_bot(telegram, name) for name in control_request.rows("bots")]
    admins = {
        find_person(telegram, one).id if telegram.world.people.get(str(one)) else find_bot(telegram, one).id
        for one in control_request.rows("admins")
    }
    if strangers := admins - {one.id for one in people} - {one.id for one in bots}:
        raise ControlRequestError(f"Admins must be among the members or bots: {sorted(strangers)}.")
    return people, bots, admins


def _group_id(telegram: TelegramSandbox, wanted: int | None, kind: str) -> int:
    if wanted is None:
        return new_group_id(telegram, kind)
    if wanted >= 0 or (kind == "supergroup") != str(wanted).startswith("-100"):
        raise ControlRequestError("A supergroup's id begins with -100, a group's id is negative and does not.")
    return wanted


def new_group_id(telegram: TelegramSandbox, kind: str) -> int:
    """Return an unused id in the form of real ids."""
    first = -1_001_000_000_000 if kind == "supergroup" else -4_000_000_000
    taken = [group.id for group in telegram.world.groups if group.type == kind]
    return min([first, *taken]) - 1


def _add_bot(telegram: TelegramSandbox, group: Group, bot: Bot, status: str, people: list[Person]) -> Group:
    changed = telegram.world.groups.put(replace(group, members={**group.members, str(bot.id): status}))
    telegram.feed.publish("member", {"chat": group.id, "user": bot.id}, status=status)
    body: JsonObject = {
        "chat": group_object(group),
        "from": user_object(people[0] if people else bot),
        "date": int(telegram.clock.now()),
        "old_chat_member": member_object(bot, "left"),
        "new_chat_member": member_object(bot, status),
    }
    notify_bot(telegram, bot, "my_chat_member", body, queue=f"chat:{group_place(group.id)}")
    return changed


def _group_answer(group: Group) -> JsonObject:
    return {**group_object(group), "members": group.members, "migrated_to": group.migrated_to}
