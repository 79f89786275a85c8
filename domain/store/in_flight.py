"""Is such a thing under way: the question a second tap asks before it starts the same once more."""

from datetime import timedelta

from sqlalchemy import func, select

from domain.draft import Draft
from domain.order import OrderStatus
from domain.saga import SagaStatus
from domain.store.schema import membership, orders, saga
from domain.store.unit_of_work import UnitOfWork

RECENT_START_WINDOW = timedelta(seconds=20)  # long enough for a link to arrive, short enough to ask for another one


async def is_draft_being_placed(work: UnitOfWork, basket: Draft) -> bool:
    """Whether an order of this very basket waits for its hold: the basket is kept for another card meanwhile."""
    query = select(func.count()).where(
        saga.c.campus_id == basket.campus_id,
        saga.c.person_id == basket.person_id,
        saga.c.kind == "create_order",
        saga.c.status == SagaStatus.RUNNING,
        saga.c.data["draft_version"].as_integer() == basket.version,
    )
    return bool((await work.connection.execute(query)).scalar_one())


async def has_pending_order(work: UnitOfWork, person_id: int) -> bool:
    """Whether the hold of an order of hers is being made, on whichever campus: her card is the same on all of them."""
    campuses = select(membership.c.campus_id).where(membership.c.person_id == person_id)
    query = select(func.count()).where(
        orders.c.campus_id.in_(campuses),
        orders.c.customer_id == person_id,
        orders.c.status == OrderStatus.PENDING,
    )
    return bool((await work.connection.execute(query)).scalar_one())


async def has_saga_just_started(work: UnitOfWork, campus_id: int, person_id: int, kind: str) -> bool:
    """Whether a saga of this kind runs for the person since a moment ago."""
    query = select(func.count()).where(
        saga.c.campus_id == campus_id,
        saga.c.person_id == person_id,
        saga.c.kind == kind,
        saga.c.status == SagaStatus.RUNNING,
        saga.c.started_at > func.now() - RECENT_START_WINDOW,
    )
    return bool((await work.connection.execute(query)).scalar_one())
