"""How often orders that stayed unclaimed for a while were claimed later, as counted."""

from dataclasses import dataclass

MIN_ORDERS_FOR_ODDS = 8  # fewer orders say nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimOdds:
    """The numbers of orders that stayed open as long as this one (`waited`), and of those claimed later (`taken`)."""

    waited: int
    taken: int
    this_hour: bool  # counted within an hour of this time of day; otherwise over whole days

    @property
    def are_known(self) -> bool:
        """Whether enough orders waited as long."""
        return self.waited >= MIN_ORDERS_FOR_ODDS
