"""A photo that a person sent, and what it proves."""

from dataclasses import dataclass
from enum import StrEnum


class PhotoUse(StrEnum):
    """What a photo proves."""

    RECEIPT = "receipt"
    LEFT_FOOD = "left_food"
    PROBLEM = "problem"  # that a customer reports


@dataclass(frozen=True, slots=True, kw_only=True)
class SentPhoto:
    """A photo as Telegram names it: by a file id of this bot, and by an id that stays the same wherever it is sent."""

    file_id: str
    unique_id: str
    is_second_hand: bool = False  # forwarded, or written through another bot: whoever sends it may not have taken it
