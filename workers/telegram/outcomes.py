"""What came of a call to Telegram."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sent:
    """The message is in the chat under this id."""

    message_id: int


@dataclass(frozen=True, slots=True)
class Unchanged:
    """The message had this content already."""


@dataclass(frozen=True, slots=True)
class MessageGone:
    """The message to edit no longer exists: send a new one."""


@dataclass(frozen=True, slots=True)
class Blocked:
    """This bot may not write to the person or the group."""

    description: str


@dataclass(frozen=True, slots=True)
class Migrated:
    """The group became a supergroup with another id."""

    new_chat_id: int


@dataclass(frozen=True, slots=True)
class RateLimited:
    """Nothing was sent: too many messages; this chat has to pause for `seconds`."""

    seconds: float


@dataclass(frozen=True, slots=True)
class SendOutcomeUnknown:
    """The message may have been sent; a late answer is listened to for `listening_seconds`."""

    description: str
    listening_seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class NotSent:
    """The message was not sent, and may be sent again."""

    description: str


@dataclass(frozen=True, slots=True)
class TokenRefused:
    """Telegram refuses the bot itself, in these words: nothing was sent, and nothing is until its token is replaced."""

    description: str


@dataclass(frozen=True, slots=True)
class MessageRejected:
    """Telegram does not accept this content: an error of ours."""

    description: str


Undelivered = Blocked | Migrated | RateLimited | SendOutcomeUnknown | NotSent | TokenRefused | MessageRejected
SendOutcome = Sent | Unchanged | MessageGone | Undelivered
