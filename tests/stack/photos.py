"""Photos of people in tests that need no Telegram."""

from itertools import count

from domain.orders.sent_photos.sent_photo import SentPhoto

_NUMBERS = count(1)


def new_photo() -> SentPhoto:
    """Return a photo that nobody sent before."""
    number = next(_NUMBERS)
    return SentPhoto(file_id=f"photo {number}", unique_id=f"unique {number}")
