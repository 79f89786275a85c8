"""The campuses of the journeys: files made from the demo's, each with a crowd of runners of its own."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from sandbox.launch.people import Cast, Person
from sandbox.launch.stack import CAMPUS_FILE
from sandbox.play.cast import Campus, found_campus

NAMES = ("east", "south", "west", "crowded", "hasty")
RUNNERS = 48
CROWD = 60  # runners of the campus that is named after it
HASTE = "4s"
FIRST_CUSTOMER = 50_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Quarter:
    """A campus with its people: runners are used up, customers come as they are needed."""

    campus: Campus
    sam: Person
    runners: tuple[Person, ...]
    unused: list[Person] = field(default_factory=list)
    newcomers: Iterator[int]

    def next_runner(self) -> Person:
        """A runner nobody has worked with yet."""
        return self.unused.pop()

    def next_customer(self, name: str = "Mei") -> Person:
        """Somebody new; not yet on Telegram."""
        return Person(id=next(self.newcomers), first_name=name)


def found_quarters(folder: Path, names: tuple[str, ...] = NAMES) -> dict[str, Quarter]:
    """Write a file for each campus and think up its people."""
    return {name: _found(folder, name, number) for number, name in enumerate(names, start=3)}


def _found(folder: Path, name: str, number: int) -> Quarter:
    first = 100_000 * number
    sam = Person(id=first, first_name="Sam")
    many = CROWD if name == "crowded" else RUNNERS
    runners = tuple(Person(id=first + 1 + each, first_name="Ben" if each % 2 else "Ana") for each in range(many))
    campus = found_campus(name, number, folder / f"{name}.toml", tuple(one.id for one in runners), (sam.id,))
    campus.file.write_text(_written(campus, sam, runners))
    return Quarter(
        campus=campus,
        sam=sam,
        runners=runners,
        unused=list(reversed(runners)),
        newcomers=count(first + FIRST_CUSTOMER),
    )


def _written(campus: Campus, sam: Person, runners: tuple[Person, ...]) -> str:
    """The demo's campus file with another name, other chats and other people."""
    rows = ", ".join(f'{{ id = {one.id}, name = "{one.first_name}" }}' for one in runners)
    changes = {
        "name": f'"{campus.bot.campus}"',
        "title": f'"{campus.bot.name}"',
        "runner_group": str(campus.runners.id),
        "admin_chat": str(campus.admins.id),
        "admins": f'[{{ id = {sam.id}, name = "{sam.first_name}" }}]',
        "runners": f"[{rows}]",
    }
    if campus.bot.campus == "hasty":
        changes["unclaimed"] = f'"{HASTE}"'
    text = CAMPUS_FILE.read_text()
    for key, value in changes.items():
        text, found = re.subn(rf"^{key} = .*$", f"{key} = {value}", text, count=1, flags=re.MULTILINE)
        assert found == 1, f"{CAMPUS_FILE} says nothing of {key}"
    return text


def cast_of(quarters: dict[str, Quarter]) -> Cast:
    """Everybody who is there from the start."""
    return Cast(
        bots=tuple(one.campus.bot for one in quarters.values()),
        people=tuple(person for one in quarters.values() for person in (one.sam, *one.runners)),
        groups=tuple(group for one in quarters.values() for group in (one.campus.runners, one.campus.admins)),
    )
