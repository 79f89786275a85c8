"""What a control request asks for, read strictly, with a sentence for every mistake."""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass

from .access import PRESENT_STATUSES
from .bot_api_refusals import ControlRequestError
from .records import Bot, Group, Person
from .telegram_sandbox import TelegramSandbox
from .telegram_world import group_place, private_place

MAX_WAIT_SECONDS = 60.0  # seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlRequest:
    """The values of a control request: from its body, its query and its path."""

    values: Mapping[str, object]

    def text(self, name: str) -> str | None:
        """A text, or None when it is not there."""
        value = self.values.get(name)
        if value is None or isinstance(value, str):
            return value
        raise ControlRequestError(f'"{name}" must be a text.')

    def number(self, name: str) -> int | None:
        """An integer, or None when it is not there."""
        value = self.values.get(name)
        if value is None or (isinstance(value, int) and not isinstance(value, bool)):
            return value
        if isinstance(value, str) and value.removeprefix("-").isdigit():
            return int(value)
        raise ControlRequestError(f'"{name}" must be a whole number.')

    def seconds(self, name: str) -> float:
        """A number of seconds; 0 when it is not there."""
        value = self.values.get(name, 0)
        try:
            return float(str(value))
        except ValueError as error:
            raise ControlRequestError(f'"{name}" must be a number of seconds.') from error

    def poll_timeout(self) -> float:
        """Seconds a long poll may last: `wait`, at most a minute."""
        return min(max(self.seconds("wait"), 0.0), MAX_WAIT_SECONDS)

    def flag(self, name: str) -> bool:
        """Whether something is true."""
        return self.values.get(name) in {True, "true", "1"}

    def rows(self, name: str) -> list[object]:
        """A list; empty when it is not there."""
        value = self.values.get(name)
        if value is None:
            return []
        if isinstance(value, list):
            return value
        raise ControlRequestError(f'"{name}" must be a list.')

    def picture(self, name: str) -> bytes | None:
        """The bytes of a picture that was sent in base64, or None when it is not there."""
        encoded = self.text(name)
        if not encoded:
            return None
        try:
            return base64.b64decode(encoded, validate=True)
        except binascii.Error as error:
            raise ControlRequestError(f'"{name}" must be a picture in base64.') from error

    def need_text(self, name: str) -> str:
        """A text that must be there."""
        value = self.text(name)
        if not value:
            raise ControlRequestError(f'"{name}" is missing.')
        return value

    def need_number(self, name: str) -> int:
        """An integer that must be there."""
        value = self.number(name)
        if value is None:
            raise ControlRequestError(f'"{name}" is missing.')
        return value


def find_person(telegram: TelegramSandbox, identity: object) -> Person:
    """A person by id."""
    person = telegram.world.people.get(str(identity))
    if person is None:
        raise ControlRequestError(f"There is no user {identity!r}; make one with POST /sim/users.")
    return person


def find_bot(telegram: TelegramSandbox, wanted: object) -> Bot:
    """A bot by @username, username or id."""
    name = str(wanted)
    bot = telegram.world.bots.get(name) or telegram.world.bot_by_name(name)
    if bot is None:
        raise ControlRequestError(f"There is no bot {wanted!r}; make one with POST /sim/bots.")
    return bot


def find_group(telegram: TelegramSandbox, wanted: object) -> Group:
    """A group by id."""
    group = telegram.world.groups.get(str(wanted))
    if group is None:
        raise ControlRequestError(f"There is no group {wanted!r}; make one with POST /sim/groups.")
    return group


def find_place(telegram: TelegramSandbox, chat: object, person: Person | None) -> str:
    """The place a person means by "@bot" or a group's id; without a person only groups can be meant."""
    if str(chat).startswith("@"):
        if person is None:
            raise ControlRequestError('A private chat needs a "user".')
        return private_place(find_bot(telegram, chat).id, person.id)
    group = find_group(telegram, chat)
    if person is not None and group.members.get(str(person.id)) not in PRESENT_STATUSES:
        raise ControlRequestError(f"{person.first_name} ({person.id}) is not in the group {group.title!r}.")
    return group_place(group.id)
