"""The permission matrix: one rule for every button and command; those of questions are in `permission_inputs.py`.

A new Tap or command needs a rule here; the test names the missing one.
"""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from bot.conversation.relay.offer import checksum_text
from domain.campuses.permissions import Action
from domain.messaging.buttons import Tap
from domain.orders.drafts.draft import PendingInput
from domain.orders.states import OrderStatus
from tests.bot.conversation.permission_rules import (
    ADMIN_CHATS,
    EVERYWHERE,
    OTHER_GROUPS,
    PRIVATE_ONLY,
    Rule,
    SubjectKind,
    SubjectOwner,
)

_S, _A, _W, _T = OrderStatus, Action, SubjectOwner, SubjectKind
_ANYBODY = Rule(action=None)
_ORDERS = Rule(action=_A.PLACE)
_OPENS_OWN_ORDER = Rule(action=None, owner=_W.PARTY, subject=_S.PLACED)
_AGAIN = Rule(action=_A.CANCEL, owner=_W.CUSTOMER, subject=_S.DELIVERED)
_CANCELS = Rule(action=_A.CANCEL, owner=_W.CUSTOMER, subject=_S.CREATED)
_RELEASES = Rule(action=_A.RELEASE, owner=_W.RUNNER, subject=_S.ACCEPTED)
_BUYS = Rule(action=_A.BUY, owner=_W.RUNNER, subject=_S.ACCEPTED, argument=9_999)
_DELIVERS = Rule(action=_A.DELIVER, owner=_W.RUNNER, subject=_S.ARRIVED)
_RATES = Rule(action=_A.RATE, owner=_W.CUSTOMER, subject=_S.DELIVERED, argument=0)
_REPORTS = Rule(action=_A.REPORT_PROBLEM, owner=_W.CUSTOMER, subject=_S.DELIVERED, argument=1)
_LOOKS_AT_PHOTOS = Rule(action=_A.SEE_PHOTOS, owner=_W.CUSTOMER, subject=_S.DELIVERED)
_USES_SAVED_CARD = Rule(action=_A.PLACE, subject=_T.SAVED_CARD)
_SEES_CASE = Rule(action=_A.SEE_CASES, subject=_T.CASE, allowed_in=ADMIN_CHATS)
_CLOSES_CASE = Rule(action=_A.ANSWER_CASE, owner=_W.PARTY, subject=_T.CASE, argument=1, allowed_in=ADMIN_CHATS)
_CLOSES_ORDER = Rule(action=_A.CLOSE_ANY, owner=_W.PARTY, subject=_S.PLACED, allowed_in=ADMIN_CHATS)
_RETRIES = Rule(action=_A.RETRY_STUCK, owner=_W.PARTY, subject=_T.SAGA, allowed_in=ADMIN_CHATS)
_ACTS_ON_DEAD_LETTER, _SETTLES = replace(_RETRIES, subject=_T.DEAD_LETTER), replace(_RETRIES, subject=_T.DISCREPANCY)
_SEES_TRANSFER = Rule(action=_A.SEE_STUCK, subject=_T.TRANSFER, allowed_in=ADMIN_CHATS)
_SEES_BOARD = Rule(action=_A.SEE_BOARD, allowed_in=ADMIN_CHATS)
_SUSPENDS = Rule(action=_A.SUSPEND_RUNNER, owner=_W.PERSON, subject=_T.RUNNER, allowed_in=ADMIN_CHATS)
_REINSTATES = Rule(action=_A.SUSPEND_RUNNER, owner=_W.PERSON, subject=_T.SUSPENDED_RUNNER, allowed_in=ADMIN_CHATS)
_SEES_RESTRICTIONS = Rule(action=_A.SEE_RESTRICTIONS, allowed_in=ADMIN_CHATS)
_RESTRICTS = Rule(action=_A.RESTRICT_PERSON, owner=_W.PERSON, subject=_T.RUNNER, allowed_in=ADMIN_CHATS)
_BARS_SIDE = Rule(
    action=_A.RESTRICT_PERSON, owner=_W.PARTY, subject=_T.REVIEWED_ORDER, argument=1, allowed_in=ADMIN_CHATS
)
_REFUNDS = Rule(action=_A.REFUND_ANY, owner=_W.PARTY, subject=_S.COMPLETED, allowed_in=ADMIN_CHATS)

_ANSWERS_BANK = Rule(action=_A.REFUND_ANY, owner=_W.PARTY, subject=_T.UNANSWERED_ORDER, allowed_in=ADMIN_CHATS)
TAP_RULES: Mapping[Tap, Rule] = MappingProxyType(
    {
        Tap.HOME: _ANYBODY,
        Tap.ORDER_FOOD: _ORDERS,
        Tap.DELIVER_FOOD: _ANYBODY,
        Tap.USUAL_ORDER: _AGAIN,
        Tap.STORE: _ORDERS,
        Tap.OTHER_STORE: _ORDERS,
        Tap.MENU_ITEM: _ORDERS,
        Tap.BASKET: _ORDERS,
        Tap.LESS: _ORDERS,
        Tap.MORE: _ORDERS,
        Tap.CLEAR_ITEMS: _ORDERS,
        Tap.ITEMS_DONE: _ORDERS,
        Tap.DROP_POINT: _ORDERS,
        Tap.BUILDING: Rule(action=_A.PLACE, subject=_T.DROP_POINT),
        Tap.USUAL_PLACE: _ORDERS,
        Tap.USE_AS_DROP_POINT: replace(_ORDERS, pending_input=PendingInput.DROP_POINT, detail="milo 1.80"),
        Tap.USE_AS_ITEM: replace(_ORDERS, pending_input=PendingInput.DROP_POINT, detail="milo 1.80"),
        Tap.FEE: _ORDERS,
        Tap.TIP: _ORDERS,
        Tap.NOTE: _ORDERS,
        Tap.REVIEW: _ORDERS,
        Tap.PLACE: Rule(action=_A.PLACE, subject=_T.CEILING),
        Tap.DISCARD: _ORDERS,
        Tap.DISCARD_SURE: _ORDERS,
        Tap.ADD_CARD: _ORDERS,
        Tap.MY_ORDERS: _ANYBODY,
        Tap.ORDERS_OPEN: _ANYBODY,
        Tap.ORDERS_ENDED: _ANYBODY,
        Tap.OPEN_ORDER: _OPENS_OWN_ORDER,
        Tap.TRY_AGAIN: _AGAIN,
        Tap.REPLACE_BASKET: _AGAIN,
        Tap.CANCEL: _CANCELS,
        Tap.CANCEL_SURE: _CANCELS,
        Tap.CLAIM: Rule(action=_A.CLAIM, owner=_W.CUSTOMER, subject=_S.CREATED, allowed_in=EVERYWHERE),
        Tap.RELEASE: _RELEASES,
        Tap.RELEASE_SURE: _RELEASES,
        Tap.BOUGHT: _BUYS,
        Tap.BOUGHT_AS_ESTIMATED: _BUYS,
        Tap.CHANGE_RECEIPT: replace(_BUYS, subject=_S.PLACED),
        Tap.PICKED_UP: Rule(action=_A.PICK_UP, owner=_W.RUNNER, subject=_S.PLACED),
        Tap.ARRIVED: Rule(action=_A.ARRIVE, owner=_W.RUNNER, subject=_S.ON_THE_WAY),
        Tap.THUMB_UP: _RATES,
        Tap.THUMB_DOWN: _RATES,
        Tap.THUMB_REASON: _RATES,
        Tap.THUMB_AGAIN: _ANYBODY,
        Tap.PROBLEM: _REPORTS,
        Tap.PROBLEM_KIND: _REPORTS,
        Tap.PROBLEM_BACK: _OPENS_OWN_ORDER,
        Tap.PROBLEM_WORDLESS: _REPORTS,
        Tap.CASES: _SEES_CASE,
        Tap.CASE: _SEES_CASE,
        Tap.CASE_ANSWER: _SEES_CASE,
        Tap.CASE_CLOSE: _SEES_CASE,
        Tap.CASE_CLOSE_SURE: _CLOSES_CASE,
        Tap.ASK_CUSTOMER: Rule(action=_A.BUY, owner=_W.RUNNER, subject=_S.ACCEPTED, argument=600),
        Tap.AGREE: Rule(action=_A.INCREASE_PRICE, owner=_W.CUSTOMER, subject=_S.ACCEPTED, argument=890),
        Tap.DISAGREE: Rule(action=_A.INCREASE_PRICE, owner=_W.CUSTOMER, subject=_S.ACCEPTED, argument=890),
        Tap.ASK_ADMIN: _BUYS,
        Tap.LEAVE: _DELIVERS,
        Tap.STAY: _DELIVERS,
        Tap.SEE_RECEIPT: _LOOKS_AT_PHOTOS,
        Tap.SEE_PHOTO: _LOOKS_AT_PHOTOS,
        Tap.ASK_TO_RUN: Rule(action=_A.ASK_TO_RUN),
        Tap.SET_UP_PAYOUT: Rule(action=_A.SET_UP_PAYOUT),
        Tap.APPROVE: Rule(action=_A.APPROVE_RUNNER, owner=_W.NOBODY, subject=_T.APPLICANT, allowed_in=ADMIN_CHATS),
        Tap.RETRY: _RETRIES,
        Tap.STUCK: Rule(action=_A.SEE_STUCK, allowed_in=ADMIN_CHATS),
        Tap.RESOLVE: Rule(action=_A.SEE_STUCK, subject=_T.SAGA, allowed_in=ADMIN_CHATS),
        Tap.DEAD_LETTERS: Rule(action=_A.SEE_STUCK, allowed_in=ADMIN_CHATS),
        Tap.RETRY_DEAD_LETTER: _ACTS_ON_DEAD_LETTER,
        Tap.DROP_DEAD_LETTER: Rule(action=_A.SEE_STUCK, subject=_T.DEAD_LETTER, allowed_in=ADMIN_CHATS),
        Tap.NEW_PIN: Rule(action=_A.RENEW_PIN, owner=_W.PARTY, subject=_T.LOCKED_ORDER, allowed_in=ADMIN_CHATS),
        Tap.PAY_AGAIN: replace(_RETRIES, subject=_S.DELIVERED),
        Tap.LET_PAY_GO: replace(_REFUNDS, subject=_T.REVIEWED_ORDER),
        Tap.REVIEWED: Rule(action=_A.SEE_STUCK, subject=_T.REVIEWED_ORDER, allowed_in=ADMIN_CHATS),
        Tap.BAR_SIDE: replace(_BARS_SIDE, argument=0),
        Tap.BAR_SIDE_SURE: _BARS_SIDE,
        Tap.DISCREPANCIES: Rule(action=_A.SEE_STUCK, allowed_in=ADMIN_CHATS),
        Tap.RECHECK_DISCREPANCY: Rule(action=_A.SEE_STUCK, subject=_T.DISCREPANCY, allowed_in=ADMIN_CHATS),
        Tap.SETTLE_DISCREPANCY: Rule(action=_A.SEE_STUCK, subject=_T.DISCREPANCY, allowed_in=ADMIN_CHATS),
        Tap.TRANSFER_PAY: _SEES_TRANSFER,
        Tap.TRANSFER_OTHER: _SEES_TRANSFER,
        Tap.BOARD: _SEES_BOARD,
        Tap.ADMIN_ORDER: Rule(action=_A.SEE_ANY_ORDER, subject=_S.PLACED, allowed_in=ADMIN_CHATS),
        Tap.ADMIN_ACTION: replace(_CLOSES_ORDER, argument=4),
        Tap.ADMIN_ACTION_SURE: Rule(
            action=_A.SEE_BOARD, subject=_S.PLACED, argument=5, allowed_in=ADMIN_CHATS
        ),  # it only asks for the reason; the answer has its own rule
        Tap.READY_REASON: Rule(action=_A.SEE_BOARD, argument=0, allowed_in=ADMIN_CHATS),  # the command has its own rule
        Tap.RUNNERS: Rule(action=_A.SEE_RUNNERS, allowed_in=ADMIN_CHATS),
        Tap.SUSPEND: _SUSPENDS,
        Tap.SUSPEND_SURE: _SUSPENDS,
        Tap.UNSUSPEND: _REINSTATES,
        Tap.REFUND: _REFUNDS,
        Tap.REFUND_BEARER: replace(_REFUNDS, argument=1),
        Tap.REFUND_SURE: replace(
            _REFUNDS,
            argument=100,
            allowed_in=PRIVATE_ONLY,
            pending_input=PendingInput.REFUND,
            detail="platform 100 why",
        ),
        Tap.WAIVE_RUNNER_DEBT: Rule(action=_A.SEE_STUCK, subject=_T.RUNNER_DEBT, allowed_in=ADMIN_CHATS),
        Tap.WAIVE_RUNNER_DEBT_SURE: Rule(
            action=_A.REFUND_ANY, owner=_W.PARTY, subject=_T.RUNNER_DEBT, allowed_in=ADMIN_CHATS
        ),
        Tap.PAY_CUSTOMER_DEBT: Rule(action=_A.PAY_DEBT, owner=_W.CUSTOMER, subject=_T.CUSTOMER_DEBT),
        Tap.WAIVE_CUSTOMER_DEBT: Rule(action=_A.SEE_STUCK, subject=_T.OWED_ORDER, allowed_in=ADMIN_CHATS),
        Tap.ANSWER_DISPUTE: _ANSWERS_BANK,
        Tap.ANSWER_DISPUTE_SURE: _ANSWERS_BANK,
        Tap.PAY_ANYWAY: Rule(action=_A.REFUND_ANY, owner=_W.PARTY, subject=_T.DISPUTED_ORDER, allowed_in=ADMIN_CHATS),
        Tap.ADDRESSEE: replace(
            _RESTRICTS,
            argument=checksum_text("limit 7d money 1open why"),
            pending_input=PendingInput.ADDRESSEE,
            detail="limit 7d money 1open why",
        ),
        Tap.RESTRICTIONS: _SEES_RESTRICTIONS,
        Tap.RESTRICT_SURE: replace(_RESTRICTS, subject=_T.PROPOSED_RESTRICTION),
        Tap.UNBAR: _SEES_RESTRICTIONS,
        Tap.ME: _ORDERS,
        Tap.PAUSE: Rule(action=_A.PAUSE_ORDERS, allowed_in=ADMIN_CHATS),
        Tap.BIND: Rule(action=_A.BIND_GROUP, argument=1, allowed_in=OTHER_GROUPS),
        Tap.INVITE: _ORDERS,
        Tap.POSTER: Rule(action=_A.SEE_BOARD, subject=_T.DROP_POINT, allowed_in=ADMIN_CHATS),
        Tap.MY_PLACE: _ORDERS,
        Tap.FORGET_PLACE: _ORDERS,
        Tap.REMOVE_CARD: _USES_SAVED_CARD,
        Tap.REMOVE_CARD_SURE: _USES_SAVED_CARD,
        Tap.CHART_PAID: _ORDERS,
        Tap.CHART_EARNED: _ORDERS,
        Tap.KEEP_WAITING: Rule(action=_A.WAIT, owner=_W.CUSTOMER, subject=_S.CREATED),
        Tap.INCREASE_FEE: Rule(action=_A.INCREASE_PRICE, owner=_W.CUSTOMER, subject=_S.CREATED),
        Tap.INCREASE_FEE_SURE: Rule(action=_A.INCREASE_PRICE, owner=_W.CUSTOMER, subject=_S.CREATED, argument=900),
        Tap.PASS_ON: Rule(
            action=_A.WRITE_TO_OTHER_SIDE,
            owner=_W.PARTY,
            subject=_S.PLACED,
            argument=checksum_text("hello"),
            pending_input=PendingInput.PASS_ON,
            detail="hello",
        ),
        Tap.PASS_ON_TEAM: Rule(
            action=_A.WRITE_TO_OTHER_SIDE,
            owner=_W.PARTY,
            subject=_S.PLACED,
            argument=checksum_text("hello"),
            pending_input=PendingInput.PASS_ON,
            detail="hello",
        ),
        Tap.PASS_ON_CASE: Rule(
            action=_A.REPORT_PROBLEM,
            owner=_W.CUSTOMER,
            subject=_T.CASE,
            argument=checksum_text("hello"),
            pending_input=PendingInput.PASS_ON,
            detail="hello",
        ),
        Tap.DO_NOT_PASS_ON: _ANYBODY,
        Tap.OWN_ACT: Rule(action=_A.ACT_ON_OWN, owner=_W.PARTY, subject=_S.PLACED, argument=1, allowed_in=ADMIN_CHATS),
        Tap.CHECK_IN: Rule(action=_A.CHECK_IN, owner=_W.RUNNER, subject=_S.ACCEPTED),
    }
)

COMMAND_RULES: Mapping[str, Rule] = MappingProxyType(
    {
        "start": _ANYBODY,
        "orders": _ANYBODY,
        "why": replace(_OPENS_OWN_ORDER, text="{}"),
        "help": _ANYBODY,
        "jobs": _ANYBODY,
        "me": _ORDERS,
        "board": _SEES_BOARD,
        "console": Rule(action=_A.SEE_CONSOLE, allowed_in=ADMIN_CHATS),
        "poster": _SEES_BOARD,
        "check": Rule(action=_A.CHECK_SETUP, allowed_in=ADMIN_CHATS),
        "pause": Rule(action=_A.PAUSE_ORDERS, allowed_in=ADMIN_CHATS, text="fire drill"),
        "resume": Rule(action=_A.PAUSE_ORDERS, allowed_in=ADMIN_CHATS),
        "order": Rule(action=_A.SEE_ANY_ORDER, subject=_S.PLACED, allowed_in=ADMIN_CHATS, text="{}"),
        "cancel": Rule(
            action=_A.CANCEL_ANY, owner=_W.PARTY, subject=_S.ACCEPTED, allowed_in=ADMIN_CHATS, text="{} why"
        ),
        "release": Rule(
            action=_A.RELEASE_ANY, owner=_W.PARTY, subject=_S.ACCEPTED, allowed_in=ADMIN_CHATS, text="{} why"
        ),
        "finish": Rule(action=_A.FINISH_ANY, owner=_W.RUNNER, subject=_S.PLACED, allowed_in=ADMIN_CHATS, text="{} why"),
        "receipt": Rule(
            action=_A.CORRECT_RECEIPT, owner=_W.PARTY, subject=_S.PLACED, allowed_in=ADMIN_CHATS, text="{} 4.50 why"
        ),
        "close": replace(_CLOSES_ORDER, text="{} platform why"),
        "refund": replace(_REFUNDS, text="{} 1.00 platform why"),
        "forgive": Rule(
            action=_A.REFUND_ANY, owner=_W.PARTY, subject=_T.OWED_ORDER, allowed_in=ADMIN_CHATS, text="{} why"
        ),
        "tell": Rule(
            action=_A.WRITE_AS_TEAM, owner=_W.PARTY, subject=_S.PLACED, allowed_in=ADMIN_CHATS, text="{} customer hello"
        ),
        "runners": Rule(action=_A.SEE_RUNNERS, allowed_in=ADMIN_CHATS),
        "approve": Rule(
            action=_A.APPROVE_RUNNER, owner=_W.NOBODY, subject=_T.APPLICANT, allowed_in=ADMIN_CHATS, text="{}"
        ),
        "suspend": Rule(
            action=_A.SUSPEND_RUNNER, owner=_W.PERSON, subject=_T.RUNNER, allowed_in=ADMIN_CHATS, text="{} why"
        ),
        "unsuspend": Rule(
            action=_A.SUSPEND_RUNNER, owner=_W.PERSON, subject=_T.SUSPENDED_RUNNER, allowed_in=ADMIN_CHATS, text="{}"
        ),
        "restrictions": _SEES_RESTRICTIONS,
        "bar": replace(_RESTRICTS, text="{} 7d money why"),
        "limit": replace(_RESTRICTS, text="{} 7d money 1open why"),
        "unbar": replace(_RESTRICTS, text="{} why"),
        "stuck": Rule(action=_A.SEE_STUCK, allowed_in=ADMIN_CHATS),
        "resolve": replace(_RETRIES, text="{} settled elsewhere"),
        "held": Rule(action=_A.SEE_STUCK, allowed_in=ADMIN_CHATS),
        "parked": Rule(action=_A.SEE_STUCK, allowed_in=ADMIN_CHATS),
        "drop": replace(_ACTS_ON_DEAD_LETTER, text="{} never mind"),
        "differences": Rule(action=_A.SEE_STUCK, allowed_in=ADMIN_CHATS),
        "settle": replace(_SETTLES, text="{} nobody"),
        "transfer_pay": replace(_SETTLES, subject=_T.TRANSFER, text="{} sent by hand"),
        "transfer_other": replace(_SETTLES, subject=_T.TRANSFER, text="{} a bonus"),
        "bind": Rule(action=_A.BIND_GROUP, allowed_in=OTHER_GROUPS, tried_in=OTHER_GROUPS),
        "cases": _SEES_CASE,
        "case": Rule(
            action=_A.ANSWER_CASE, owner=_W.PARTY, subject=_T.CASE, allowed_in=ADMIN_CHATS, text="{} We look into it"
        ),
        "close_case": Rule(
            action=_A.ANSWER_CASE, owner=_W.PARTY, subject=_T.CASE, allowed_in=ADMIN_CHATS, text="{} Sorry"
        ),
    }
)
PUBLIC_COMMANDS = frozenset({"start", "orders", "why", "help", "jobs", "me"})  # commands that the bot ignores in groups
