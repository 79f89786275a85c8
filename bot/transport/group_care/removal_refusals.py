"""What Telegram's words mean when it does not let the bot remove somebody from a group."""

from enum import Enum, auto

_ABSENT_TEXTS = ("USER_NOT_PARTICIPANT", "PARTICIPANT_ID_INVALID", "USER_ID_INVALID", "user not found")
_PROTECTED_TEXTS = ("can't remove chat owner", "user is an administrator of the chat")


class RemovalRefusal(Enum):
    """What a refusal of Telegram means for a removal."""

    ABSENT = auto()  # the person is not in the group
    PROTECTED = auto()  # the owner or an administrator of the group: only people can remove them
    FORBIDDEN = auto()  # the bot lacks the right, or is not there itself


def read_refusal(message: str) -> RemovalRefusal:
    """Return what Telegram's words mean; what is not known needs an admin, like a missing right."""
    if any(words in message for words in _ABSENT_TEXTS):
        return RemovalRefusal.ABSENT
    if any(words in message for words in _PROTECTED_TEXTS):
        return RemovalRefusal.PROTECTED
    return RemovalRefusal.FORBIDDEN
