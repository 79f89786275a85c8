"""All tables, in SQLAlchemy Core. The migrations must build the same schema."""

from domain.store.schema.campus_tables import campus, drop_point, membership, menu_item, person, saved_card, store
from domain.store.schema.dead_letter_tables import dead_letter
from domain.store.schema.feedback_tables import problem_case, rating
from domain.store.schema.inbox_tables import stripe_event, telegram_update
from domain.store.schema.ledger_tables import ledger_account, ledger_entry, ledger_txn
from domain.store.schema.metadata import METADATA
from domain.store.schema.money_tables import hold, payable
from domain.store.schema.order_tables import barred_runner, conversation_state, draft, event_log, orders, timer
from domain.store.schema.outbox_tables import notification, order_message
from domain.store.schema.reconciliation_tables import discrepancy, list_cursor
from domain.store.schema.refund_tables import customer_debt, debt, dispute, netting, refund
from domain.store.schema.saga_tables import saga, saga_signal
from domain.store.schema.trigger_ddl import TRIGGER_DDL

__all__ = [
    "METADATA",
    "TRIGGER_DDL",
    "barred_runner",
    "campus",
    "conversation_state",
    "customer_debt",
    "dead_letter",
    "debt",
    "discrepancy",
    "dispute",
    "draft",
    "drop_point",
    "event_log",
    "hold",
    "ledger_account",
    "ledger_entry",
    "ledger_txn",
    "list_cursor",
    "membership",
    "menu_item",
    "netting",
    "notification",
    "order_message",
    "orders",
    "payable",
    "person",
    "problem_case",
    "rating",
    "refund",
    "saga",
    "saga_signal",
    "saved_card",
    "store",
    "stripe_event",
    "telegram_update",
    "timer",
]
