"""The roles of modules inside a room, and their checks: a model knows no database, and only a repository its tables."""

import ast
from collections.abc import Iterator

from tests.conventions.import_rules import SQL_MODULES, STDLIB_MODULES, imported_modules, is_within

# The models of each room: plain data and the rules that decide over it. They import the standard library and models.
MODEL_LIBRARIES = frozenset({*STDLIB_MODULES, "iso4217"})  # iso4217 is a table of data
MODELS_BY_ROOM = {
    "campuses": (
        "campus",
        "fee_suggestions",
        "fees",
        "opening",
        "own_acts/subjects",
        "people",
        "permissions",
        "windows",
    ),
    "database": ("actors",),
    "risk": ("customer_rules", "facts", "limits", "pay_rules", "refusals", "runner_rules", "verdicts"),
    "messaging": (
        "admin_acts/acts",
        "buttons",
        "notification/fallback",
        "notification/model",
        "notification/notification_buttons",
        "notification/sound",
        "order_message",
    ),
    "restrictions": ("model", "notifications"),
    "saga": ("definition", "next_move", "notifications", "refusals", "run"),
    "orders": (
        "drafts/draft",
        "drafts/repricing",
        "escalations/claim_odds",
        "lateness",
        "notifications/*",
        "price_increase",
        "pricing",
        "sagas/*",
        "sent_photos/sent_photo",
        "states",
        "timers/model",
    ),
    "ledger": ("accounts", "postings"),
    "payments": ("card_facts", "model", "notifications/*", "sagas/*"),
    "payouts": ("model", "notifications", "sagas/*"),
    "refunds": ("model", "notifications", "refund_split", "sagas/*"),
    "support": ("feedback", "notifications/*", "order_sides"),
    "reconciliation": ("discrepancy", "notifications"),
    "inbox": ("dead_letter", "notifications"),
}
MODELS = (
    "domain/currencies.py",
    "domain/errors.py",
    "domain/money.py",
    "domain/quotes.py",
    "domain/settings/button_links.py",
    "domain/settings/timeout_rules.py",
    "domain/settings/timeouts.py",
    "domain/typed.py",
    *(f"domain/{room}/{model}.py" for room, models in MODELS_BY_ROOM.items() for model in models),
)


def role_violations(path: str, tree: ast.Module) -> Iterator[str]:
    """Yield a sentence for each import of a module of ours that its role forbids."""
    for line, name in imported_modules(path, tree):
        package = name.partition(".")[0]
        if is_model(path) and package not in MODEL_LIBRARIES and not is_model_name(name):
            yield f"{path}:{line}: a model imports only the standard library and models, not {name}"
        elif package == "domain" and "tables" in name.split(".") and not any(is_within(path, p) for p in SQL_MODULES):
            yield f"{path}:{line}: only repositories know tables"


def is_model(path: str) -> bool:
    """Return whether the module is a model."""
    return any(is_within(path, place) for place in MODELS)


def is_model_name(name: str) -> bool:
    """Return whether this dotted name is a model, or something that a model defines."""
    return any(is_model(f"{module.replace('.', '/')}.py") for module in (name, name.rpartition(".")[0]))
