"""What is told when a check is over: one message, or several when its lines do not fit into one."""

from domain.messaging.notification.model import Notification


def check_finished(campus_id: int, chat_id: int, name: str, campus: str, broken: int, findings: str) -> Notification:
    """Answer in the chat that asked: the campus by its title, how many things do not work, and the first lines."""
    return Notification(
        campus_id=campus_id,
        chat_id=chat_id,
        name=name,
        key="notification-check",
        args={"campus": campus, "broken": broken, "findings": findings},
    )


def check_continued(campus_id: int, chat_id: int, name: str, findings: str) -> Notification:
    """Tell the lines that did not fit into the message before."""
    return Notification(
        campus_id=campus_id, chat_id=chat_id, name=name, key="notification-check-more", args={"findings": findings}
    )
