"""Buttons and the grammar of their callback data: `v1:<action>:<id>:<version>`, at most 64 bytes."""

import re
from dataclasses import dataclass
from enum import StrEnum

from domain.errors import Stale

CALLBACK_DATA_VERSION = "v1"
MAX_CALLBACK_DATA_BYTES = 64  # core.telegram.org/bots/api#inlinekeyboardbutton

_CALLBACK_DATA_PATTERN = re.compile(r"v1:([a-z_]{1,20}):(-?[0-9]{1,18}):([0-9]{1,9})", re.ASCII)


class Tap(StrEnum):
    """The action of a button. The comment says what its id names and, where it matters, what its version holds."""

    HOME = "home"
    ORDER_FOOD = "order_food"
    DELIVER_FOOD = "deliver_food"
    USUAL_ORDER = "usual"  # order: the one to repeat as the customer's usual order
    STORE = "store"  # store; 0 or less: a page of the list
    OTHER_STORE = "other_store"
    MENU_ITEM = "menu_item"  # menu item; 0 or less: a page of the menu
    BASKET = "basket"  # 0 or less: a page of its lines
    LESS = "less"  # line of the basket, from 0
    MORE = "more"  # line of the basket, from 0
    CLEAR_ITEMS = "clear_items"
    ITEMS_DONE = "items_done"
    DROP_POINT = "drop_point"  # drop point; 0 or less: a page of the buildings
    BUILDING = "building"  # drop point: the first one of its building to show
    USUAL_PLACE = "usual_place"
    USE_AS_DROP_POINT = "as_place"  # the typed text is the place, although it reads like food
    USE_AS_ITEM = "as_item"  # the text typed for a place goes into the basket
    FEE = "fee"  # minor units; 0 asks for an amount
    TIP = "tip"  # minor units
    NOTE = "note"  # 0 asks for a note, 1 removes it
    REVIEW = "review"
    PLACE = "place"  # the ceiling shown, minor units; version = the draft's version
    DISCARD = "discard"
    DISCARD_SURE = "discard_sure"
    ADD_CARD = "add_card"
    MY_ORDERS = "my_orders"  # page
    ORDERS_OPEN = "orders_open"  # page of the orders in flight
    ORDERS_ENDED = "orders_ended"  # page of the orders that are over
    OPEN_ORDER = "open_order"  # order
    TRY_AGAIN = "try_again"  # order: a new draft with the same content
    REPLACE_BASKET = "instead"  # order: as above, although another basket exists
    CANCEL = "cancel"  # order
    CANCEL_SURE = "cancel_sure"  # order
    CLAIM = "claim"  # order
    RELEASE = "release"  # order
    RELEASE_SURE = "release_sure"  # order
    BOUGHT = "bought"  # order: asks for the amount of the receipt
    BOUGHT_AS_ESTIMATED = "bought_estimate"  # order
    PICKED_UP = "picked_up"  # order
    ARRIVED = "here"  # order
    THUMB_UP = "thumb_up"  # order
    THUMB_DOWN = "thumb_down"  # order
    THUMB_REASON = "thumb_reason"  # order; version = the number of the reason, from 1; 0 is none
    THUMB_AGAIN = "thumb_again"  # order
    PROBLEM = "problem"  # order
    PROBLEM_KIND = "problem_kind"  # order; version = the number of the kind, from 1
    PROBLEM_BACK = "problem_back"  # order
    PROBLEM_WORDLESS = "problem_wordless"  # order; version as above
    CASES = "cases"
    CASE = "case"  # case
    CASE_ANSWER = "case_answer"  # case
    CASE_CLOSE = "case_close"  # case
    CASE_CLOSE_SURE = "case_close_sure"  # case; version = the number of the outcome, from 1
    ASK_CUSTOMER = "ask_customer"  # order; version = the amount the shop asks, minor units
    AGREE = "agree"  # order: to the amount the shop asks; version = the ceiling shown, minor units
    DISAGREE = "disagree"  # order; version as above
    ASK_ADMIN = "ask_admin"  # order; version = the amount the shop asks, minor units
    LEAVE = "leave"  # order: the food may be left; asks for the photo
    STAY = "stay"  # order: the runner keeps waiting for the customer
    SEE_RECEIPT = "see_receipt"  # order
    SEE_PHOTO = "see_photo"  # order: the photo of the food that was left
    ASK_TO_RUN = "ask_to_run"
    SET_UP_PAYOUT = "set_up_payout"
    APPROVE = "approve"  # person
    RETRY = "retry"  # saga number
    STUCK = "stuck"
    RESOLVE = "resolve"  # saga number
    DEAD_LETTERS = "parked"
    RETRY_DEAD_LETTER = "unpark"  # dead letter
    DROP_DEAD_LETTER = "drop"  # dead letter
    PAY_AGAIN = "pay_again"  # order
    BOARD = "board"  # page
    ADMIN_ORDER = "admin_order"  # order: its history, and what an admin can do
    ADMIN_ACTION = "act"  # order; version = the number of the admin's action, from 1
    ADMIN_ACTION_SURE = "act_sure"  # order; version as above
    REFUND = "refund"  # order
    REFUND_BEARER = "refund_bearer"  # order; version = the number of the bearer, from 1
    REFUND_SURE = "refund_sure"  # order; version = the amount shown, minor units
    PAY_ANYWAY = "pay_anyway"  # order
    WAIVE_RUNNER_DEBT = "let_go"  # runner's debt
    WAIVE_RUNNER_DEBT_SURE = "let_go_sure"  # runner's debt
    PAY_CUSTOMER_DEBT = "pay_debt"  # customer's debt
    WAIVE_CUSTOMER_DEBT = "forgive"  # order with an unpaid debt of its customer
    DISCREPANCIES = "differences"
    RECHECK_DISCREPANCY = "look_again"  # discrepancy
    SETTLE_DISCREPANCY = "settle"  # discrepancy
    RUNNERS = "runners"  # page
    SUSPEND = "suspend"  # person
    SUSPEND_SURE = "suspend_sure"  # person
    UNSUSPEND = "unsuspend"  # person
    ME = "me"  # the person's payments, earnings, usual place and card
    INVITE = "invite"
    POSTER = "poster"  # drop point
    MY_PLACE = "my_place"  # drop point; 0 or less: a page of the list
    FORGET_PLACE = "forget_place"
    REMOVE_CARD = "remove_card"
    REMOVE_CARD_SURE = "remove_card_sure"
    CHART_PAID = "chart_paid"
    CHART_EARNED = "chart_earned"
    KEEP_WAITING = "wait"  # order: no runner has claimed it yet
    INCREASE_FEE = "raise"  # order: a higher fee; asks for confirmation
    INCREASE_FEE_SURE = "raise_sure"  # order; version = the ceiling shown, minor units
    CHECK_IN = "on_it"  # order: the check-in of its runner
    PASS_ON = "pass_on"  # order: the typed text goes to its other side; version = a checksum of the text
    PASS_ON_CASE = "pass_on_case"  # case; version as above
    DO_NOT_PASS_ON = "let_be"  # the typed text goes to nobody


class ButtonStyle(StrEnum):
    """The colours of Telegram's buttons (Bot API 9.4)."""

    PRIMARY = "primary"
    SUCCESS = "success"
    DANGER = "danger"


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    """One button: a label, and either callback data or a link."""

    label: str
    data: str | None = None
    url: str | None = None
    style: ButtonStyle | None = None


@dataclass(frozen=True, slots=True)
class TapData:
    """The callback data of a tap. It can be forged or old: handlers check what it says."""

    tap: Tap
    subject: int
    version: int


def pack(tap: Tap, subject: int = 0, version: int = 0) -> str:
    """Return callback data of at most 64 bytes. Raise ValueError when it does not fit the grammar."""
    data = f"{CALLBACK_DATA_VERSION}:{tap}:{subject}:{version}"
    if len(data.encode()) > MAX_CALLBACK_DATA_BYTES or _CALLBACK_DATA_PATTERN.fullmatch(data) is None:
        raise ValueError(f"callback data does not fit the grammar: {data!r}")
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


def make_button(label: str, tap: Tap, subject: int = 0, version: int = 0, style: ButtonStyle | None = None) -> Button:
    """Return a button with packed callback data."""
    return Button(label=label, data=pack(tap, subject, version), style=style)
