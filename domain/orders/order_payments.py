"""What orders ask of payments, bound at start."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import ColumnElement

from domain.campuses.campus import Campus
from domain.campuses.people import Member
from domain.database.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderPayments:
    """Checks and requests that the room of payments answers."""

    require_no_debt: Callable[[UnitOfWork, int, int], Awaitable[None]]  # campus and customer; raises DebtOutstanding
    request_hold: Callable[[UnitOfWork, int, UUID, int, str], Awaitable[None]]  # order, saga, minor units, currency
    is_held_for: Callable[[int, timedelta], ColumnElement[bool]]  # stands for at least this long, or is paid
    start_card_setup: Callable[[UnitOfWork, Campus, Member], Awaitable[object]]
