"""The grammar of callback data, shared by bot and workers: `v1:<action>:<id>:<version>`, at most 64 bytes."""

import re
from dataclasses import dataclass
from enum import StrEnum

from domain.errors import Stale

CALLBACK_DATA_VERSION = "v1"
MAX_CALLBACK_DATA_BYTES = 64  # bytes; core.telegram.org/bots/api#inlinekeyboardbutton

_CALLBACK_DATA_PATTERN = re.compile(r"v1:([a-z_]{1,20}):(-?[0-9]{1,18}):([0-9]{1,9})", re.ASCII)


class Tap(StrEnum):
    """What a button asks for; the id is an order's, a store's, a person's... as the comment says."""

    HOME = "home"
    ORDER_FOOD = "order_food"
    DELIVER_FOOD = "deliver_food"
    USUAL_ORDER = "usual"  # order: once more what one mostly orders
    STORE = "store"  # store; 0 and less: a page of the list
    OTHER_STORE = "other_store"
    MENU_ITEM = "menu_item"  # menu item; 0 and less: a page of the menu
    BASKET = "basket"  # 0 and less: a page of its lines
    LESS = "less"  # line of the basket, from 0
    MORE = "more"  # line of the basket, from 0
    CLEAR_ITEMS = "clear_items"
    ITEMS_DONE = "items_done"
    DROP_POINT = "drop_point"  # drop point; 0 and less: a page of the buildings
    BUILDING = "building"  # drop point: the first one to show of its building
    USUAL_PLACE = "usual_place"
    USE_AS_DROP_POINT = "as_place"  # what was typed is the place, though it reads like food
    USE_AS_ITEM = "as_item"  # what was typed for a place goes into the basket
    FEE = "fee"  # minor units; 0 asks
    TIP = "tip"  # minor units
    NOTE = "note"  # 0 asks, 1 takes it away
    REVIEW = "review"
    PLACE = "place"  # ceiling shown; version = the draft's
    DISCARD = "discard"
    DISCARD_SURE = "discard_sure"
    ADD_CARD = "add_card"
    MY_ORDERS = "my_orders"  # page
    ORDERS_OPEN = "orders_open"  # page of those under way
    ORDERS_ENDED = "orders_ended"  # page of those that are over
    OPEN_ORDER = "open_order"  # order
    TRY_AGAIN = "try_again"  # order: a new draft with the same content
    REPLACE_BASKET = "instead"  # order: as above, though another basket is begun
    CANCEL = "cancel"  # order
    CANCEL_SURE = "cancel_sure"  # order
    CLAIM = "claim"  # order
    RELEASE = "release"  # order
    RELEASE_SURE = "release_sure"  # order
    BOUGHT = "bought"  # order: asks for the amount
    BOUGHT_AS_ESTIMATED = "bought_estimate"  # order
    PICKED_UP = "picked_up"  # order
    ARRIVED = "here"  # order
    THUMB_UP = "thumb_up"  # order
    THUMB_DOWN = "thumb_down"  # order
    THUMB_REASON = "thumb_reason"  # order; version = which of the thumb's reasons, from 1; 0 is none
    THUMB_AGAIN = "thumb_again"  # order
    PROBLEM = "problem"  # order
    PROBLEM_KIND = "problem_kind"  # order; version = which of the kinds, from 1
    PROBLEM_BACK = "problem_back"  # order
    PROBLEM_WORDLESS = "problem_wordless"  # order; version as above
    CASES = "cases"
    CASE = "case"  # case
    CASE_ANSWER = "case_answer"  # case
    CASE_CLOSE = "case_close"  # case
    CASE_CLOSE_SURE = "case_close_sure"  # case; version = which of the outcomes, from 1
    ASK_CUSTOMER = "ask_customer"  # order; version = what the shop wants, minor units
    AGREE = "agree"  # order: to what the shop wants; version = the ceiling shown, minor units
    DISAGREE = "disagree"  # order; version as above
    ASK_ADMIN = "ask_admin"  # order; version = what the shop wants, minor units
    LEAVE = "leave"  # order: the food may be left, asks for the photo
    STAY = "stay"  # order: the runner goes on waiting for the customer
    SEE_RECEIPT = "see_receipt"  # order
    SEE_PHOTO = "see_photo"  # order: of the food where it was left
    ASK_TO_RUN = "ask_to_run"
    SET_UP_PAYOUT = "set_up_payout"
    APPROVE = "approve"  # person
    RETRY = "retry"  # saga number
    STUCK = "stuck"
    RESOLVE = "resolve"  # saga number
    DEAD_LETTERS = "parked"
    RETRY_DEAD_LETTER = "unpark"  # parked thing
    DROP_DEAD_LETTER = "drop"  # parked thing
    PAY_AGAIN = "pay_again"  # order
    BOARD = "board"  # page
    ADMIN_ORDER = "admin_order"  # order: all that happened to it, and what can be done
    ADMIN_ACTION = "act"  # order; version = which of an admin's acts, from 1
    ADMIN_ACTION_SURE = "act_sure"  # order; version as above
    REFUND = "refund"  # order
    REFUND_BEARER = "refund_bearer"  # order; version = which of the bearers, from 1
    REFUND_SURE = "refund_sure"  # order; version = the amount shown, minor units
    PAY_ANYWAY = "pay_anyway"  # order
    WAIVE_RUNNER_DEBT = "let_go"  # debt
    WAIVE_RUNNER_DEBT_SURE = "let_go_sure"  # debt
    PAY_CUSTOMER_DEBT = "pay_debt"  # customer's debt
    WAIVE_CUSTOMER_DEBT = "forgive"  # order whose customer owes for it
    DISCREPANCIES = "differences"
    RECHECK_DISCREPANCY = "look_again"  # difference
    SETTLE_DISCREPANCY = "settle"  # difference
    RUNNERS = "runners"  # page
    SUSPEND = "suspend"  # person
    SUSPEND_SURE = "suspend_sure"  # person
    UNSUSPEND = "unsuspend"  # person
    ME = "me"  # what one paid and earned, one's place and card
    INVITE = "invite"
    POSTER = "poster"  # drop point
    MY_PLACE = "my_place"  # drop point; 0 and less: a page of the list
    FORGET_PLACE = "forget_place"
    REMOVE_CARD = "remove_card"
    REMOVE_CARD_SURE = "remove_card_sure"
    CHART_PAID = "chart_paid"
    CHART_EARNED = "chart_earned"
    KEEP_WAITING = "wait"  # order: nobody has taken it yet
    INCREASE_FEE = "raise"  # order: a higher fee, asks first
    INCREASE_FEE_SURE = "raise_sure"  # order; version = the ceiling shown, minor units
    CHECK_IN = "on_it"  # order: its runner's sign of life
    PASS_ON = "pass_on"  # order: what was typed goes to its other side; version seals the words
    PASS_ON_CASE = "pass_on_case"  # case; version as above
    DO_NOT_PASS_ON = "let_be"  # what was typed goes to nobody


class ButtonStyle(StrEnum):
    """The colours Telegram draws (Bot API 9.4)."""

    PRIMARY = "primary"
    SUCCESS = "success"
    DANGER = "danger"


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    """One button: said words, and either a tap with its data or a link."""

    label: str
    data: str | None = None
    url: str | None = None
    style: ButtonStyle | None = None


@dataclass(frozen=True, slots=True)
class TapData:
    """What a tap claims; a claim is never proof."""

    tap: Tap
    subject: int
    version: int


def pack(tap: Tap, subject: int = 0, version: int = 0) -> str:
    """Callback data of at most 64 bytes."""
    data = f"{CALLBACK_DATA_VERSION}:{tap}:{subject}:{version}"
    if len(data.encode()) > MAX_CALLBACK_DATA_BYTES or _CALLBACK_DATA_PATTERN.fullmatch(data) is None:
        raise ValueError(f"callback data out of grammar: {data!r}")
    return data


def unpack(data: str) -> TapData:
    """What a button said; Stale when it is not of this grammar (an old release, or forged)."""
    found = _CALLBACK_DATA_PATTERN.fullmatch(data)
    if found is None:
        raise Stale
    try:
        tap = Tap(found[1])
    except ValueError:
        raise Stale from None
    return TapData(tap, int(found[2]), int(found[3]))


def make_button(label: str, tap: Tap, subject: int = 0, version: int = 0, style: ButtonStyle | None = None) -> Button:
    """A tappable button with packed data."""
    return Button(label=label, data=pack(tap, subject, version), style=style)
