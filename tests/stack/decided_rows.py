"""Rows without what a bot notes by itself: that a busy machine kept it from answering its webhook in time."""

from sqlalchemy import Table

from domain.messaging.tables import notification
from tests.stack.bot_stack import BotStack, Json

NOTED_COLUMNS = frozenset({"webhook_fails", "webhook_fails_at"})  # of a campus
NOTED_NOTIFICATIONS = ("notification-webhook-fails", "notification-webhook-works")


async def decided_rows(stack: BotStack, table: Table, *where: Json) -> list[Json]:
    """Return the rows of a table that what people do may change, ordered by their key."""
    noted = () if table is not notification else (notification.c.key.not_in(NOTED_NOTIFICATIONS),)
    rows = await stack.rows(table, *where, *noted)
    return [{name: value for name, value in row.items() if name not in NOTED_COLUMNS} for row in rows]
