"""Why a photo proves nothing."""

from domain.errors import OrderError


class PhotoUsedBefore(OrderError):
    """It proved something else, or the same of another order."""

    key = "error-photo-used"


class PhotoSecondHand(OrderError):
    """It was forwarded, or comes from another bot."""

    key = "error-photo-second-hand"
