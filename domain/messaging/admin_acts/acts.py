"""The acts of admins that are told, by the words that the event log and the sentences know them by."""

from enum import StrEnum


class AdminAct(StrEnum):
    CANCEL = "cancel"
    RELEASE = "release"
    FINISH = "finish"
    RENEW_PIN = "renew_pin"  # that five wrong ones have locked
    CORRECT_RECEIPT = "correct_receipt"  # the amount that its runner typed
    CLOSE = "close"
    REFUND = "refund"
    PAY_AGAIN = "pay_again"  # a pay-out that lacked funds
    ANSWER_DISPUTE = "answer_dispute"  # with evidence, to the bank
    PAY_ANYWAY = "pay_anyway"  # a runner, although the dispute was lost
    LET_PAY_GO = "let_pay_go"  # that waited for an admin
    WAIVE_RUNNER_DEBT = "waive_runner_debt"
    WAIVE_CUSTOMER_DEBT = "waive_customer_debt"
    RETRY = "retry"  # a stuck saga
    RESOLVE = "resolve"  # a stuck saga
    RETRY_DEAD_LETTER = "retry_dead_letter"
    DROP_DEAD_LETTER = "drop_dead_letter"
    SETTLE = "settle"  # a discrepancy
    APPROVE = "approve"
    SUSPEND = "suspend"
    UNSUSPEND = "unsuspend"
    BAR = "bar"
    LIMIT = "limit"
    UNBAR = "unbar"  # lifts limits too
    ANSWER_CASE = "answer_case"
    CLOSE_CASE = "close_case"
    WRITE = "write"  # as the campus team, to one side of an order
