"""The table of photos that proved something, over all campuses: Telegram's unique id is the same for all bots."""

from sqlalchemy import Column, ForeignKey, PrimaryKeyConstraint, Table

from domain.database.metadata import METADATA, one_of_check, text_column, timestamp_column
from domain.orders.sent_photos.sent_photo import PhotoUse

sent_photo = Table(
    "sent_photo",
    METADATA,
    text_column("unique_id"),
    Column("order_id", ForeignKey("orders.id"), nullable=False),
    text_column("use"),
    timestamp_column("sent_at", nullable=False, default_now=True),
    PrimaryKeyConstraint("unique_id"),
    one_of_check("use", PhotoUse),
)
