"""The parser of campus files: it reads a whole file, and collects a sentence for each mistake in it."""

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from decimal import Decimal
from zoneinfo import available_timezones

from domain.campuses.campus import OpeningHours
from domain.campuses.fees import Fees
from domain.currencies import all_currencies
from domain.orders.pricing import MAX_ITEM_NAME_LENGTH
from domain.settings.button_links import find_link_fault
from domain.typed import fold_name
from workers.commands.campus_fees import read_fees
from workers.commands.campus_hours import read_hours
from workers.commands.campus_risk import read_risk
from workers.commands.campus_values import (
    MAX_TELEGRAM_ID,
    Section,
    check_keys,
    format_value,
    read_group_id,
    read_integer,
    read_price,
    read_section,
    read_sections,
    read_text,
)
from workers.commands.campus_windows import read_windows

MAX_TITLE_LENGTH = 60  # characters
MAX_NAME_LENGTH = 40  # characters of a store, a building or a spot, which must fit on a button
MAX_OPEN_JOBS = 20
BYTE_ORDER_MARK = "\ufeff"  # some editors write it before the first line
PERSON_EXAMPLE = '{ id = 123456789, name = "Sam" }'


class CampusFileError(Exception):
    """The file is wrong and nothing is written; `errors` has one sentence for each mistake."""

    def __init__(self, errors: Sequence[str]) -> None:
        super().__init__("\n".join(errors))
        self.errors = tuple(errors)


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedPerson:
    """A person by Telegram's user id; the name is used until they write to the bot."""

    id: int
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Dish:
    """An item of a menu; the price is in minor units."""

    name: str
    price: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedStore:
    """A store of the file."""

    name: str
    location: str
    hours: OpeningHours
    menu: tuple[Dish, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedDropPoint:
    """A drop point of the file."""

    building: str
    spot: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CampusFile:
    """A whole campus; a group, link or code that is None was left out and keeps its stored value."""

    name: str
    title: str
    currency: str
    time_zone: str
    runner_group: int | None
    admin_chat: int | None
    runner_invite: str | None
    invite_code: str | None = None  # a new campus without one gets a random code
    open_to_all: bool = False
    receipts: bool = True
    admins: tuple[NamedPerson, ...]
    runners: tuple[NamedPerson, ...]
    open_jobs: int  # how many orders a runner may deliver at the same time
    fees: Fees
    fee_suggestions: tuple[int, ...]
    windows: Mapping[str, int]  # seconds; only the windows that the file names
    risk: Mapping[str, int] = field(default_factory=dict)  # only the limits that the file names
    hours: OpeningHours
    stores: tuple[ListedStore, ...]
    drop_points: tuple[ListedDropPoint, ...]


def parse_campus_file(toml_text: str) -> CampusFile:
    """Return the campus that a TOML text describes. Raise CampusFileError with a sentence for each mistake."""
    try:
        content = tomllib.loads(toml_text.removeprefix(BYTE_ORDER_MARK), parse_float=Decimal)
    except (ValueError, RecursionError) as error:  # ValueError: invalid TOML, or a number of 5,000 digits
        raise CampusFileError([f"this is no TOML: {error}"]) from None
    root = Section(path="", content=content, errors=[])
    # The file has `fee_suggestions` in its table `fees`.
    check_keys(root, [field.name for field in fields(CampusFile) if field.name != "fee_suggestions"])
    currency = _read_currency(root)
    fees, suggestions = read_fees(read_section(root, "fees"), currency)
    is_readable = not any(error.startswith("fees.") for error in root.errors)
    admins, runners = _read_admins(root), _read_people(root, "runners")
    runner_group, admin_chat = _read_groups(root)
    campus_file = CampusFile(
        name=_read_name(root),
        title=read_text(root, "title", max_length=MAX_TITLE_LENGTH),
        currency=currency,
        time_zone=_read_time_zone(root),
        runner_group=runner_group,
        admin_chat=admin_chat,
        runner_invite=_read_runner_invite(root),
        invite_code=_read_invite_code(root),
        open_to_all=_read_flag(root, "open_to_all", default=False),
        receipts=_read_flag(root, "receipts", default=True),
        admins=admins,
        runners=runners,
        open_jobs=read_integer(root, "open_jobs", minimum=1, maximum=MAX_OPEN_JOBS, default=1),
        fees=fees,
        fee_suggestions=suggestions,
        windows=read_windows(read_section(root, "windows")),
        risk=read_risk(read_section(root, "risk"), fees, fees_readable=is_readable),
        hours=read_hours(root, "hours"),
        stores=_read_stores(root, currency),
        drop_points=_read_drop_points(root),
    )
    if root.errors:
        raise CampusFileError(root.errors)
    return campus_file


def _read_groups(root: Section) -> tuple[int | None, int | None]:
    runner_group, admin_chat = read_group_id(root, "runner_group"), read_group_id(root, "admin_chat")
    if runner_group is not None and runner_group == admin_chat:
        root.add_error("admin_chat", "is the runner group too; runners would read what is for admins")
    return runner_group, admin_chat


def _read_name(root: Section) -> str:
    name = read_text(root, "name", max_length=MAX_TITLE_LENGTH)
    if name and not re.fullmatch(r"[a-z][a-z0-9_]{1,30}", name):
        root.add_error("name", f"{format_value(name)} must be 2 to 31 small letters, digits or _, a letter first")
    return name


def _read_currency(root: Section) -> str:
    currency = read_text(root, "currency", max_length=MAX_TITLE_LENGTH)
    if currency and not re.fullmatch(r"[a-z]{3}", currency):
        root.add_error("currency", f"{format_value(currency)} must be three small letters, like sgd")
        return "sgd"
    if currency and currency not in all_currencies():
        root.add_error("currency", f"{format_value(currency)} is no currency of ISO 4217")
    return currency


def _read_time_zone(root: Section) -> str:
    name = read_text(root, "time_zone", max_length=MAX_TITLE_LENGTH)
    if name and name not in known_time_zones():
        root.add_error("time_zone", f"{format_value(name)} is no time zone; write it like Asia/Singapore")
    return name


def known_time_zones() -> frozenset[str]:
    """Return the zones by their names in the tz database: Postgres knows them too, by the same names.

    A zone of this machine alone is none of them, such as `localtime`, nor one of a folder like `posix`.
    """
    names = available_timezones() - {"Factory", "localtime", "build/etc/localtime"}
    return frozenset(name for name in names if name.partition("/")[0] not in ("posix", "right", "SystemV"))


def _read_runner_invite(root: Section) -> str | None:
    if "runner_invite" not in root.content:
        return None
    link = read_text(root, "runner_invite", max_length=200)
    if link and (find_link_fault(link) is not None or not link.startswith("https://")):
        root.add_error("runner_invite", f"{format_value(link)} is no link; Telegram's begin with https://t.me/+")
    return link


def _read_invite_code(root: Section) -> str | None:
    if "invite_code" not in root.content:
        return None
    code = read_text(root, "invite_code", max_length=200)
    if code and not re.fullmatch(r"[A-Za-z0-9-]{4,40}", code):
        root.add_error(
            "invite_code", f"{format_value(code)} must be 4 to 40 letters, digits or -, as it becomes part of a link"
        )
    return code


def _read_flag(root: Section, key: str, *, default: bool) -> bool:
    value = root.content.get(key, default)
    if not isinstance(value, bool):
        root.add_error(key, f"{format_value(value)} is neither true nor false")
        return default
    return value


def _read_admins(root: Section) -> tuple[NamedPerson, ...]:
    admins = _read_people(root, "admins")
    if "admins" not in root.content or root.content["admins"] == []:
        root.add_error("admins", "names nobody; an admin approves runners and helps when something is stuck")
    return admins


def _read_people(root: Section, key: str) -> tuple[NamedPerson, ...]:
    people = []
    for person in read_sections(root, key, PERSON_EXAMPLE):
        check_keys(person, ("id", "name"))
        number = read_integer(person, "id", minimum=1, maximum=MAX_TELEGRAM_ID)
        people.append(NamedPerson(id=number, name=read_text(person, "name", max_length=MAX_TITLE_LENGTH)))
    # An id of 1 means that read_integer reported an error.
    _reject_duplicates(root, key, [person.id if person.id > 1 else "" for person in people])
    return tuple(people)


def _read_stores(root: Section, currency: str) -> tuple[ListedStore, ...]:
    stores = []
    for store in read_sections(root, "stores", '{ name = "Koufu", menu = [...] }'):
        check_keys(store, ("name", "location", "hours", "menu"))
        stores.append(
            ListedStore(
                name=read_text(store, "name", max_length=MAX_NAME_LENGTH),
                location=read_text(store, "location", max_length=MAX_TITLE_LENGTH, default=""),
                hours=read_hours(store, "hours"),
                menu=_read_menu(store, currency),
            )
        )
    _reject_duplicates(root, "stores", [store.name for store in stores])
    return tuple(stores)


def _read_menu(store: Section, currency: str) -> tuple[Dish, ...]:
    dishes = []
    for dish in read_sections(store, "menu", '{ name = "Laksa", price = "5.50" }'):
        check_keys(dish, ("name", "price"))
        name = read_text(dish, "name", max_length=MAX_ITEM_NAME_LENGTH)
        dishes.append(Dish(name=name, price=read_price(dish, "price", currency, minimum=1)))
    _reject_duplicates(store, "menu", [dish.name for dish in dishes])
    return tuple(dishes)


def _read_drop_points(root: Section) -> tuple[ListedDropPoint, ...]:
    drop_points = []
    for place in read_sections(root, "drop_points", '{ building = "Library", spot = "lobby" }'):
        check_keys(place, ("building", "spot"))
        building = read_text(place, "building", max_length=MAX_NAME_LENGTH)
        drop_points.append(
            ListedDropPoint(building=building, spot=read_text(place, "spot", max_length=MAX_NAME_LENGTH, default=""))
        )
    _reject_duplicates(root, "drop_points", [f"{place.building}, {place.spot}".lstrip(", ") for place in drop_points])
    return tuple(drop_points)


def _reject_duplicates(section: Section, key: str, names: Iterable[str | int]) -> None:
    """Add an error for each name that an earlier entry has: both would become one row. Skip entries without a name."""
    seen: dict[str, int] = {}
    for number, name in enumerate(names):
        folded = fold_name(str(name))
        if folded and seen.setdefault(folded, number) != number:
            section.add_error(f"{key}[{number}]", f"{format_value(name)} is there already, as {key}[{seen[folded]}]")
