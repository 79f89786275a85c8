"""What the admins are told about dead letters."""

from domain.inbox.dead_letter import DeadLetter
from domain.messaging.buttons import Tap, pack
from domain.messaging.notification.model import ADMIN_CHAT, Notification, NotificationButton

DEAD_LETTER_KEY = "notification-dead-letter"  # one that fails is not told by another one
MAX_SHOWN_ERROR_LENGTH = 300  # characters


def dead_letter_opened(letter: DeadLetter, campus_id: int, times: int) -> Notification:
    """Tell what failed too often, once each of the `times` it did."""
    return Notification(
        campus_id=campus_id,
        chat_id=ADMIN_CHAT,
        name=f"parked:{letter.id}:{times}",
        key=DEAD_LETTER_KEY,
        order_id=letter.order_id,
        buttons=[NotificationButton(label="button-dead-letters", data=pack(Tap.DEAD_LETTERS))],
        args={
            "number": letter.id,
            "kind": letter.label_variant,
            "shown": letter.shown,
            "tries": letter.tries,
            "error": letter.error[:MAX_SHOWN_ERROR_LENGTH],
        },
    )
