"""Many campuses: files made from the demo's, each with a bot, groups and a crowd of runners of its own."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from sandbox.launch.people import Cast, Person
from sandbox.launch.stack import CAMPUS_FILE
from sandbox.play.cast import Campus, found_campus

RUNNERS = 48
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


def found_quarter(folder: Path, name: str, number: int, *, runners: int = RUNNERS, **windows: str) -> Quarter:
    """Write a campus' file and think up its people; `number` (3 to 99) keeps their ids apart.

    `windows` are lengths like "4s", for those that the demo's campus file names.
    """
    first = 100_000 * number
    sam = Person(id=first, first_name="Sam")
    crowd = tuple(Person(id=first + 1 + each, first_name="Ben" if each % 2 else "Ana") for each in range(runners))
    campus = found_campus(name, number, folder / f"{name}.toml", tuple(one.id for one in crowd), (sam.id,))
    campus.file.write_text(_written(campus, sam, crowd, windows))
    return Quarter(
        campus=campus,
        sam=sam,
        runners=crowd,
        unused=list(reversed(crowd)),
        newcomers=count(first + FIRST_CUSTOMER),
    )


def _written(campus: Campus, sam: Person, runners: tuple[Person, ...], windows: Mapping[str, str]) -> str:
    """The demo's campus file with another name, other chats and other people."""
    rows = ", ".join(f'{{ id = {one.id}, name = "{one.first_name}" }}' for one in runners)
    changes = {
        "name": f'"{campus.bot.campus}"',
        "title": f'"{campus.bot.name}"',
        "runner_group": str(campus.runners.id),
        "admin_chat": str(campus.admins.id),
        "admins": f'[{{ id = {sam.id}, name = "{sam.first_name}" }}]',
        "runners": f"[{rows}]",
        **{name: f'"{length}"' for name, length in windows.items()},
    }
    text = CAMPUS_FILE.read_text()
    for key, value in changes.items():
        text, found = re.subn(rf"^{key} = .*$", f"{key} = {value}", text, count=1, flags=re.MULTILINE)
        if found != 1:
            raise ValueError(f"{CAMPUS_FILE} says nothing of {key}")
    return text


def cast_of_all(quarters: Iterable[Quarter]) -> Cast:
    """Everybody who is there from the start."""
    everywhere = tuple(quarters)
    return Cast(
        bots=tuple(one.campus.bot for one in everywhere),
        people=tuple(person for one in everywhere for person in (one.sam, *one.runners)),
        groups=tuple(group for one in everywhere for group in (one.campus.runners, one.campus.admins)),
    )
