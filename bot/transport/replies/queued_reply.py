"""A reply that waits to be sent: the queue it stands in, and the time until which it is worth sending."""

from dataclasses import dataclass
from enum import StrEnum
from typing import assert_never

from bot.conversation.replies import (
    Answer,
    CommandMenu,
    CreateInviteLink,
    EditMenu,
    JoinRequestAnswer,
    NewMessage,
    Picture,
    Reply,
)
from bot.transport.update_payload import ReplyTarget
from domain.settings.timeouts import Timeout

ANSWER_LIFETIME_SECONDS = Timeout.ANSWER_LIFETIME.seconds
MESSAGE_LIFETIME_SECONDS = Timeout.MESSAGE_LIFETIME.seconds
SETTING_LIFETIME_SECONDS = Timeout.SETTING_LIFETIME.seconds


class QueuePart(StrEnum):
    """What stands in a queue of its own, because Telegram limits it on its own and its order does not matter to others.

    The messages of a chat are one part. What answers one person is another for each person: in a group fifty runners
    may tap at once, and none waits for the others.
    """

    MESSAGES = "messages"
    ANSWERS = "answers"
    COMMANDS = "commands"


ChatKey = tuple[int, int]  # campus and chat: the bots of two campuses may write to one person


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueKey:
    """The queue of a reply. Replies of one queue are sent one after the other, in the order they were given."""

    campus_id: int
    chat_id: int
    part: QueuePart
    person_id: int | None = None  # whom an answer is for

    @property
    def chat(self) -> ChatKey:
        """The chat that the queue is a part of."""
        return self.campus_id, self.chat_id


@dataclass(frozen=True, slots=True, kw_only=True)
class QueuedReply:
    """A reply, where it goes, and when it is given up (seconds of the event loop's clock)."""

    reply: Reply
    campus_id: int
    update_id: int
    target: ReplyTarget
    expires_at: float


def queue_key(campus_id: int, person_id: int | None, target: ReplyTarget, reply: Reply) -> QueueKey:
    """Return the queue of a reply to an update of this person."""
    match reply:
        case Answer():
            part, answered = QueuePart.ANSWERS, person_id
        case JoinRequestAnswer(person_id=asking):
            part, answered = QueuePart.ANSWERS, asking
        case CommandMenu():
            part, answered = QueuePart.COMMANDS, None
        case NewMessage() | EditMenu() | Picture() | CreateInviteLink():
            part, answered = QueuePart.MESSAGES, None
        case _:
            assert_never(reply)
    return QueueKey(campus_id=campus_id, chat_id=target.chat_id, part=part, person_id=answered)


def lifetime_of(reply: Reply) -> float:
    """Return how long a reply is worth sending, in seconds."""
    match reply:
        case Answer():
            return ANSWER_LIFETIME_SECONDS
        case NewMessage() | EditMenu() | Picture():
            return MESSAGE_LIFETIME_SECONDS
        case JoinRequestAnswer() | CommandMenu() | CreateInviteLink():
            return SETTING_LIFETIME_SECONDS
        case _:
            assert_never(reply)


def may_be_repeated(reply: Reply) -> bool:
    """Return whether a call with an unknown outcome may be made again, because nobody sees a second effect of it.

    Telegram refuses the second answer to a tap or a join request, and the second identical edit. A second invite link
    takes the place of the first one, which nobody was told.
    """
    match reply:
        case Answer() | EditMenu() | JoinRequestAnswer() | CommandMenu() | CreateInviteLink():
            return True
        case NewMessage() | Picture():
            return False
        case _:
            assert_never(reply)
