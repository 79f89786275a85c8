"""Access to the values of a control request; every invalid value raises ControlRequestError with a sentence."""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass

from sandbox.telegram.access import PRESENT_STATUSES
from sandbox.telegram.bot_api_refusals import ControlRequestError
from sandbox.telegram.records import Bot, Group, Person
from sandbox.telegram.telegram_sandbox import TelegramSandbox
from sandbox.telegram.telegram_world import group_place, private_place

MAX_WAIT_SECONDS = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlRequest:
    """The values of a control request, from its body, query and path."""

    values: Mapping[str, object]

    def text(self, name: str) -> str | None:
        """Return a text, or None when it is missing."""
        value = self.values.get(name)
        if value is None or isinstance(value, str):
            return value
        raise ControlRequestError(f'"{name}" must be a text.')

    def number(self, name: str) -> int | None:
        """Return an integer, or None when it is missing."""
        value = self.values.get(name)
        if value is None or (isinstance(value, int) and not isinstance(value, bool)):
            return value
        if isinstance(value, str) and value.removeprefix("-").isdigit():
            return int(value)
        raise ControlRequestError(f'"{name}" must be a whole number.')

    def seconds(self, name: str) -> float:
        """Return a number of seconds, or 0 when it is missing."""
        value = self.values.get(name, 0)
        try:
            return float(str(value))
        except ValueError as error:
            raise ControlRequestError(f'"{name}" must be a number of seconds.') from error

    def poll_timeout(self) -> float:
        """Return the seconds a long poll may last: `wait`, at most MAX_WAIT_SECONDS."""
        return min(max(self.seconds("wait"), 0.0), MAX_WAIT_SECONDS)

    def flag(self, name: str) -> bool:
        """Return whether the value is true; False when it is missing."""
        return self.values.get(name) in {True, "true", "1"}

    def rows(self, name: str) -> list[object]:
        """Return a list, empty when it is missing."""
        value = self.values.get(name)
        if value is None:
            return []
        if isinstance(value, list):
            return value
        raise ControlRequestError(f'"{name}" must be a list.')

    def picture(self, name: str) -> bytes | None:
        """Return the bytes of a picture sent in base64, or None when it is missing."""
        encoded = self.text(name)
        if not encoded:
            return None
        try:
            return base64.b64decode(encoded, validate=True)
        except binascii.Error as error:
            raise ControlRequestError(f'"{name}" must be a picture in base64.') from error

    def need_text(self, name: str) -> str:
        """Return a required text."""
        value = self.text(name)
        if not value:
            raise ControlRequestError(f'"{name}" is missing.')
        return value

    def need_number(self, name: str) -> int:
        """Return a required integer."""
        value = self.number(name)
        if value is None:
            raise ControlRequestError(f'"{name}" is missing.')
        return value


def find_person(telegram: TelegramSandbox, identity: object) -> Person:
    """Return a person by id; raise ControlRequestError when there is none."""
    person = telegram.world.people.get(str(identity))
    if person is None:
        raise ControlRequestError(f"There is no user {identity!r}; make one with POST /sim/users.")
    return person


def find_bot(telegram: TelegramSandbox, wanted: object) -> Bot:
    """Return a bot by @username, username or id; raise ControlRequestError when there is none."""
    name = str(wanted)
    bot = telegram.world.bots.get(name) or telegram.world.bot_by_name(name)
    if bot is None:
        raise ControlRequestError(f"There is no bot {wanted!r}; make one with POST /sim/bots.")
    return bot


def find_group(telegram: TelegramSandbox, wanted: object) -> Group:
    """Return a group by id; raise ControlRequestError when there is none."""
    group = telegram.world.groups.get(str(wanted))
    if group is None:
        raise ControlRequestError(f"There is no group {wanted!r}; make one with POST /sim/groups.")
    return group


def find_place(telegram: TelegramSandbox, chat: object, person: Person | None) -> str:
    """Return the place of "@bot" or a group's id for a person; without a person only a group is allowed.

    Raises ControlRequestError when there is no such chat or the person is not in the group.
    """
    if str(chat).startswith("@"):
        if person is None:
            raise ControlRequestError('A private chat needs a "user".')
        return private_place(find_bot(telegram, chat).id, person.id)
    group = find_group(telegram, chat)
    if person is not None and group.members.get(str(person.id)) not in PRESENT_STATUSES:
        raise ControlRequestError(f"{person.first_name} ({person.id}) is not in the group {group.title!r}.")
    return group_place(group.id)
