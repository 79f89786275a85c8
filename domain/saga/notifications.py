"""What is told about sagas: a refused one to its person, one that fails or is stuck to the admins."""

from collections.abc import Sequence

from domain.errors import CampusGError
from domain.messaging.buttons import Tap, pack
from domain.messaging.notification.model import ADMIN_CHAT, Notification, NotificationButton
from domain.messaging.notification.notification_buttons import remedy_rows
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
