"""The refusals of restrictions, which a person reads as those of `domain/errors.py`."""

from domain.errors import CampusGError, RunnerSuspended


class PersonBarred(CampusGError):
    """An admin decided that the person may not order or deliver for now."""

    key = "error-person-barred"


class OrderLimitReached(CampusGError):
    """An admin limited what the person may order."""

    key = "error-order-limit"


class PersonUnknown(CampusGError):
    """No member of this campus has this number or name."""

    key = "error-person-unknown"


class RunnerSuspendedElsewhere(RunnerSuspended):
    """Another campus suspended the runner because of money."""

    key = "error-runner-suspended-elsewhere"
