"""Every table, as SQLAlchemy Core; migrations must build the same."""

from domain.store.schema.aftercare import problem_case, rating
from domain.store.schema.campus import campus, drop_point, membership, menu_item, person, saved_card, store
from domain.store.schema.differences import difference, reading
from domain.store.schema.inbox import stripe_event, telegram_update
from domain.store.schema.ledger import ledger_account, ledger_entry, ledger_txn
from domain.store.schema.messages import live_card, push
from domain.store.schema.metadata import METADATA
from domain.store.schema.money import hold, payable
from domain.store.schema.orders import barred, dialogue, draft, event, orders, timer
from domain.store.schema.parking import parked
from domain.store.schema.refunds import customer_debt, debt, dispute, netting, refund
from domain.store.schema.sagas import saga, saga_signal
from domain.store.schema.triggers import TRIGGERS

__all__ = [
    "METADATA",
    "TRIGGERS",
    "barred",
    "campus",
    "customer_debt",
    "debt",
    "dialogue",
    "difference",
    "dispute",
    "draft",
    "drop_point",
    "event",
    "hold",
    "ledger_account",
    "ledger_entry",
    "ledger_txn",
    "live_card",
    "membership",
    "menu_item",
    "netting",
    "orders",
    "parked",
    "payable",
    "person",
    "problem_case",
    "push",
    "rating",
    "reading",
    "refund",
    "saga",
    "saga_signal",
    "saved_card",
    "store",
    "stripe_event",
    "telegram_update",
    "timer",
]
