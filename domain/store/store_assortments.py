"""A store as it is now, for an order that was placed there before."""

from sqlalchemy import select

from domain.reorder import StoreAssortment
from domain.store.campus_repository import store_from_rows
from domain.store.schema import menu_item, store
from domain.store.unit_of_work import UnitOfWork


async def find_store_assortment(work: UnitOfWork, campus_id: int, name: str) -> StoreAssortment | None:
    """Return the store of this name that the campus lists or used to list; None for one that was typed."""
    query = select(store).where(store.c.campus_id == campus_id, store.c.name == name)
    row = (await work.connection.execute(query)).mappings().one_or_none()
    if row is None:
        return None
    dishes = select(menu_item).where(menu_item.c.store_id == row["id"]).order_by(menu_item.c.id)
    found = (await work.connection.execute(dishes)).mappings().all()
    return StoreAssortment(
        store=store_from_rows(row, [dish for dish in found if dish["active"]]),
        active=row["active"],
        discontinued=frozenset(dish["name"] for dish in found if not dish["active"]),
    )
