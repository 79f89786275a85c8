"""Tables of what comes after a delivery: what the customer thought of it, and problems that admins look into."""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, Table, text

from domain.aftercare import CaseStatus, Praise, ProblemKind
from domain.store.schema.metadata import METADATA, moment, number, one_of, words

rating = Table(
    "rating",
    METADATA,
    Column("order_id", ForeignKey("orders.id"), primary_key=True),
    Column("good", Boolean, nullable=False),
    words("reason", nullable=True),
    moment("rated_at", nullable=False, default_now=True),
    one_of("reason", Praise),
)

problem_case = Table(
    "problem_case",
    METADATA,
    number(),
    Column("campus_id", ForeignKey("campus.id"), nullable=False),
    Column("order_id", ForeignKey("orders.id"), nullable=False),
    Column("opened_by", ForeignKey("person.id"), nullable=False),
    words("kind"),
    words("story", default=""),  # the customer's own words
    words("photo", nullable=True),  # Telegram's file id
    words("status", default=CaseStatus.OPEN),
    Column("messages", Integer, nullable=False, server_default=text("1")),  # counted under the guard that it is open
    words("outcome", nullable=True),  # an admin's words when it was closed
    Column("closed_by", BigInteger),
    moment("opened_at", nullable=False, default_now=True),
    moment("closed_at"),
    one_of("kind", ProblemKind),
    one_of("status", CaseStatus),
)
Index("problem_case_one_open", problem_case.c.order_id, unique=True, postgresql_where=text("status = 'open'"))
Index("problem_case_order_idx", problem_case.c.order_id)
Index("problem_case_campus_idx", problem_case.c.campus_id, postgresql_where=text("status = 'open'"))
