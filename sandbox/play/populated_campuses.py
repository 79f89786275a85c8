"""Creates many campuses: files made from the demo's, each with a bot, groups and runners of its own."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from sandbox.launch.stack import CAMPUS_FILE
from sandbox.launch.telegram_accounts import PersonAccount, TelegramAccounts
from sandbox.play.scene_campuses import CampusChats, define_campus_chats

RUNNERS_PER_CAMPUS = 48
FIRST_CUSTOMER_OFFSET = 50_000


@dataclass(frozen=True, slots=True, kw_only=True)
class PopulatedCampus:
    """A campus with its people. Runners are used up, customers are created when they are needed."""

    chats: CampusChats
    admin: PersonAccount
    runners: tuple[PersonAccount, ...]
    unused_runners: list[PersonAccount] = field(default_factory=list)
    new_customer_ids: Iterator[int]

    def next_runner(self) -> PersonAccount:
        """Return a runner that no scene has used yet."""
        return self.unused_runners.pop()

    def next_customer(self, name: str = "Mei") -> PersonAccount:
        """Return a new customer who is not yet on Telegram."""
        return PersonAccount(id=next(self.new_customer_ids), first_name=name)


def create_populated_campus(
    folder: Path, name: str, number: int, *, runners: int = RUNNERS_PER_CAMPUS, **durations: str
) -> PopulatedCampus:
    """Write a campus file and create its people. `number` (3 to 99) keeps their ids apart.

    `durations` maps names of the demo's campus file to durations like "4s". Raise ValueError for a name it does not
    have.
    """
    first = 100_000 * number
    admin = PersonAccount(id=first, first_name="Sam")
    runner_accounts = tuple(
        PersonAccount(id=first + 1 + each, first_name="Ben" if each % 2 else "Ana") for each in range(runners)
    )
    chats = define_campus_chats(
        name, number, folder / f"{name}.toml", tuple(one.id for one in runner_accounts), (admin.id,)
    )
    chats.file.write_text(_render_campus_file(chats, admin, runner_accounts, durations))
    return PopulatedCampus(
        chats=chats,
        admin=admin,
        runners=runner_accounts,
        unused_runners=list(reversed(runner_accounts)),
        new_customer_ids=count(first + FIRST_CUSTOMER_OFFSET),
    )


def _render_campus_file(
    chats: CampusChats, admin: PersonAccount, runners: tuple[PersonAccount, ...], durations: Mapping[str, str]
) -> str:
    """Return the demo's campus file with another name, other chats and other people."""
    rows = ", ".join(f'{{ id = {one.id}, name = "{one.first_name}" }}' for one in runners)
    changes = {
        "name": f'"{chats.bot.campus}"',
        "title": f'"{chats.bot.name}"',
        "runner_group": str(chats.runners.id),
        "admin_chat": str(chats.admins.id),
        "admins": f'[{{ id = {admin.id}, name = "{admin.first_name}" }}]',
        "runners": f"[{rows}]",
        **{name: f'"{length}"' for name, length in durations.items()},
    }
    text = CAMPUS_FILE.read_text()
    for key, value in changes.items():
        text, found = re.subn(rf"^{key} = .*$", f"{key} = {value}", text, count=1, flags=re.MULTILINE)
        if found != 1:
            raise ValueError(f"{CAMPUS_FILE} says nothing of {key}")
    return text


def accounts_of_campuses(populated_campuses: Iterable[PopulatedCampus]) -> TelegramAccounts:
    """Return the accounts of everybody who exists from the start."""
    all_campuses = tuple(populated_campuses)
    return TelegramAccounts(
        bots=tuple(one.chats.bot for one in all_campuses),
        people=tuple(person for one in all_campuses for person in (one.admin, *one.runners)),
        groups=tuple(group for one in all_campuses for group in (one.chats.runners, one.chats.admins)),
    )
