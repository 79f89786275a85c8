"""The campuses of a stack, read from their files: campus.toml, or a copy of it with other people and windows."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from types import MappingProxyType

CAMPUS_FILE = Path(__file__).with_name("campus.toml")  # all fees, shops, people and chats; only the customers are not
RUNNERS_PER_CAMPUS = 48
FIRST_CUSTOMER_OFFSET = 50_000
FIRST_BOT_ID = 7_000_000_000
MAX_GROUP_NUMBER = 1_000_000_000

# In a sandbox people shop in seconds, and pay that waits a day would never be seen. All other limits are as shipped.
HURRIED_LIMITS: Mapping[str, str] = MappingProxyType(
    {"first_payouts": "0", "least_purchase": '"0s"', "least_delivery": '"0s"'}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonAccount:
    """A person with a Telegram account."""

    id: int
    first_name: str


FIRST_GROUP = -1_001_000_000_000
MEI = PersonAccount(id=1001, first_name="Mei")  # the customers of the demo
KAI = PersonAccount(id=1002, first_name="Kai")


@dataclass(frozen=True, slots=True, kw_only=True)
class Campus:
    """A campus with its bot, its two groups and its people. Its runners and new customers are taken one by one."""

    file: Path
    name: str
    invite_code: str
    runner_group: int
    admin_chat: int
    admin: PersonAccount
    runners: tuple[PersonAccount, ...]
    unused_runners: Iterator[PersonAccount]
    unused_customer_ids: Iterator[int]

    @property
    def bot(self) -> str:
        """Return the bot's @username."""
        return f"@campusg_{self.name}_bot"

    @property
    def bot_name(self) -> str:
        """Return the bot's name in chats."""
        return f"CampusG {self.name.title()}"

    @property
    def bot_token(self) -> str:
        """Return the token that BotFather would give; each runner group leads to another one."""
        return f"{FIRST_BOT_ID + -self.runner_group % MAX_GROUP_NUMBER}:sandbox-{self.name}-{'0' * 20}"

    @property
    def token_variable(self) -> str:
        """Return the name of the environment variable that holds the token."""
        return f"TELEGRAM_BOT_TOKEN_{self.name.upper()}"

    @property
    def group_titles(self) -> dict[int, str]:
        """Return the titles of both groups by their ids."""
        return {self.runner_group: f"{self.name.title()} runners", self.admin_chat: f"{self.name.title()} admins"}

    def link_console(self, console_url: str) -> str:
        """Return the option of the chat page that opens the console of this campus as its admin."""
        page = f"{console_url}/console/{self.name}/"
        return f"{self.admin.id}:{self.bot}:Console, as {self.admin.first_name}:{page}"

    def groups_of(self, person: PersonAccount) -> tuple[int, ...]:
        """Return the groups of a runner or an admin; a customer has none."""
        if person == self.admin:
            return self.runner_group, self.admin_chat
        return (self.runner_group,) if person in self.runners else ()

    def next_runner(self) -> PersonAccount:
        """Return a runner who was not taken yet."""
        return next(self.unused_runners)

    def next_customer(self) -> PersonAccount:
        """Return a new customer, who is not yet on Telegram."""
        return PersonAccount(id=next(self.unused_customer_ids), first_name=MEI.first_name)


def read_campus(file: Path = CAMPUS_FILE, *, first_customer: int = MEI.id) -> Campus:
    """Read a campus file; one that names no groups gets those of the demo.

    `first_customer` is the id of its first new customer.
    """
    content = tomllib.loads(file.read_text())
    runners = tuple(PersonAccount(id=one["id"], first_name=one["name"]) for one in content["runners"])
    admin = content["admins"][0]
    return Campus(
        file=file,
        name=content["name"],
        invite_code=content["invite_code"],
        runner_group=content.get("runner_group", FIRST_GROUP - 1),
        admin_chat=content.get("admin_chat", FIRST_GROUP - 2),
        admin=PersonAccount(id=admin["id"], first_name=admin["name"]),
        runners=runners,
        unused_runners=iter(runners),
        unused_customer_ids=count(first_customer),
    )


def copy_campus(folder: Path, limits: Mapping[str, str] = HURRIED_LIMITS) -> Campus:
    """Write the demo's campus file with these limits into the folder, and read it."""
    groups = {"runner_group": str(FIRST_GROUP - 1), "admin_chat": str(FIRST_GROUP - 2)}
    return read_campus(_write_campus_file(folder, "north", {**groups, **limits}))


def create_campus(
    folder: Path,
    name: str,
    number: int,
    *,
    runners: int = RUNNERS_PER_CAMPUS,
    limits: Mapping[str, str] = HURRIED_LIMITS,
    **durations: str,
) -> Campus:
    """Write the demo's campus file with another name, other chats and other people. `number` keeps their ids apart.

    `durations` maps names of the file to durations like "4s"; `limits` maps those of the risk rules to values as the
    file writes them. Raise ValueError for a name that the file does not have.
    """
    first_person, first_group = 100_000 * number, FIRST_GROUP - 10 * number
    names = ("Ben" if each % 2 else "Ana" for each in range(runners))
    rows = ", ".join(f'{{ id = {first_person + at}, name = "{each}" }}' for at, each in enumerate(names, start=1))
    changes = {
        "name": f'"{name}"',
        "title": f'"CampusG {name.title()}"',
        "runner_group": str(first_group - 1),
        "admin_chat": str(first_group - 2),
        "admins": f'[{{ id = {first_person}, name = "Sam" }}]',
        "runners": f"[{rows}]",
        **{window: f'"{length}"' for window, length in durations.items()},
        **limits,
    }
    return read_campus(_write_campus_file(folder, name, changes), first_customer=first_person + FIRST_CUSTOMER_OFFSET)


def _write_campus_file(folder: Path, name: str, changes: Mapping[str, str]) -> Path:
    text = CAMPUS_FILE.read_text()
    for key, value in changes.items():
        text, found = re.subn(rf"^(?:# )?{key} = .*$", f"{key} = {value}", text, count=1, flags=re.MULTILINE)
        if found != 1:
            raise ValueError(f"{CAMPUS_FILE} says nothing of {key}")
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{name}.toml"
    file.write_text(text)
    return file


def format_limits(limits: Mapping[str, str] = HURRIED_LIMITS) -> str:
    """Return a sentence that says which limits of the risk rules are not the shipped ones."""
    changed = ", ".join(f"{name} = {value}" for name, value in limits.items())
    return f"The risk rules are on. Not as shipped: {changed or 'nothing'}."
