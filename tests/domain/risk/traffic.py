"""Orders that people mean to place, as plain data: the simulation plays them against the risk rules."""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Stages:
    """How long the runner takes, each from the stage before."""

    claimed: timedelta
    bought: timedelta
    picked_up: timedelta
    arrived: timedelta
    handed_over: timedelta

    @property
    def total(self) -> timedelta:
        """How long the order takes from its placing on."""
        return self.claimed + self.bought + self.picked_up + self.arrived + self.handed_over


@dataclass(frozen=True, slots=True, kw_only=True)
class IntendedOrder:
    """One order as it goes when nothing hinders it. Amounts are minor units of Singapore dollars."""

    at: datetime
    customer: int
    admitted_at: datetime  # when the customer got their place on the campus
    runner: int
    approved_at: datetime  # when the runner was approved
    card: str  # its fingerprint
    declines: int  # refusals of the bank before it holds the money
    ceiling: int
    total: int  # the receipt and all fees
    receipt: int
    runner_share: int  # the receipt and the earnings
    stages: Stages
    by_pin: bool
    complains: bool = False  # within the problem window
    disputed_after: timedelta | None = None  # the bank takes the captured money back, and wins
    radar_level: str = "normal"
