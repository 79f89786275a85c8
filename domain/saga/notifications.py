"""What is told about sagas: a refused one to its person, one that fails or is stuck to the admins."""

from collections.abc import Sequence
from datetime import datetime

from domain.errors import CampusGError
from domain.messaging.buttons import Tap, pack
from domain.messaging.notification.model import ADMIN_CHAT, Notification, NotificationButton
from domain.messaging.notification.notification_buttons import remedy_rows
from domain.saga.refusals import StripeRefusal
from domain.saga.run import SagaRun, SagaStart

MAX_SHOWN_ERROR_LENGTH = 300  # characters


def saga_refused(start: SagaStart, refusal: CampusGError) -> Notification:
    """Tell the person of an optional saga why it did not start."""
    return Notification(
        campus_id=start.campus_id,
        chat_id=start.person_id or 0,
        name=f"refused:{start.name}",
        key=refusal.key,
        buttons=remedy_rows(refusal),
        args=refusal.arguments,
    )


def saga_failing(run: SagaRun, error: str) -> Notification:
    """Tell the admins that a saga has been failing for a while, and is tried again."""
    return _to_admins(run, "notification-slow", error)


def saga_stuck(run: SagaRun, error: str) -> Notification:
    """Tell the admins that a saga stopped: they can retry or resolve it."""
    retry = NotificationButton(label="button-retry", data=pack(Tap.RETRY, run.number))
    resolve = NotificationButton(label="button-resolve", data=pack(Tap.RESOLVE, run.number))
    return _to_admins(run, "notification-stuck", error, [retry, resolve])


def stripe_settings_refused(run: SagaRun, refusal: StripeRefusal, now: datetime) -> Notification:
    """Tell the admins what Stripe refused that is ours to mend; one message for each cause and hour."""
    return Notification(
        campus_id=run.campus_id,
        chat_id=ADMIN_CHAT,
        name=f"stripe_settings:{run.campus_id}:{refusal.cause}:{now:%Y-%m-%dT%H}",
        key="notification-stripe-settings",
        order_id=run.order_id,
        args={
            "order": str(run.order_id or "-"),
            "saga": run.kind,
            "step": refusal.step,
            "error": refusal.message[:MAX_SHOWN_ERROR_LENGTH] or "-",
            "code": refusal.code or refusal.error_type or "-",
            "request": refusal.request or "-",
            "kind": refusal.kind,
            "type": refusal.access or "other",
        },
    )


def tap_answer_delayed(run: SagaRun, what: str) -> Notification:
    """Tell a person that what they tapped is not possible just now, and comes by itself; `what` chooses the words."""
    return _about_our_settings(run, "notification-held-up", what)


def tap_not_possible(run: SagaRun, what: str) -> Notification:
    """Tell a person that what they tapped did not work, and changed nothing; `what` chooses the words."""
    return _about_our_settings(run, "notification-not-possible", what)


def _about_our_settings(run: SagaRun, key: str, what: str) -> Notification:
    return Notification(
        campus_id=run.campus_id,
        chat_id=run.required_person_id,
        name=f"{key}:{run.id}:{what}",
        key=key,
        order_id=run.order_id,
        args={"what": what, "order": str(run.order_id or "-")},
    )


def _to_admins(run: SagaRun, key: str, error: str, buttons: Sequence[NotificationButton] = ()) -> Notification:
    return Notification(
        campus_id=run.campus_id,
        chat_id=ADMIN_CHAT,
        name=f"{key}:{run.number}:{run.fence}",  # each time it gets stuck is told, also within one attempt
        key=key,
        order_id=run.order_id,
        buttons=buttons,
        args={
            "order": str(run.order_id or "-"),
            "saga": run.kind,
            "step": run.current_step_name,
            "error": error[:MAX_SHOWN_ERROR_LENGTH],
            "number": run.number,
        },
    )
