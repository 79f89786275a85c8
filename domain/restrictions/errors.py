"""The refusals of restrictions, which a person reads as those of `domain/errors.py`."""

from domain.errors import CampusGError, RunnerSuspended


class PersonBarred(CampusGError):
    """An admin decided that the person may not order or deliver for now."""

    key = "error-person-barred"
    restriction_id = 0  # of the bar: the admins are told when another campus decided it


class OrderLimitReached(CampusGError):
    """An admin limited what the person may order."""

    key = "error-order-limit"
    restriction_id = 0


class PersonUnknown(CampusGError):
    """No member of this campus has this number or name."""

    key = "error-person-unknown"


class RunnerSuspendedElsewhere(RunnerSuspended):
    """Another campus suspended the runner because of money."""

    key = "error-runner-suspended-elsewhere"
    restriction_id = 0


class NotSuspendedHere(CampusGError):
    """An admin lets a runner back whom another campus suspended."""

    key = "error-not-suspended-here"


class SuspendedHere(CampusGError):
    """An admin lifts the restrictions of a runner who is only suspended, which another command ends."""

    key = "error-suspended-here"


class OwnRestrictionElsewhere(CampusGError):
    """An admin would lift for themselves what another campus decided about them: that one can be asked."""

    key = "error-own-elsewhere"
