"""The refusals of reviews, which an admin reads as those of `domain/errors.py`."""

from domain.errors import CampusGError


class PayTakenBack(CampusGError):
    """Nothing is left to let go: a refund that the runner bears took the pay."""

    key = "error-pay-taken-back"


class AlreadyBarred(CampusGError):
    """Whom an admin wants to bar is barred already."""

    key = "error-already-barred"
