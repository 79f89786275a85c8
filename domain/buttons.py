"""The grammar of callback data, shared by bot and workers: `v1:<action>:<id>:<version>`, at most 64 bytes."""

import re
from dataclasses import dataclass
from enum import StrEnum

from domain.errors import Stale

GRAMMAR_VERSION = "v1"
LARGEST_DATA = 64  # bytes; core.telegram.org/bots/api#inlinekeyboardbutton

_DATA = re.compile(r"v1:([a-z_]{1,20}):(-?[0-9]{1,18}):([0-9]{1,9})", re.ASCII)


class Tap(StrEnum):
    """What a button asks for; the id is an order's, a store's, a person's... as the comment says."""

    HOME = "home"
    ORDER_FOOD = "order_food"
    DELIVER_FOOD = "deliver_food"
    STORE = "store"  # store
    OTHER_STORE = "other_store"
    MENU_ITEM = "menu_item"  # menu item
    CLEAR_ITEMS = "clear_items"
    ITEMS_DONE = "items_done"
    DROP_POINT = "drop_point"  # drop point
    FEE = "fee"  # minor units
    REVIEW = "review"
    PLACE = "place"  # ceiling shown; version = the draft's
    DISCARD = "discard"
    ADD_CARD = "add_card"
    MY_ORDERS = "my_orders"  # page
    OPEN_ORDER = "open_order"  # order
    TRY_AGAIN = "try_again"  # order: a new draft with the same content
    CANCEL = "cancel"  # order
    CANCEL_SURE = "cancel_sure"  # order
    CLAIM = "claim"  # order
    RELEASE = "release"  # order
    RELEASE_SURE = "release_sure"  # order
    BOUGHT = "bought"  # order: asks for the amount
    BOUGHT_AS_ESTIMATED = "bought_estimate"  # order
    PICKED_UP = "picked_up"  # order
    HERE = "here"  # order
    ASK_ADMIN = "ask_admin"  # order; version = what the shop wants, minor units
    LEAVE = "leave"  # order: the food may be left, asks for the photo
    STAY = "stay"  # order: the runner goes on waiting for the customer
    SEE_RECEIPT = "see_receipt"  # order
    SEE_PHOTO = "see_photo"  # order: of the food where it was left
    ASK_TO_RUN = "ask_to_run"
    SET_UP_PAYOUT = "set_up_payout"
    APPROVE = "approve"  # person
    RETRY = "retry"  # saga number
    ME = "me"  # what one paid and earned, one's place and card
    INVITE = "invite"
    MY_PLACE = "my_place"  # drop point; 0 shows the list
    FORGET_PLACE = "forget_place"
    REMOVE_CARD = "remove_card"
    REMOVE_CARD_SURE = "remove_card_sure"


class Style(StrEnum):
    """The colours Telegram draws (Bot API 9.4)."""

    PRIMARY = "primary"
    SUCCESS = "success"
    DANGER = "danger"


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    """One button: said words, and either a tap with its data or a link."""

    words: str
    data: str | None = None
    url: str | None = None
    style: Style | None = None


@dataclass(frozen=True, slots=True)
class TapData:
    """What a tap claims; a claim is never proof."""

    tap: Tap
    subject: int
    version: int


def pack(tap: Tap, subject: int = 0, version: int = 0) -> str:
    """Callback data of at most 64 bytes."""
    data = f"{GRAMMAR_VERSION}:{tap}:{subject}:{version}"
    if len(data.encode()) > LARGEST_DATA or _DATA.fullmatch(data) is None:
        raise ValueError(f"callback data out of grammar: {data!r}")
    return data


def unpack(data: str) -> TapData:
    """What a button said; Stale when it is not of this grammar (an old release, or forged)."""
    found = _DATA.fullmatch(data)
    if found is None:
        raise Stale
    try:
        tap = Tap(found[1])
    except ValueError:
        raise Stale from None
    return TapData(tap, int(found[2]), int(found[3]))


def button(words: str, tap: Tap, subject: int = 0, version: int = 0, style: Style | None = None) -> Button:
    """A tappable button with packed data."""
    return Button(words=words, data=pack(tap, subject, version), style=style)
