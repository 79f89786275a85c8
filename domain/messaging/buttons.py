"""Buttons and the grammar of their callback data: `v1:<action>:<subject>:<argument>`, at most 64 bytes."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, StrEnum, auto
from types import MappingProxyType
from typing import Self

from domain.errors import Stale
from domain.settings.button_links import find_link_fault, find_page_fault

CALLBACK_DATA_VERSION = "v1"
MAX_CALLBACK_DATA_BYTES = 64  # core.telegram.org/bots/api#inlinekeyboardbutton
MENU_SCREEN = 1  # the argument of a button on a menu, whatever else it may hold

_CALLBACK_DATA_PATTERN = re.compile(r"v1:([a-z_]{1,20}):(-?[0-9]{1,18}):([0-9]{1,9})", re.ASCII)
_MAX_ARGUMENT = 10**9  # nine digits


class TapPlace(Enum):
    """Where a button may be pressed."""

    PRIVATE_CHAT = auto()
    ADMIN_CHAT = auto()
    GROUP = auto()  # any other group: the runner group, or one that was it before


class TapArgument(Enum):
    """What the last number of the callback data says. Each action gives it one meaning."""

    NONE = auto()  # nothing: always 0
    SCREEN = auto()  # the screen with the button: 0 none, so its message stays; MENU_SCREEN; or another menu
    ORIGIN = auto()  # the message with the button: MENU_SCREEN, an order message (the order's version), or 0
    ORDER_VERSION = auto()  # the order as its reader saw it, or 0: it tells old buttons apart and is never a guard
    DRAFT_VERSION = auto()  # the basket as its reader saw it
    AMOUNT = auto()  # minor units
    CHOICE = auto()  # the number of one of the offered choices, from 1; 0 is none of them
    CHECKSUM = auto()  # of the text to pass on


ARGUMENT_RANGES: Mapping[TapArgument, range] = MappingProxyType(
    {
        TapArgument.NONE: range(1),
        TapArgument.SCREEN: range(3),
        TapArgument.ORIGIN: range(_MAX_ARGUMENT),
        TapArgument.ORDER_VERSION: range(_MAX_ARGUMENT),
        TapArgument.DRAFT_VERSION: range(1, _MAX_ARGUMENT),
        TapArgument.AMOUNT: range(1, _MAX_ARGUMENT),
        TapArgument.CHOICE: range(100),
        TapArgument.CHECKSUM: range(_MAX_ARGUMENT),
    }
)

_ARG = TapArgument
_PRIVATE = frozenset({TapPlace.PRIVATE_CHAT})
_ADMINS = frozenset({TapPlace.PRIVATE_CHAT, TapPlace.ADMIN_CHAT})  # in other groups others would read the reply
_GROUPS = frozenset({TapPlace.GROUP})
_ANYWHERE = frozenset(TapPlace)
_REDRAWS = True


class Tap(StrEnum):
    """The action of a button, what its argument says, and where it may be pressed. The comment names its subject."""

    argument: TapArgument
    places: frozenset[TapPlace]
    redraws_order: bool  # refused as out of date, it has the order messages of its subject drawn again

    def __new__(
        cls,
        action: str,
        argument: TapArgument = _ARG.NONE,
        places: frozenset[TapPlace] = _PRIVATE,
        redraws_order: bool = False,
    ) -> Self:
        member = str.__new__(cls, action)
        member._value_ = action
        member.argument, member.places, member.redraws_order = argument, places, redraws_order
        return member

    HOME = "home", _ARG.SCREEN
    ORDER_FOOD = "order_food", _ARG.SCREEN
    DELIVER_FOOD = "deliver_food", _ARG.SCREEN
    USUAL_ORDER = "usual", _ARG.SCREEN  # order: the one to repeat as the customer's usual order
    STORE = "store", _ARG.DRAFT_VERSION  # store; 0 or less: a page of the list
    OTHER_STORE = "other_store", _ARG.DRAFT_VERSION
    MENU_ITEM = "menu_item", _ARG.DRAFT_VERSION  # menu item; 0 or less: a page of the menu
    BASKET = "basket", _ARG.DRAFT_VERSION  # 0 or less: a page of its lines
    LESS = "less", _ARG.DRAFT_VERSION  # line of the basket, from 0
    MORE = "more", _ARG.DRAFT_VERSION  # line of the basket, from 0
    CLEAR_ITEMS = "clear_items", _ARG.DRAFT_VERSION
    ITEMS_DONE = "items_done", _ARG.DRAFT_VERSION
    DROP_POINT = "drop_point", _ARG.DRAFT_VERSION  # drop point; 0 or less: a page of the buildings
    BUILDING = "building", _ARG.DRAFT_VERSION  # drop point: the first one of its building to show
    USUAL_PLACE = "usual_place", _ARG.DRAFT_VERSION
    USE_AS_DROP_POINT = "as_place", _ARG.DRAFT_VERSION  # the typed text is the place, although it reads like food
    USE_AS_ITEM = "as_item", _ARG.DRAFT_VERSION  # the text typed for a place goes into the basket
    FEE = "fee", _ARG.DRAFT_VERSION  # minor units; 0 asks for an amount
    TIP = "tip", _ARG.DRAFT_VERSION  # minor units
    NOTE = "note", _ARG.DRAFT_VERSION  # 0 asks for a note, 1 removes it
    REVIEW = "review", _ARG.SCREEN
    PLACE = "place", _ARG.DRAFT_VERSION  # the ceiling shown, minor units
    DISCARD = "discard", _ARG.DRAFT_VERSION
    DISCARD_SURE = "discard_sure", _ARG.DRAFT_VERSION
    ADD_CARD = "add_card", _ARG.ORDER_VERSION
    MY_ORDERS = "my_orders", _ARG.SCREEN  # page
    ORDERS_OPEN = "orders_open", _ARG.SCREEN  # page of the orders in flight
    ORDERS_ENDED = "orders_ended", _ARG.SCREEN  # page of the orders that are over
    OPEN_ORDER = "open_order", _ARG.SCREEN  # order
    TRY_AGAIN = "try_again", _ARG.ORDER_VERSION  # order: a new draft with the same content
    REPLACE_BASKET = "instead", _ARG.DRAFT_VERSION  # order: as above, although another basket exists
    CANCEL = "cancel", _ARG.ORDER_VERSION, _PRIVATE, _REDRAWS  # order
    CANCEL_SURE = "cancel_sure", _ARG.ORDER_VERSION, _PRIVATE, _REDRAWS  # order
    CLAIM = "claim", _ARG.ORDER_VERSION, _ANYWHERE, _REDRAWS  # order
    RELEASE = "release", _ARG.ORDER_VERSION, _PRIVATE, _REDRAWS  # order
    RELEASE_SURE = "release_sure", _ARG.ORDER_VERSION, _PRIVATE, _REDRAWS  # order
    BOUGHT = "bought", _ARG.ORDER_VERSION, _PRIVATE, _REDRAWS  # order: asks for the amount of the receipt
    CHANGE_RECEIPT = "change_receipt", _ARG.ORDER_VERSION, _PRIVATE, _REDRAWS  # order
    BOUGHT_AS_ESTIMATED = "bought_estimate", _ARG.ORDER_VERSION, _PRIVATE, _REDRAWS  # order
    PICKED_UP = "picked_up", _ARG.ORIGIN, _PRIVATE, _REDRAWS  # order
    ARRIVED = "here", _ARG.ORIGIN, _PRIVATE, _REDRAWS  # order
    THUMB_UP = "thumb_up", _ARG.ORIGIN, _PRIVATE, _REDRAWS  # order
    THUMB_DOWN = "thumb_down", _ARG.ORIGIN, _PRIVATE, _REDRAWS  # order
    THUMB_REASON = "thumb_reason", _ARG.CHOICE, _PRIVATE, _REDRAWS  # order
    THUMB_AGAIN = "thumb_again", _ARG.SCREEN  # order
    PROBLEM = "problem", _ARG.ORDER_VERSION, _PRIVATE, _REDRAWS  # order
    PROBLEM_KIND = "problem_kind", _ARG.CHOICE, _PRIVATE, _REDRAWS  # order
    PROBLEM_BACK = "problem_back", _ARG.SCREEN  # order
    PROBLEM_WORDLESS = "problem_wordless", _ARG.CHOICE, _PRIVATE, _REDRAWS  # order
    CASES = "cases", _ARG.SCREEN, _ADMINS
    CASE = "case", _ARG.SCREEN, _ADMINS  # case
    CASE_ANSWER = "case_answer", _ARG.NONE, _ADMINS  # case
    CASE_CLOSE = "case_close", _ARG.NONE, _ADMINS  # case
    CASE_CLOSE_SURE = "case_close_sure", _ARG.CHOICE, _ADMINS  # case
    ASK_CUSTOMER = "ask_customer", _ARG.AMOUNT, _PRIVATE, _REDRAWS  # order; the amount is what the shop asks
    AGREE = "agree", _ARG.AMOUNT, _PRIVATE, _REDRAWS  # order; the amount is the ceiling shown
    DISAGREE = "disagree", _ARG.AMOUNT, _PRIVATE, _REDRAWS  # order; the amount is the ceiling shown
    ASK_ADMIN = "ask_admin", _ARG.AMOUNT, _PRIVATE, _REDRAWS  # order; the amount is what the shop asks
    LEAVE = "leave", _ARG.ORDER_VERSION, _PRIVATE, _REDRAWS  # order: the food may be left; asks for the photo
    STAY = "stay", _ARG.SCREEN, _PRIVATE, _REDRAWS  # order: the runner keeps waiting for the customer
    SEE_RECEIPT = "see_receipt", _ARG.ORDER_VERSION, _PRIVATE, _REDRAWS  # order
    SEE_PHOTO = "see_photo", _ARG.ORDER_VERSION, _PRIVATE, _REDRAWS  # order: the photo of the food that was left
    ASK_TO_RUN = "ask_to_run", _ARG.SCREEN
    SET_UP_PAYOUT = "set_up_payout", _ARG.SCREEN
    APPROVE = "approve", _ARG.SCREEN, _ADMINS  # person
    RETRY = "retry", _ARG.SCREEN, _ADMINS  # saga number
    STUCK = "stuck", _ARG.SCREEN, _ADMINS
    RESOLVE = "resolve", _ARG.SCREEN, _ADMINS  # saga number
    DEAD_LETTERS = "parked", _ARG.SCREEN, _ADMINS
    RETRY_DEAD_LETTER = "unpark", _ARG.SCREEN, _ADMINS  # dead letter
    DROP_DEAD_LETTER = "drop", _ARG.SCREEN, _ADMINS  # dead letter
    NEW_PIN = "new_pin", _ARG.SCREEN, _ADMINS  # order whose PIN is locked
    PAY_AGAIN = "pay_again", _ARG.SCREEN, _ADMINS  # order
    BOARD = "board", _ARG.SCREEN, _ADMINS  # page
    PAUSE = "pause", _ARG.NONE, _ADMINS
    BIND = "bind", _ARG.CHOICE, _GROUPS
    ADMIN_ORDER = "admin_order", _ARG.SCREEN, _ADMINS  # order: its history, and what an admin can do
    ADMIN_ACTION = "act", _ARG.CHOICE, _ADMINS  # order
    ADMIN_ACTION_SURE = "act_sure", _ARG.CHOICE, _ADMINS  # order
    REFUND = "refund", _ARG.NONE, _ADMINS  # order
    REFUND_BEARER = "refund_bearer", _ARG.CHOICE, _ADMINS  # order
    REFUND_SURE = "refund_sure", _ARG.AMOUNT  # order; the amount is the one shown
    ANSWER_DISPUTE = "answer_bank", _ARG.NONE, _ADMINS  # order whose payment a bank disputes
    ANSWER_DISPUTE_SURE = "answer_bank_sure", _ARG.NONE, _ADMINS  # such an order, whose evidence was shown
    PAY_ANYWAY = "pay_anyway", _ARG.NONE, _ADMINS  # order
    LET_PAY_GO = "pay_go", _ARG.SCREEN, _ADMINS  # order whose pay waits for an admin
    REVIEWED = "reviewed", _ARG.NONE, _ADMINS  # order whose pay was held for a review: its message, as it is now
    BAR_SIDE = "bar_side", _ARG.CHOICE, _ADMINS  # such an order: asks whom, then until when
    BAR_SIDE_SURE = "bar_side_sure", _ARG.CHOICE, _ADMINS  # such an order; the choice is the side and the length
    WAIVE_RUNNER_DEBT = "let_go", _ARG.SCREEN, _ADMINS  # runner's debt
    WAIVE_RUNNER_DEBT_SURE = "let_go_sure", _ARG.SCREEN, _ADMINS  # runner's debt
    PAY_CUSTOMER_DEBT = "pay_debt", _ARG.ORDER_VERSION  # customer's debt
    WAIVE_CUSTOMER_DEBT = "forgive", _ARG.SCREEN, _ADMINS  # order with an unpaid debt of its customer
    DISCREPANCIES = "differences", _ARG.SCREEN, _ADMINS
    RECHECK_DISCREPANCY = "look_again", _ARG.SCREEN, _ADMINS  # discrepancy
    SETTLE_DISCREPANCY = "settle", _ARG.SCREEN, _ADMINS  # discrepancy
    TRANSFER_PAY = "transfer_pay", _ARG.SCREEN, _ADMINS  # discrepancy of a transfer that paid the runner
    TRANSFER_OTHER = "transfer_other", _ARG.SCREEN, _ADMINS  # such one, for something else
    RUNNERS = "runners", _ARG.SCREEN, _ADMINS  # page
    SUSPEND = "suspend", _ARG.SCREEN, _ADMINS  # person
    SUSPEND_SURE = "suspend_sure", _ARG.SCREEN, _ADMINS  # person
    UNSUSPEND = "unsuspend", _ARG.SCREEN, _ADMINS  # person
    ADDRESSEE = "addressee", _ARG.CHECKSUM, _ADMINS  # person: the one whom the kept command means
    RESTRICTIONS = "restrictions", _ARG.SCREEN, _ADMINS  # page
    RESTRICT_SURE = "restrict_sure", _ARG.SCREEN, _ADMINS  # proposed restriction
    UNBAR = "unbar", _ARG.SCREEN, _ADMINS  # person
    ME = "me", _ARG.SCREEN  # the person's payments, earnings, usual place and card
    INVITE = "invite", _ARG.SCREEN
    POSTER = "poster", _ARG.SCREEN, _ADMINS  # drop point
    MY_PLACE = "my_place", _ARG.SCREEN  # drop point; 0 or less: a page of the list
    FORGET_PLACE = "forget_place", _ARG.SCREEN
    REMOVE_CARD = "remove_card", _ARG.SCREEN
    REMOVE_CARD_SURE = "remove_card_sure", _ARG.SCREEN
    CHART_PAID = "chart_paid", _ARG.SCREEN
    CHART_EARNED = "chart_earned", _ARG.SCREEN
    KEEP_WAITING = "wait", _ARG.ORDER_VERSION, _PRIVATE, _REDRAWS  # order: no runner has claimed it yet
    INCREASE_FEE = "raise", _ARG.ORDER_VERSION, _PRIVATE, _REDRAWS  # order: a higher fee; asks for confirmation
    INCREASE_FEE_SURE = "raise_sure", _ARG.AMOUNT, _PRIVATE, _REDRAWS  # order; the amount is the ceiling shown
    CHECK_IN = "on_it", _ARG.ORDER_VERSION, _PRIVATE, _REDRAWS  # order: the check-in of its runner
    PASS_ON = "pass_on", _ARG.CHECKSUM  # order: the typed text goes to its other side
    PASS_ON_TEAM = "pass_on_team", _ARG.CHECKSUM  # order: the typed text goes to the campus team
    PASS_ON_CASE = "pass_on_case", _ARG.CHECKSUM  # case
    DO_NOT_PASS_ON = "let_be", _ARG.CHECKSUM  # the typed text goes to nobody
    READY_REASON = "ready_reason", _ARG.CHOICE, _ADMINS  # of the command that its message names; 0 leaves it
    OWN_ACT = "own_act", _ARG.CHOICE, _ADMINS  # order or person, as the choice says: agrees to an act on one's own


class ButtonStyle(StrEnum):
    """The colours of Telegram's buttons (Bot API 9.4)."""

    PRIMARY = "primary"
    SUCCESS = "success"
    DANGER = "danger"


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    """One button: a label, and either callback data, a link, or a page that Telegram opens with who opens it."""

    label: str
    data: str | None = None
    url: str | None = None
    web_app: str | None = None  # in private chats only
    style: ButtonStyle | None = None

    def __post_init__(self) -> None:
        """Raise ValueError for a link that Telegram does not take: it would refuse the whole message."""
        fault = None if self.url is None else find_link_fault(self.url)
        if fault is None and self.web_app is not None:
            fault = find_page_fault(self.web_app)
        if fault is not None:
            raise ValueError(f"the link of the button {self.label!r} {fault}")


@dataclass(frozen=True, slots=True)
class TapData:
    """The callback data of a tap. It can be forged or old: handlers check what it says."""

    tap: Tap
    subject: int
    argument: int

    def read_argument(self, meaning: TapArgument) -> int:
        """Return the argument, as sent. Raise ValueError when the argument of this action means something else."""
        if self.tap.argument is not meaning:
            raise ValueError(f"the argument of {self.tap!r} is no {meaning.name}")
        return self.argument

    @property
    def is_on_menu(self) -> bool:
        """Return whether the button is on a menu. Raise ValueError when the argument of this action does not say it."""
        if self.tap.argument is TapArgument.ORIGIN:
            return self.argument == MENU_SCREEN
        return self.read_argument(TapArgument.SCREEN) != 0


def pack(tap: Tap, subject: int = 0, argument: int = 0) -> str:
    """Return callback data of at most 64 bytes.

    Raise ValueError when it does not fit the grammar, or when the argument cannot be what this action's argument says.
    """
    data = f"{CALLBACK_DATA_VERSION}:{tap}:{subject}:{argument}"
    if len(data.encode()) > MAX_CALLBACK_DATA_BYTES or _CALLBACK_DATA_PATTERN.fullmatch(data) is None:
        raise ValueError(f"callback data does not fit the grammar: {data!r}")
    if argument not in ARGUMENT_RANGES[tap.argument]:
        raise ValueError(f"{argument} cannot be the {tap.argument.name} of {data!r}")
    return data


def unpack(data: str) -> TapData:
    """Read callback data. Raise Stale when it does not fit the grammar: it is of an old release, or forged."""
    match = _CALLBACK_DATA_PATTERN.fullmatch(data)
    if match is None:
        raise Stale
    try:
        tap = Tap(match[1])
    except ValueError:
        raise Stale from None
    return TapData(tap, int(match[2]), int(match[3]))


def make_button(label: str, tap: Tap, subject: int = 0, argument: int = 0, style: ButtonStyle | None = None) -> Button:
    """Return a button with packed callback data."""
    return Button(label=label, data=pack(tap, subject, argument), style=style)
