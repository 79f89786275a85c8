"""The permission matrix: one rule for every question; a new PendingInput needs a rule here."""

from collections.abc import Mapping
from types import MappingProxyType

from domain.campuses.permissions import Action
from domain.orders.drafts.draft import PendingInput
from domain.orders.states import OrderStatus
from tests.bot.conversation.permission_rules import PRIVATE_ONLY, Rule, SubjectKind, SubjectOwner

_S, _A, _W, _T = OrderStatus, Action, SubjectOwner, SubjectKind

INPUT_RULES: Mapping[PendingInput, Rule] = MappingProxyType(
    {
        PendingInput.STORE: Rule(action=_A.PLACE, tried_in=PRIVATE_ONLY, text="Koufu"),
        PendingInput.ITEMS: Rule(action=_A.PLACE, tried_in=PRIVATE_ONLY, text="2x laksa 5.50"),
        PendingInput.DROP_POINT: Rule(action=_A.PLACE, tried_in=PRIVATE_ONLY, text="Library"),
        PendingInput.PASS_ON: Rule(action=None, tried_in=PRIVATE_ONLY, text="are you there?"),
        PendingInput.ADDRESSEE: Rule(action=None, tried_in=PRIVATE_ONLY, text="are you there?"),
        PendingInput.DEFAULT_PLACE: Rule(action=_A.PLACE, tried_in=PRIVATE_ONLY, text="Lab 4"),
        PendingInput.NOTE: Rule(action=_A.PLACE, tried_in=PRIVATE_ONLY, text="no chili"),
        PendingInput.FEE: Rule(action=_A.PLACE, tried_in=PRIVATE_ONLY, text="2.50"),
        PendingInput.RECEIPT: Rule(
            action=_A.BUY, owner=_W.RUNNER, subject=_S.ACCEPTED, tried_in=PRIVATE_ONLY, text="4.20"
        ),
        PendingInput.PIN: Rule(
            action=_A.DELIVER, owner=_W.RUNNER, subject=_S.ARRIVED, tried_in=PRIVATE_ONLY, text="4817"
        ),
        PendingInput.PROOF: Rule(
            action=_A.DELIVER, owner=_W.RUNNER, subject=_S.ARRIVED, tried_in=PRIVATE_ONLY, text="4817"
        ),
        PendingInput.PROBLEM: Rule(
            action=_A.REPORT_PROBLEM,
            owner=_W.CUSTOMER,
            subject=_S.DELIVERED,
            tried_in=PRIVATE_ONLY,
            text="No spoon",
            detail="missing",
        ),
        PendingInput.SETTLE_DISCREPANCY: Rule(
            action=_A.RETRY_STUCK, owner=_W.PARTY, subject=_T.DISCREPANCY, tried_in=PRIVATE_ONLY, text="nobody, a test"
        ),
        PendingInput.TRANSFER_PAY: Rule(
            action=_A.RETRY_STUCK, owner=_W.PARTY, subject=_T.TRANSFER, tried_in=PRIVATE_ONLY, text="sent by hand"
        ),
        PendingInput.TRANSFER_OTHER: Rule(
            action=_A.RETRY_STUCK, owner=_W.PARTY, subject=_T.TRANSFER, tried_in=PRIVATE_ONLY, text="a bonus"
        ),
        PendingInput.WAIVE_CUSTOMER_DEBT: Rule(
            action=_A.REFUND_ANY, owner=_W.PARTY, subject=_T.OWED_ORDER, tried_in=PRIVATE_ONLY, text="paid in cash"
        ),
        PendingInput.RESOLVE_SAGA: Rule(
            action=_A.RETRY_STUCK, owner=_W.PARTY, subject=_T.SAGA, tried_in=PRIVATE_ONLY, text="settled elsewhere"
        ),
        PendingInput.DROP_DEAD_LETTER: Rule(
            action=_A.RETRY_STUCK, owner=_W.PARTY, subject=_T.DEAD_LETTER, tried_in=PRIVATE_ONLY, text="never mind"
        ),
        PendingInput.CASE_ADDITION: Rule(
            action=_A.REPORT_PROBLEM, owner=_W.CUSTOMER, subject=_T.CASE, tried_in=PRIVATE_ONLY, text="It was red"
        ),
        PendingInput.ADMIN_REASON: Rule(
            action=_A.CLOSE_ANY,
            owner=_W.PARTY,
            subject=_S.PLACED,
            tried_in=PRIVATE_ONLY,
            text="the runner fell ill",
            detail="close_platform",
        ),
        PendingInput.REFUND: Rule(
            action=_A.REFUND_ANY,
            owner=_W.PARTY,
            subject=_S.COMPLETED,
            tried_in=PRIVATE_ONLY,
            text="1.00 why",
            detail="platform",
        ),
        PendingInput.CASE_ANSWER: Rule(
            action=_A.ANSWER_CASE, owner=_W.PARTY, subject=_T.CASE, tried_in=PRIVATE_ONLY, text="We look"
        ),
    }
)
