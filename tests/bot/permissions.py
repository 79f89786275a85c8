"""Who may tap, write or answer what: one line for every button, command and question there is.

A new Tap, command or Expects needs its line here; the test says which one is missing.
"""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from bot.passing_on import sealed
from domain.buttons import Tap
from domain.draft import Expects
from domain.order import OrderStatus
from domain.people import Action
from tests.bot.rules import ALONE, AT_DESK, EVERYWHERE, IN_GROUPS, Rule, Thing, Whose

_S, _A, _W, _T = OrderStatus, Action, Whose, Thing
_ANYBODY = Rule(action=None)
_ORDERS = Rule(action=_A.PLACE)
_HERS = Rule(action=None, whose=_W.PARTY, about=_S.PLACED)
_AGAIN = Rule(action=_A.CANCEL, whose=_W.CUSTOMER, about=_S.DELIVERED)
_CANCELS = Rule(action=_A.CANCEL, whose=_W.CUSTOMER, about=_S.CREATED)
_RELEASES = Rule(action=_A.RELEASE, whose=_W.RUNNER, about=_S.ACCEPTED)
_BUYS = Rule(action=_A.BUY, whose=_W.RUNNER, about=_S.ACCEPTED, version=9_999)
_DELIVERS = Rule(action=_A.DELIVER, whose=_W.RUNNER, about=_S.ARRIVED)
_RATES = Rule(action=_A.RATE, whose=_W.CUSTOMER, about=_S.DELIVERED, version=0)
_REPORTS = Rule(action=_A.REPORT_PROBLEM, whose=_W.CUSTOMER, about=_S.DELIVERED, version=1)
_LOOKS_AT_PHOTOS = Rule(action=_A.SEE_PHOTOS, whose=_W.CUSTOMER, about=_S.DELIVERED)
_CARD = Rule(action=_A.PLACE, about=_T.CARD)
_SEES_CASE = Rule(action=_A.SEE_CASES, about=_T.CASE, where=AT_DESK)
_CLOSES_CASE = Rule(action=_A.ANSWER_CASE, whose=_W.PARTY, about=_T.CASE, version=1, where=AT_DESK)
_SEES_BOARD = Rule(action=_A.SEE_BOARD, where=AT_DESK)
_SUSPENDS = Rule(action=_A.SUSPEND_RUNNER, whose=_W.PERSON, about=_T.RUNNER, where=AT_DESK)
_LETS_BACK = Rule(action=_A.SUSPEND_RUNNER, whose=_W.PERSON, about=_T.SUSPENDED, where=AT_DESK)
_REFUNDS = Rule(action=_A.REFUND_ANY, whose=_W.PARTY, about=_S.COMPLETED, where=AT_DESK)

TAPS: Mapping[Tap, Rule] = MappingProxyType(
    {
        Tap.HOME: _ANYBODY,
        Tap.ORDER_FOOD: _ORDERS,
        Tap.DELIVER_FOOD: _ANYBODY,
        Tap.USUAL: _AGAIN,
        Tap.STORE: _ORDERS,
        Tap.OTHER_STORE: _ORDERS,
        Tap.MENU_ITEM: _ORDERS,
        Tap.BASKET: _ORDERS,
        Tap.LESS: _ORDERS,
        Tap.MORE: _ORDERS,
        Tap.CLEAR_ITEMS: _ORDERS,
        Tap.ITEMS_DONE: _ORDERS,
        Tap.DROP_POINT: _ORDERS,
        Tap.BUILDING: Rule(action=_A.PLACE, about=_T.DROP_POINT),
        Tap.USUAL_PLACE: _ORDERS,
        Tap.AS_PLACE: replace(_ORDERS, asked=Expects.DROP_POINT, detail="milo 1.80"),
        Tap.AS_ITEM: replace(_ORDERS, asked=Expects.DROP_POINT, detail="milo 1.80"),
        Tap.FEE: _ORDERS,
        Tap.TIP: _ORDERS,
        Tap.NOTE: _ORDERS,
        Tap.REVIEW: _ORDERS,
        Tap.PLACE: Rule(action=_A.PLACE, about=_T.CEILING),
        Tap.DISCARD: _ORDERS,
        Tap.DISCARD_SURE: _ORDERS,
        Tap.ADD_CARD: _ORDERS,
        Tap.MY_ORDERS: _ANYBODY,
        Tap.ORDERS_OPEN: _ANYBODY,
        Tap.ORDERS_ENDED: _ANYBODY,
        Tap.OPEN_ORDER: _HERS,
        Tap.TRY_AGAIN: _AGAIN,
        Tap.INSTEAD: _AGAIN,
        Tap.CANCEL: _CANCELS,
        Tap.CANCEL_SURE: _CANCELS,
        Tap.CLAIM: Rule(action=_A.CLAIM, whose=_W.CUSTOMER, about=_S.CREATED, where=EVERYWHERE),
        Tap.RELEASE: _RELEASES,
        Tap.RELEASE_SURE: _RELEASES,
        Tap.BOUGHT: _BUYS,
        Tap.BOUGHT_AS_ESTIMATED: _BUYS,
        Tap.PICKED_UP: Rule(action=_A.PICK_UP, whose=_W.RUNNER, about=_S.PLACED),
        Tap.HERE: Rule(action=_A.ARRIVE, whose=_W.RUNNER, about=_S.ON_THE_WAY),
        Tap.THUMB_UP: _RATES,
        Tap.THUMB_DOWN: _RATES,
        Tap.THUMB_REASON: _RATES,
        Tap.THUMB_AGAIN: _ANYBODY,
        Tap.PROBLEM: _REPORTS,
        Tap.PROBLEM_KIND: _REPORTS,
        Tap.PROBLEM_BACK: _HERS,
        Tap.PROBLEM_WORDLESS: _REPORTS,
        Tap.CASES: _SEES_CASE,
        Tap.CASE: _SEES_CASE,
        Tap.CASE_ANSWER: _SEES_CASE,
        Tap.CASE_CLOSE: _SEES_CASE,
        Tap.CASE_CLOSE_SURE: _CLOSES_CASE,
        Tap.ASK_CUSTOMER: Rule(action=_A.BUY, whose=_W.RUNNER, about=_S.ACCEPTED, version=600),
        Tap.AGREE: Rule(action=_A.RAISE, whose=_W.CUSTOMER, about=_S.ACCEPTED, version=890),
        Tap.DISAGREE: Rule(action=_A.RAISE, whose=_W.CUSTOMER, about=_S.ACCEPTED, version=890),
        Tap.ASK_ADMIN: _BUYS,
        Tap.LEAVE: _DELIVERS,
        Tap.STAY: _DELIVERS,
        Tap.SEE_RECEIPT: _LOOKS_AT_PHOTOS,
        Tap.SEE_PHOTO: _LOOKS_AT_PHOTOS,
        Tap.ASK_TO_RUN: Rule(action=_A.ASK_TO_RUN),
        Tap.SET_UP_PAYOUT: Rule(action=_A.SET_UP_PAYOUT),
        Tap.APPROVE: Rule(action=_A.APPROVE_RUNNER, about=_T.ASKING, where=AT_DESK),
        Tap.RETRY: Rule(action=_A.RETRY_STUCK, about=_T.SAGA, where=AT_DESK),
        Tap.STUCK: Rule(action=_A.SEE_STUCK, where=AT_DESK),
        Tap.RESOLVE: Rule(action=_A.SEE_STUCK, about=_T.SAGA, where=AT_DESK),
        Tap.PARKED: Rule(action=_A.SEE_STUCK, where=AT_DESK),
        Tap.UNPARK: Rule(action=_A.RETRY_STUCK, about=_T.PARKED, where=AT_DESK),
        Tap.DROP: Rule(action=_A.SEE_STUCK, about=_T.PARKED, where=AT_DESK),
        Tap.PAY_AGAIN: Rule(action=_A.RETRY_STUCK, about=_S.DELIVERED, where=AT_DESK),
        Tap.DIFFERENCES: Rule(action=_A.SEE_STUCK, where=AT_DESK),
        Tap.LOOK_AGAIN: Rule(action=_A.SEE_STUCK, about=_T.DIFFERENCE, where=AT_DESK),
        Tap.SETTLE: Rule(action=_A.SEE_STUCK, about=_T.DIFFERENCE, where=AT_DESK),
        Tap.BOARD: _SEES_BOARD,
        Tap.ADMIN_ORDER: Rule(action=_A.SEE_ANY_ORDER, about=_S.PLACED, where=AT_DESK),
        Tap.ACT: Rule(action=_A.CLOSE_ANY, whose=_W.PARTY, about=_S.PLACED, version=4, where=AT_DESK),
        Tap.ACT_SURE: Rule(
            action=_A.SEE_BOARD, about=_S.PLACED, version=5
        ),  # only asks why: the answer has its own line
        Tap.RUNNERS: Rule(action=_A.SEE_RUNNERS, where=AT_DESK),
        Tap.SUSPEND: _SUSPENDS,
        Tap.SUSPEND_SURE: _SUSPENDS,
        Tap.UNSUSPEND: _LETS_BACK,
        Tap.REFUND: _REFUNDS,
        Tap.REFUND_BEARER: replace(_REFUNDS, version=1, where=ALONE),
        Tap.REFUND_SURE: replace(_REFUNDS, version=100, where=ALONE, asked=Expects.REFUND, detail="platform 100 why"),
        Tap.LET_GO: Rule(action=_A.SEE_STUCK, about=_T.DEBT, where=AT_DESK),
        Tap.LET_GO_SURE: Rule(action=_A.REFUND_ANY, whose=_W.RUNNER, about=_T.DEBT, where=AT_DESK),
        Tap.PAY_DEBT: Rule(action=_A.PAY_DEBT, whose=_W.CUSTOMER, about=_T.CUSTOMERS_DEBT),
        Tap.FORGIVE: Rule(action=_A.SEE_STUCK, about=_T.OWED, where=AT_DESK),
        Tap.PAY_ANYWAY: Rule(action=_A.REFUND_ANY, whose=_W.PARTY, about=_T.DISPUTED, where=AT_DESK),
        Tap.ME: _ORDERS,
        Tap.INVITE: _ORDERS,
        Tap.POSTER: Rule(action=_A.SEE_BOARD, about=_T.DROP_POINT, where=AT_DESK),
        Tap.MY_PLACE: _ORDERS,
        Tap.FORGET_PLACE: _ORDERS,
        Tap.REMOVE_CARD: _CARD,
        Tap.REMOVE_CARD_SURE: _CARD,
        Tap.CHART_PAID: _ORDERS,
        Tap.CHART_EARNED: _ORDERS,
        Tap.WAIT: Rule(action=_A.WAIT, whose=_W.CUSTOMER, about=_S.CREATED),
        Tap.RAISE: Rule(action=_A.RAISE, whose=_W.CUSTOMER, about=_S.CREATED),
        Tap.RAISE_SURE: Rule(action=_A.RAISE, whose=_W.CUSTOMER, about=_S.CREATED, version=900),
        Tap.PASS_ON: Rule(
            action=_A.WRITE,
            whose=_W.PARTY,
            about=_S.PLACED,
            version=sealed("hello"),
            asked=Expects.PASS_ON,
            detail="hello",
        ),
        Tap.PASS_ON_CASE: Rule(
            action=_A.REPORT_PROBLEM,
            whose=_W.CUSTOMER,
            about=_T.CASE,
            version=sealed("hello"),
            asked=Expects.PASS_ON,
            detail="hello",
        ),
        Tap.LET_BE: _ANYBODY,
        Tap.ON_IT: Rule(action=_A.SHOW_LIFE, whose=_W.RUNNER, about=_S.ACCEPTED),
    }
)

COMMANDS: Mapping[str, Rule] = MappingProxyType(
    {
        "start": _ANYBODY,
        "orders": _ANYBODY,
        "help": _ANYBODY,
        "jobs": _ANYBODY,
        "me": _ORDERS,
        "board": _SEES_BOARD,
        "poster": _SEES_BOARD,
        "pause": Rule(action=_A.PAUSE_ORDERS, where=AT_DESK),
        "resume": Rule(action=_A.PAUSE_ORDERS, where=AT_DESK),
        "order": Rule(action=_A.SEE_ANY_ORDER, about=_S.PLACED, where=AT_DESK, words="{}"),
        "cancel": Rule(action=_A.CANCEL_ANY, whose=_W.PARTY, about=_S.ACCEPTED, where=AT_DESK, words="{} why"),
        "release": Rule(action=_A.RELEASE_ANY, whose=_W.PARTY, about=_S.ACCEPTED, where=AT_DESK, words="{} why"),
        "finish": Rule(action=_A.FINISH_ANY, whose=_W.RUNNER, about=_S.PLACED, where=AT_DESK, words="{} why"),
        "close": Rule(action=_A.CLOSE_ANY, whose=_W.PARTY, about=_S.PLACED, where=AT_DESK, words="{} platform why"),
        "refund": replace(_REFUNDS, words="{} 1.00 platform why"),
        "forgive": Rule(action=_A.REFUND_ANY, whose=_W.PARTY, about=_T.OWED, where=AT_DESK, words="{} why"),
        "tell": Rule(action=_A.SEE_ANY_ORDER, about=_S.PLACED, where=AT_DESK, words="{} customer hello"),
        "runners": Rule(action=_A.SEE_RUNNERS, where=AT_DESK),
        "approve": Rule(action=_A.APPROVE_RUNNER, about=_T.ASKING, where=AT_DESK, words="{}"),
        "suspend": Rule(action=_A.SUSPEND_RUNNER, whose=_W.PERSON, about=_T.RUNNER, where=AT_DESK, words="{} why"),
        "unsuspend": Rule(action=_A.SUSPEND_RUNNER, whose=_W.PERSON, about=_T.SUSPENDED, where=AT_DESK, words="{}"),
        "stuck": Rule(action=_A.SEE_STUCK, where=AT_DESK),
        "resolve": Rule(action=_A.RETRY_STUCK, about=_T.SAGA, where=AT_DESK, words="{} settled elsewhere"),
        "parked": Rule(action=_A.SEE_STUCK, where=AT_DESK),
        "drop": Rule(action=_A.RETRY_STUCK, about=_T.PARKED, where=AT_DESK, words="{} never mind"),
        "differences": Rule(action=_A.SEE_STUCK, where=AT_DESK),
        "settle": Rule(action=_A.RETRY_STUCK, about=_T.DIFFERENCE, where=AT_DESK, words="{} why"),
        "bind": Rule(action=_A.BIND_GROUP, where=IN_GROUPS, tried=IN_GROUPS),
        "cases": _SEES_CASE,
        "case": Rule(action=_A.ANSWER_CASE, whose=_W.PARTY, about=_T.CASE, where=AT_DESK, words="{} We look into it"),
        "close_case": Rule(action=_A.ANSWER_CASE, whose=_W.PARTY, about=_T.CASE, where=AT_DESK, words="{} Sorry"),
    }
)
FOR_EVERYBODY = frozenset({"start", "orders", "help", "jobs", "me"})  # commands that are not heard in groups

TYPED: Mapping[Expects, Rule] = MappingProxyType(
    {
        Expects.STORE: Rule(action=_A.PLACE, tried=ALONE, words="Koufu"),
        Expects.ITEMS: Rule(action=_A.PLACE, tried=ALONE, words="2x laksa 5.50"),
        Expects.DROP_POINT: Rule(action=_A.PLACE, tried=ALONE, words="Library"),
        Expects.PASS_ON: Rule(action=None, tried=ALONE, words="are you there?"),
        Expects.MY_PLACE: Rule(action=_A.PLACE, tried=ALONE, words="Lab 4"),
        Expects.NOTE: Rule(action=_A.PLACE, tried=ALONE, words="no chili"),
        Expects.FEE: Rule(action=_A.PLACE, tried=ALONE, words="2.50"),
        Expects.RECEIPT: Rule(action=_A.BUY, whose=_W.RUNNER, about=_S.ACCEPTED, tried=ALONE, words="4.20"),
        Expects.PIN: Rule(action=_A.DELIVER, whose=_W.RUNNER, about=_S.ARRIVED, tried=ALONE, words="4817"),
        Expects.PROOF: Rule(action=_A.DELIVER, whose=_W.RUNNER, about=_S.ARRIVED, tried=ALONE, words="4817"),
        Expects.PROBLEM: Rule(
            action=_A.REPORT_PROBLEM,
            whose=_W.CUSTOMER,
            about=_S.DELIVERED,
            tried=ALONE,
            words="No spoon",
            detail="missing",
        ),
        Expects.SETTLE: Rule(action=_A.RETRY_STUCK, about=_T.DIFFERENCE, tried=ALONE, words="it was a test"),
        Expects.FORGIVE: Rule(action=_A.REFUND_ANY, whose=_W.PARTY, about=_T.OWED, tried=ALONE, words="paid in cash"),
        Expects.RESOLVE: Rule(action=_A.RETRY_STUCK, about=_T.SAGA, tried=ALONE, words="settled elsewhere"),
        Expects.DROP: Rule(action=_A.RETRY_STUCK, about=_T.PARKED, tried=ALONE, words="never mind"),
        Expects.CASE_MORE: Rule(
            action=_A.REPORT_PROBLEM, whose=_W.CUSTOMER, about=_T.CASE, tried=ALONE, words="It was red"
        ),
        Expects.ADMIN_REASON: Rule(
            action=_A.CLOSE_ANY,
            whose=_W.PARTY,
            about=_S.PLACED,
            tried=ALONE,
            words="the runner fell ill",
            detail="close_platform",
        ),
        Expects.REFUND: replace(_REFUNDS, where=ALONE, tried=ALONE, words="1.00 why", detail="platform"),
        Expects.CASE_ANSWER: Rule(
            action=_A.ANSWER_CASE, whose=_W.PARTY, about=_T.CASE, tried=ALONE, words="We look into it"
        ),
    }
)
