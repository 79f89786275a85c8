"""The use of photos in Postgres: the first one counts."""

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from domain.database.unit_of_work import UnitOfWork
from domain.orders.sent_photos.refusals import PhotoSecondHand, PhotoUsedBefore
from domain.orders.sent_photos.sent_photo import PhotoUse, SentPhoto
from domain.orders.sent_photos.tables import sent_photo


async def use_photo(work: UnitOfWork, order_id: int, photo: SentPhoto, use: PhotoUse) -> None:
    """Record what this photo proves about an order; the same photo may be sent for it again.

    Raise PhotoUsedBefore when it proved anything else; but a problem may be reported with the photo that the customer
    was shown of this order, as it is about just that. Raise PhotoSecondHand for a receipt, or food that was left, that
    the runner did not photograph: a problem may be reported with a friend's photo.
    """
    if photo.is_second_hand and use is not PhotoUse.PROBLEM:
        raise PhotoSecondHand
    values = {"unique_id": photo.unique_id, "order_id": order_id, "use": use}
    await work.connection.execute(insert(sent_photo).values(values).on_conflict_do_nothing())
    used = select(sent_photo.c.order_id, sent_photo.c.use).where(sent_photo.c.unique_id == photo.unique_id)
    used_order, used_for = (await work.connection.execute(used)).one()
    if used_order != order_id or (used_for != use and use is not PhotoUse.PROBLEM):
        raise PhotoUsedBefore
