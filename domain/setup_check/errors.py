"""The refusal of a second check while the first one is in flight."""

from domain.errors import CampusGError


class CheckInFlight(CampusGError):
    """A worker looks already; its answer comes to the chat that asked first."""

    key = "error-check-in-flight"
