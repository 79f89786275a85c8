"""A campus as data: its prices, its time zone, its groups, its stores and drop points."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from domain.campuses.fees import Fees
from domain.campuses.windows import Windows
from domain.risk.limits import RiskLimits

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

# Weekday or date ("2026-12-25", which goes before its weekday) -> (opening, closing) as "HH:MM", or several of them for
# a day with breaks, or none for a closed day. A missing day is closed. An empty mapping is always open.
DayHours = tuple[str, str] | tuple[tuple[str, str], ...]
OpeningHours = Mapping[str, DayHours]


class CampusGroup(StrEnum):
    """One of the two groups of a campus."""

    RUNNERS = "runners"
    ADMINS = "admins"


@dataclass(frozen=True, slots=True, kw_only=True)
class Campus:
    """One campus. The token of its bot is in the setting TELEGRAM_BOT_TOKEN_<NAME>."""

    id: int
    name: str
    title: str
    currency: str
    time_zone: str
    runner_group: int | None
    admin_chat: int | None
    runner_invite: str | None
    bot_username: str | None
    fees: Fees
    windows: Windows
    risk: RiskLimits
    hours: OpeningHours = field(default_factory=dict)
    fee_suggestions: tuple[int, ...] = ()
    open_jobs: int = 1
    paused: bool = False
    pause_reason: str | None = None
    invite_code: str = ""
    open_to_all: bool = False
    runner_group_lost: str | None = None  # why the bot may not write there
    runner_group_lost_at: datetime | None = None
    admin_chat_lost: str | None = None
    admin_chat_lost_at: datetime | None = None
    runner_topic: int | None = None  # message_thread_id, of a group that is a forum
    admin_topic: int | None = None
    receipts: bool = True  # Stripe sends its receipts to customers who gave an address

    @property
    def reaches_runners(self) -> bool:
        """Whether there is a group in which runners see orders, as far as is known."""
        return self.runner_group is not None and self.runner_group_lost is None

    def topic_of(self, chat_id: int) -> int | None:
        """Return the topic of this group that was bound; None for a group as such, and for any other chat."""
        if chat_id == self.runner_group:
            return self.runner_topic
        return self.admin_topic if chat_id == self.admin_chat else None

    @property
    def chat_link(self) -> str:
        """The link to the chat with the campus' bot; Telegram's own address before the bot's name is known."""
        return chat_link_of(self.bot_username) if self.bot_username else "https://t.me"

    def invitation_link(self, drop_point: int | None = None) -> str | None:
        """Return the link that admits a person, to a drop point if given; None before the bot's name is known."""
        if self.bot_username is None:
            return None
        code = self.invite_code if drop_point is None else f"{self.invite_code}_{drop_point}"
        return f"{self.chat_link}?start={code}"

    @property
    def zone(self) -> ZoneInfo:
        """The time zone of the campus."""
        return ZoneInfo(self.time_zone)


@dataclass(frozen=True, slots=True, kw_only=True)
class MenuItem:
    """A dish of a store, with the price last seen, in minor units."""

    id: int
    name: str
    price: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Store:
    """A place to buy food."""

    id: int
    name: str
    location: str
    hours: OpeningHours
    menu: tuple[MenuItem, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DropPoint:
    """A place to hand food over."""

    id: int
    building: str
    spot: str

    @property
    def name(self) -> str:
        """The building and the spot in one line."""
        return f"{self.building}, {self.spot}" if self.spot else self.building


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreAssortment:
    """A listed store as it is now, with the dishes it sold before."""

    store: Store
    active: bool
    discontinued: frozenset[str]  # names of dishes that are no longer on the menu


def chat_link_of(bot_username: str) -> str:
    """Return the link to the chat with this bot."""
    return f"https://t.me/{bot_username}"
