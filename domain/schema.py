"""All tables, in SQLAlchemy Core. The migrations must build the same schema."""

from domain.campuses.tables import (
    campus,
    drop_point,
    membership,
    menu_item,
    person,
    saved_card,
    store,
    stranger_reply,
    unbound_group,
)
from domain.database.metadata import METADATA
from domain.database.tables import event_log
from domain.database.triggers import EVENT_LOG_TRIGGERS
from domain.inbox.tables import dead_letter, stripe_event, telegram_update
from domain.ledger.tables import ledger_account, ledger_entry, ledger_txn
from domain.ledger.triggers import LEDGER_TRIGGERS
from domain.messaging.tables import notification, order_message
from domain.orders.drafts.tables import conversation_state, draft
from domain.orders.sent_photos.tables import sent_photo
from domain.orders.tables import barred_runner, orders, timer
from domain.orders.triggers import ORDER_TRIGGERS
from domain.payments.tables import customer_debt, hold, stripe_platform
from domain.payouts.tables import debt, netting, payable
from domain.reconciliation.tables import discrepancy, list_cursor
from domain.refunds.tables import dispute, refund
from domain.restrictions.tables import group_removal, restriction
from domain.saga.tables import saga, saga_signal
from domain.screening.tables import review
from domain.support.tables import problem_case, rating

TRIGGER_DDL = (*EVENT_LOG_TRIGGERS, *LEDGER_TRIGGERS, *ORDER_TRIGGERS)

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
    "group_removal",
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
    "restriction",
    "review",
    "saga",
    "saga_signal",
    "saved_card",
    "sent_photo",
    "store",
    "stranger_reply",
    "stripe_event",
    "stripe_platform",
    "telegram_update",
    "timer",
    "unbound_group",
]
