"""Why a discrepancy is not settled."""

from domain.errors import CampusGError


class OrderUnnamed(CampusGError):
    """Nothing says which order it is about, so nobody could say whether it is the admin's own."""

    key = "error-order-unnamed"


class OrderUnfinished(CampusGError):
    """A saga of the order is at work or stuck, and may book the same money."""

    key = "error-order-unfinished"
