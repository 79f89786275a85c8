"""A campus file as data: read whole, with a sentence for each mistake in it, before anything is written anywhere."""

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from decimal import Decimal
from zoneinfo import ZoneInfo

from domain.campus import Hours
from domain.money import LARGEST_CHARGE
from domain.pricing import LONGEST_ITEM_NAME, SMALLEST_CHARGE, Fees
from domain.timers import WINDOW_NAMES, Windows
from workers.campus_values import (
    LARGEST_ID,
    Section,
    as_amount,
    as_written,
    check_keys,
    read_duration,
    read_group,
    read_hours,
    read_list,
    read_price,
    read_section,
    read_sections,
    read_text,
    read_whole,
    shown,
)

LONGEST_TITLE = 60  # characters
LONGEST_NAME = 40  # of a store, a building, a spot: it has to fit a button
MOST_OPEN_JOBS = 20
WHOLE = 10_000  # basis points
PERSON = '{ id = 123456789, name = "Sam" }'
FEE_NAMES = tuple(field.name for field in fields(Fees) if field.name != "currency")


class CampusFileError(Exception):
    """A file that founds nothing: one sentence for each mistake."""

    def __init__(self, mistakes: Sequence[str]) -> None:
        super().__init__("\n".join(mistakes))
        self.mistakes = tuple(mistakes)


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedPerson:
    """Somebody by Telegram's number; the name counts until she writes to the bot."""

    id: int
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Dish:
    """A line of a menu; the price in minor units."""

    name: str
    price: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedStore:
    """A store as the file has it."""

    name: str
    location: str
    hours: Hours
    menu: tuple[Dish, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A drop point as the file has it."""

    building: str
    spot: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CampusFile:
    """A whole campus; a group that is None was left out and stays what it was."""

    name: str
    title: str
    currency: str
    time_zone: str
    runner_group: int | None
    admin_chat: int | None
    runner_invite: str | None
    invite_code: str | None = None  # left out it stays what it was, a code of its own at first
    open_to_all: bool = False
    admins: tuple[NamedPerson, ...]
    runners: tuple[NamedPerson, ...]
    open_jobs: int
    fees: Fees
    fee_suggestions: tuple[int, ...]
    windows: Mapping[str, int]  # seconds; only those the file names
    hours: Hours
    stores: tuple[ListedStore, ...]
    drop_points: tuple[Place, ...]


def read_campus(typed: str) -> CampusFile:
    """The campus of a TOML text; CampusFileError lists everything that is wrong with it."""
    try:
        content = tomllib.loads(typed, parse_float=Decimal)
    except (ValueError, RecursionError) as error:  # ValueError: TOML's own, and numbers of 5,000 digits
        raise CampusFileError([f"this is no TOML: {error}"]) from None
    whole = Section(where="", content=content, mistakes=[])
    check_keys(whole, [field.name for field in fields(CampusFile) if field.name != "fee_suggestions"])
    currency = _currency(whole)
    fees, suggestions = _fees(read_section(whole, "fees"), currency)
    admins, runners = _people(whole, "admins"), _people(whole, "runners")
    if "admins" not in content or content["admins"] == []:
        whole.wrong("admins", "names nobody; an admin approves runners and helps when something is stuck")
    groups = read_group(whole, "runner_group"), read_group(whole, "admin_chat")
    if groups[0] is not None and groups[0] == groups[1]:
        whole.wrong("admin_chat", "is the runner group too; runners would read what is for admins")
    found = CampusFile(
        name=_name(whole),
        title=read_text(whole, "title", longest=LONGEST_TITLE),
        currency=currency,
        time_zone=_time_zone(whole),
        runner_group=groups[0],
        admin_chat=groups[1],
        runner_invite=_invite(whole),
        invite_code=_invite_code(whole),
        open_to_all=_open_to_all(whole),
        admins=admins,
        runners=runners,
        open_jobs=read_whole(whole, "open_jobs", least=1, most=MOST_OPEN_JOBS, otherwise=1),
        fees=fees,
        fee_suggestions=suggestions,
        windows=_windows(read_section(whole, "windows")),
        hours=read_hours(whole, "hours"),
        stores=_stores(whole, currency),
        drop_points=_drop_points(whole),
    )
    if whole.mistakes:
        raise CampusFileError(whole.mistakes)
    return found


def _name(whole: Section) -> str:
    name = read_text(whole, "name", longest=LONGEST_TITLE)
    if name and not re.fullmatch(r"[a-z][a-z0-9_]{1,30}", name):
        whole.wrong("name", f"{shown(name)} must be 2 to 31 small letters, digits or _, a letter first")
    return name


def _currency(whole: Section) -> str:
    currency = read_text(whole, "currency", longest=LONGEST_TITLE)
    if currency and not re.fullmatch(r"[a-z]{3}", currency):
        whole.wrong("currency", f"{shown(currency)} must be three small letters, like sgd")
        return "sgd"
    return currency


def _time_zone(whole: Section) -> str:
    name = read_text(whole, "time_zone", longest=LONGEST_TITLE)
    try:
        if name:
            ZoneInfo(name)
    except (LookupError, ValueError, OSError):
        whole.wrong("time_zone", f"{shown(name)} is no time zone; write it like Asia/Singapore")
    return name


def _invite(whole: Section) -> str | None:
    if "runner_invite" not in whole.content:
        return None
    link = read_text(whole, "runner_invite", longest=200)
    if link and not re.fullmatch(r"https://\S+", link):
        whole.wrong("runner_invite", f"{shown(link)} is no link; Telegram's begin with https://t.me/+")
    return link


def _invite_code(whole: Section) -> str | None:
    if "invite_code" not in whole.content:
        return None
    code = read_text(whole, "invite_code", longest=200)
    if code and not re.fullmatch(r"[A-Za-z0-9-]{4,40}", code):
        whole.wrong("invite_code", f"{shown(code)} must be 4 to 40 letters, digits or -, as it becomes part of a link")
    return code


def _open_to_all(whole: Section) -> bool:
    value = whole.content.get("open_to_all", False)
    if not isinstance(value, bool):
        whole.wrong("open_to_all", f"{shown(value)} is neither true nor false")
        return False
    return value


def _people(whole: Section, key: str) -> tuple[NamedPerson, ...]:
    found = []
    for person in read_sections(whole, key, PERSON):
        check_keys(person, ("id", "name"))
        number = read_whole(person, "id", least=1, most=LARGEST_ID)
        found.append(NamedPerson(id=number, name=read_text(person, "name", longest=LONGEST_TITLE)))
    _refuse_twins(whole, key, [person.id if person.id > 1 else "" for person in found])
    return tuple(found)


def _fees(section: Section, currency: str) -> tuple[Fees, tuple[int, ...]]:
    check_keys(section, (*FEE_NAMES, "fee_suggestions"))
    shares = ("platform_basis_points", "headroom_basis_points")
    values = {
        name: read_whole(section, name, least=0, most=WHOLE) if name in shares else read_price(section, name, currency)
        for name in FEE_NAMES
    }
    suggestions = tuple(
        as_amount(section, f"fee_suggestions[{number}]", value, currency)
        for number, value in enumerate(read_list(section, "fee_suggestions"))
    )
    fees = Fees(currency=currency, **values)
    if not section.mistakes:  # amounts that could not be read compare with nothing
        _compare(section, fees, suggestions)
    return fees, suggestions


def _compare(section: Section, fees: Fees, suggestions: tuple[int, ...]) -> None:
    """What each amount must be beside the others."""
    if fees.headroom_least > fees.headroom_most:
        section.wrong("headroom_least", f"is more than headroom_most, {as_written(fees.headroom_most, fees.currency)}")
    if fees.delivery_fee_least > fees.delivery_fee_most:
        most = as_written(fees.delivery_fee_most, fees.currency)
        section.wrong("delivery_fee_least", f"is more than delivery_fee_most, {most}")
        suggestions = ()  # nothing lies between
    if not SMALLEST_CHARGE <= fees.order_most <= LARGEST_CHARGE:
        least, most = (as_written(bound, fees.currency) for bound in (SMALLEST_CHARGE, LARGEST_CHARGE))
        section.wrong("order_most", f"must be from {least} to {most}, what a card can be charged")
    elif fees.service_fee + fees.delivery_fee_least + fees.headroom_least >= fees.order_most:
        section.wrong("order_most", "leaves no room for food beside the fees and the headroom")
    for number, fee in enumerate(suggestions):
        if not fees.delivery_fee_least <= fee <= fees.delivery_fee_most:
            written = as_written(fee, fees.currency)
            section.wrong(
                f"fee_suggestions[{number}]", f"{written} is not from delivery_fee_least to delivery_fee_most"
            )


def _windows(section: Section) -> dict[str, int]:
    check_keys(section, WINDOW_NAMES)
    before = len(section.mistakes)
    lengths = {name: read_duration(section, name) for name in WINDOW_NAMES if name in section.content}
    windows = Windows(**lengths)
    if len(section.mistakes) == before and windows.unclaimed > windows.open_at_most:
        section.wrong("unclaimed", f"is longer than open_at_most, {windows.open_at_most}s")
    return lengths


def _stores(whole: Section, currency: str) -> tuple[ListedStore, ...]:
    found = []
    for store in read_sections(whole, "stores", '{ name = "Koufu", menu = [...] }'):
        check_keys(store, ("name", "location", "hours", "menu"))
        found.append(
            ListedStore(
                name=read_text(store, "name", longest=LONGEST_NAME),
                location=read_text(store, "location", longest=LONGEST_TITLE, otherwise=""),
                hours=read_hours(store, "hours"),
                menu=_menu(store, currency),
            )
        )
    _refuse_twins(whole, "stores", [store.name for store in found])
    return tuple(found)


def _menu(store: Section, currency: str) -> tuple[Dish, ...]:
    found = []
    for dish in read_sections(store, "menu", '{ name = "Laksa", price = "5.50" }'):
        check_keys(dish, ("name", "price"))
        name = read_text(dish, "name", longest=LONGEST_ITEM_NAME)
        found.append(Dish(name=name, price=read_price(dish, "price", currency, least=1)))
    _refuse_twins(store, "menu", [dish.name for dish in found])
    return tuple(found)


def _drop_points(whole: Section) -> tuple[Place, ...]:
    found = []
    for place in read_sections(whole, "drop_points", '{ building = "Library", spot = "lobby" }'):
        check_keys(place, ("building", "spot"))
        building = read_text(place, "building", longest=LONGEST_NAME)
        found.append(Place(building=building, spot=read_text(place, "spot", longest=LONGEST_NAME, otherwise="")))
    _refuse_twins(whole, "drop_points", [f"{place.building}, {place.spot}".lstrip(", ") for place in found])
    return tuple(found)


def _refuse_twins(section: Section, key: str, names: Iterable[str | int]) -> None:
    """Two of the same name would be one in the store; nameless ones are a mistake already told."""
    seen: dict[str, int] = {}
    for number, name in enumerate(names):
        folded = str(name).casefold()
        if folded and seen.setdefault(folded, number) != number:
            section.wrong(f"{key}[{number}]", f"{shown(name)} is there already, as {key}[{seen[folded]}]")
