"""Which notifications ask for a decision, what they are about, and which events of the log settle them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from domain.messaging.buttons import unpack
from domain.messaging.notification.model import Notification

ORDER = "order"
ASKED_AGAIN = "asked-again"  # a newer question of the same topic stands below


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What a notification asks about, and the events (`subject-event`) that settle it.

    A newer question of the same `topic` about the same takes its place. About an order any event of the order counts;
    about anything else those of the subject whose id the notification says, or its first button carries.
    """

    topic: str
    subject: str
    ends: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """How a question was settled: by which event, when, and by whom; the system has no `person_id`."""

    event: str
    at: datetime
    by_admin: bool = False
    person_id: int | None = None


_ORDER_ENDED = frozenset(
    f"order-{each}" for each in ("cancelled", "cancelled_by_admin", "expired", "hold_gone", "unpaid", "withdrawn")
)
_RUNNER_LEFT = _ORDER_ENDED | {"order-released", "order-given_back", "order-closed_by_admin"}
_HANDED_OVER = frozenset({"order-delivered", "order-finished_by_admin", "order-closed_by_admin"})
_DEBT_ENDED = frozenset({"customer_debt-paid", "customer_debt-let_go"})


def _about_order(topic: str, *ends: str) -> Question:
    return Question(topic=topic, subject=ORDER, ends=frozenset(ends))


_UNCLAIMED = _about_order("unclaimed", "order-claimed", "order-raised", *_ORDER_ENDED)
_CHECK_IN = _about_order("check-in", "order-showed_life", "order-bought", *_RUNNER_LEFT, *_HANDED_OVER)
_RATING = _about_order("rating", "rating-good", "rating-bad")
_LOCKED = _about_order("pin", "order-pin_renewed", *_HANDED_OVER)
_DEBT = _about_order("debt", *_DEBT_ENDED)
_CASE = Question(topic="case", subject="case", ends=frozenset({"case-closed"}))
_DISCREPANCY_ENDED = frozenset({"difference-vanished", "difference-mended", "difference-settled"})
_DISCREPANCY = Question(topic="difference", subject="difference", ends=_DISCREPANCY_ENDED)
_BANK_HAS_ANSWER = frozenset({"dispute-answered", "dispute-won", "dispute-lost"})
_ANSWER_TO_BANK = Question(topic="answer-to-bank", subject="dispute", ends=_BANK_HAS_ANSWER)
_PAID = ("payout-paid", "payout-paid_at_stripe")
_UNSENT_PAY = _about_order("unsent-pay", *_PAID, "review-released")

QUESTIONS: Mapping[str, Question] = MappingProxyType(
    {
        "notification-nudge": _UNCLAIMED,
        "notification-odds-hour": _UNCLAIMED,
        "notification-odds-day": _UNCLAIMED,
        "notification-odds-unknown": _UNCLAIMED,
        "notification-runner-check-in": _CHECK_IN,
        "notification-runner-check-in-bought": _CHECK_IN,
        "notification-claim-ending": _CHECK_IN,
        "notification-may-leave": _about_order("leave", *_HANDED_OVER),
        "notification-limit-increase-requested": _about_order(
            "limit", "order-limit_agreed", "order-limit_declined", "order-raised", "order-bought", *_RUNNER_LEFT
        ),
        "notification-price-increase-approval": _about_order(
            "approval", "order-raised", "order-bought", "hold-declined", *_RUNNER_LEFT
        ),
        "notification-delivered": _RATING,
        "notification-food-left": _RATING,
        "notification-pin-locked": _LOCKED,
        "notification-pin-locked-customer": _LOCKED,
        "notification-reminder-locked": _LOCKED,
        "notification-owes": _DEBT,
        "notification-debt-approval": _DEBT,
        "notification-debt-declined": _DEBT,
        "notification-debt-unapproved": _DEBT,
        "notification-debt-not-possible": _DEBT,
        "notification-debt-card-gone": _DEBT,
        "notification-debt-not-reached": _DEBT,
        "notification-case-opened": _CASE,
        "notification-case-more": _CASE,
        "notification-discrepancy": _DISCREPANCY,
        "notification-discrepancy-remains": _DISCREPANCY,
        "notification-discrepancy-movement": _DISCREPANCY,
        "notification-discrepancy-transfer": _DISCREPANCY,
        "notification-stuck": Question(
            topic="stuck", subject="saga", ends=frozenset({"saga-retried", "saga-resolved"})
        ),
        "notification-review": _about_order("review", "review-released", *_PAID),
        "notification-pay-reversed-admins": _about_order("review", "review-released", *_PAID),
        "notification-payout-short": _UNSENT_PAY,
        "notification-payout-settings": _UNSENT_PAY,
        "notification-return-refused": _about_order("return", "refund-requested", "refund-succeeded"),
        "notification-fraud-warning": _about_order(
            "fraud", "refund-requested", "refund-succeeded", "refund-done_at_stripe", "dispute-opened"
        ),
        "notification-dispute": _ANSWER_TO_BANK,
        "notification-dispute-unanswered": _ANSWER_TO_BANK,
        "notification-evidence-refused": _ANSWER_TO_BANK,
        "notification-dispute-lost": _about_order("dispute", "payout-started", *_PAID),
        "notification-dispute-won-kept": _about_order("dispute", "payout-started", *_PAID),
        "notification-asks-to-run": Question(
            topic="asks-to-run", subject="membership", ends=frozenset({"membership-runner_status"})
        ),
        "notification-restricted-elsewhere": Question(
            topic="restriction", subject="restriction", ends=frozenset({"restriction-exempt"})
        ),
    }
)
# What settles a question does so for all questions of these keys; most events of the log settle none.
KEYS_BY_END: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        end: tuple(key for key, asked in QUESTIONS.items() if end in asked.ends)
        for end in frozenset().union(*(asked.ends for asked in QUESTIONS.values()))
    }
)


def find_subject(asked: Question, message: Notification) -> str | None:
    """Return what a notification asks about, as `kind:id`; None when it asks nothing, because it has no button."""
    if not message.buttons:
        return None
    if asked.subject == ORDER:
        return f"{ORDER}:{message.order_id}"
    if message.asks_about is not None:
        return f"{asked.subject}:{message.asks_about}"
    data = next((button.data for button in message.buttons if button.data is not None), None)
    return None if data is None else f"{asked.subject}:{unpack(data).subject}"
