"""Tables of ratings and problem cases."""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, Table, text

from domain.database.metadata import METADATA, id_column, one_of_check, text_column, timestamp_column
from domain.support.feedback import CaseStatus, ProblemKind, RatingReason

rating = Table(
    "rating",
    METADATA,
    Column("order_id", ForeignKey("orders.id"), primary_key=True),
    Column("good", Boolean, nullable=False),
    text_column("reason", nullable=True),
    timestamp_column("rated_at", nullable=False, default_now=True),
    one_of_check("reason", RatingReason),
)

problem_case = Table(
    "problem_case",
    METADATA,
    id_column(),
    Column("campus_id", ForeignKey("campus.id"), nullable=False),
    Column("order_id", ForeignKey("orders.id"), nullable=False),
    Column("opened_by", ForeignKey("person.id"), nullable=False),
    text_column("kind"),
    text_column("story", default=""),  # the customer's own words
    text_column("photo", nullable=True),  # Telegram's file id
    text_column("status", default=CaseStatus.OPEN),
    Column("messages", Integer, nullable=False, server_default=text("1")),  # increased only while the case is open
    text_column("outcome", nullable=True),  # a CaseOutcome, or the admin's own words
    Column("closed_by", BigInteger),
    timestamp_column("opened_at", nullable=False, default_now=True),
    timestamp_column("closed_at"),
    one_of_check("kind", ProblemKind),
    one_of_check("status", CaseStatus),
)
Index("problem_case_one_open", problem_case.c.order_id, unique=True, postgresql_where=text("status = 'open'"))
Index("problem_case_order_idx", problem_case.c.order_id)
Index("problem_case_campus_idx", problem_case.c.campus_id, postgresql_where=text("status = 'open'"))
