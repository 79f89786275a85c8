"""Tests of the checkers: each planted violation is found, and what is allowed passes."""

import ast

import pytest

from tests.conventions.cache_rules import unbounded_caches
from tests.conventions.floors import upward_imports, upward_tables
from tests.conventions.import_rules import import_violations
from tests.conventions.role_rules import role_violations
from tests.conventions.size_and_name_rules import crowded_folders, module_violations, thin_folders
from tests.conventions.sql_rules import misplaced_statements

DOC = '"""What lives here."""\n'


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("domain/money.py", "import sqlalchemy"),
        ("domain/money.py", "from pydantic import BaseModel"),
        ("domain/orders/states.py", "import sqlalchemy"),
        ("domain/saga/run.py", "import pydantic"),
        ("domain/orders/steps/claims.py", "import sqlalchemy"),
        ("domain/orders/repository.py", "import arq"),
        ("domain/words.py", "import sqlalchemy"),
        ("domain/order_messages/render.py", "import fluent.runtime"),
        ("domain/orders/repository.py", "from workers.engine import run"),
        ("domain/orders/repository.py", "import stripe"),
        ("domain/orders/repository.py", "import aiohttp"),
        ("domain/orders/sagas/create_order.py", "from bot import app"),
        ("bot/app.py", "from workers.engine.jobs import run_saga"),
        ("bot/app.py", "import telegram"),
        ("bot/app.py", "import stripe"),
        ("bot/app.py", "from sandbox.launch import ports"),
        ("bot/customer/draft/basket.py", "import stripe"),
        ("workers/engine/saga_engine.py", "from bot.app import main"),
        ("workers/engine/saga_engine.py", "import aiogram"),
        ("workers/engine/saga_engine.py", "import stripe"),
        ("workers/engine/saga_engine.py", "from stripe import StripeClient"),
        ("workers/engine/saga_engine.py", "def later():\n    import stripe"),
        ("workers/engine/saga_engine.py", "if True:\n    from telegram import Bot"),
        ("workers/engine/saga_engine.py", "import importlib\nimportlib.import_module('sandbox.stripe')"),
        ("workers/engine/saga_engine.py", "__import__('aiogram')"),
        ("workers/stripe/steps/hold_steps.py", "import stripe"),
        ("workers/stripe/gateway.py", "import telegram"),
        ("workers/telegram/senders.py", "import telegram"),
        ("sandbox/launch/stack.py", "from domain.settings.settings import or_exit"),
        ("sandbox/launch/stack.py", "import workers.campus"),
        ("sandbox/launch/stack.py", "import stripe"),
        ("domain/orders/repository_front.py", "import sqlalchemy"),
        ("workers/audit/invariants.py", "from sqlalchemy import RowMapping"),
        ("bot/customer/basket.py", "from sqlalchemy.exc import DBAPIError"),
        ("domain/orders/states.py", "import structlog"),
        ("sandbox/stripe_page.py", "import stripe"),
        ("workers/telegram/sender_x.py", "import telegram"),
        ("sandbox/telegram/telegram_server.py", "import aiogram"),
        ("sandbox/play/play.py", "from tests.stack.shared_servers import migrate"),
        ("migrations/env.py", "import aiohttp"),
        ("migrations/versions/0002_more.py", "from bot import app"),
        ("workers/engine/jobs.py", "from tests.stack.worker_stack import WorkerStack"),
    ],
)
def test_an_import_into_the_wrong_package_is_found(path: str, source: str) -> None:
    (sentence,) = import_violations(path, ast.parse(source))
    assert sentence.startswith(f"{path}:")


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("domain/money.py", "import re\nfrom domain.errors import Unreadable\nfrom zoneinfo import ZoneInfo"),
        ("domain/words.py", "from fluent.runtime import FluentBundle"),
        ("domain/database/queue.py", "import arq, redis, sqlalchemy, asyncpg\nfrom domain.orders.states import Order"),
        ("domain/orders/steps/claims.py", "from domain.orders.repository import move_order\nfrom . import endings"),
        ("domain/orders/claim_repository.py", "import sqlalchemy"),
        ("workers/audit/window_repository.py", "import sqlalchemy"),
        ("workers/commands/campus.py", "from sqlalchemy.exc import DBAPIError"),
        ("bot/app.py", "import aiogram, aiohttp\nfrom bot.customer import basket\nfrom domain import orders"),
        ("bot/transport/webhook_server.py", "import stripe"),
        ("workers/stripe/gateway.py", "import stripe"),
        ("workers/stripe/gateway_accounts.py", "import stripe"),
        ("workers/telegram/sender.py", "import telegram\nfrom telegram.ext import AIORateLimiter"),
        ("workers/app.py", "import arq, redis\nfrom domain.saga.definition import Saga\nimport workers.engine"),
        ("sandbox/stripe/params.py", "import stripe, aiohttp\nfrom sandbox.stripe import clock\nfrom . import wire"),
        ("migrations/env.py", "from alembic import context\nfrom domain.schema import METADATA"),
        ("tests/stack/worker_stack.py", "import aiogram, telegram, stripe\nimport bot, workers, sandbox, domain"),
    ],
)
def test_an_allowed_import_passes(path: str, source: str) -> None:
    assert list(import_violations(path, ast.parse(source))) == []


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("domain/orders/states.py", "from domain.database.unit_of_work import UnitOfWork"),
        ("domain/orders/states.py", "from domain.orders import repository"),
        ("domain/orders/sagas/create_order.py", "from domain.orders.use_cases.ordering import submit_order"),
        ("domain/payments/model.py", "import sqlalchemy"),
        ("domain/payments/model.py", "from domain.payments.tables import hold"),
        ("domain/money.py", "from domain import words"),
        ("domain/orders/steps/claims.py", "from domain.orders.tables import orders"),
        ("workers/stripe/event_handler.py", "from domain.saga import tables"),
        ("bot/app.py", "import domain.saga.tables"),
    ],
)
def test_an_import_that_a_role_forbids_is_found(path: str, source: str) -> None:
    (sentence,) = role_violations(path, ast.parse(source))
    assert sentence.startswith(f"{path}:")


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("domain/orders/states.py", "import enum\nfrom domain.orders.pricing import Price"),
        (
            "domain/orders/sagas/create_order.py",
            "from domain.saga.definition import Saga\nfrom domain.orders import states",
        ),
        ("domain/orders/use_cases/ordering.py", "from domain.orders.repository import find_order"),
        ("domain/payments/hold_repository.py", "import sqlalchemy\nfrom domain.payments.tables import hold"),
        ("workers/audit/window_repository.py", "from domain.payments.tables import hold"),
        ("domain/schema.py", "from domain.payments.tables import hold"),
    ],
)
def test_an_import_within_a_role_passes(path: str, source: str) -> None:
    assert list(role_violations(path, ast.parse(source))) == []


@pytest.mark.parametrize(
    ("path", "source", "sentence"),
    [
        ("bot/app.py", "x = 1\n", "says in one sentence"),
        ("bot/app.py", DOC + "x = 1\n" * 300, "301 lines"),
        ("bot/app.py", DOC + "def long():\n" + "    x = 1\n" * 40, "long has 41 lines"),
        ("bot/app.py", DOC + "class A:\n    async def long(self):\n" + "        x = 1\n" * 40, "long has 41 lines"),
        ("bot/utils.py", DOC, "'utils' says nothing"),
        ("bot/order_helpers.py", DOC, "'order_helpers' says nothing"),
        ("bot/common/app.py", DOC, "'common' says nothing"),
        ("bot/app.py", DOC + "class OrderManager:\n    pass\n", "'OrderManager' says nothing"),
        ("bot/app.py", DOC + "def base_step(): ...\n", "'base_step' says nothing"),
        ("bot/app.py", DOC + "x = 1  # TO" + "DO later\n", "finish it"),
        ("bot/app.py", DOC + "raise NotImplemented" + "Error\n", "finish it"),
        ("bot/app.py", DOC + "x = 1  # type:" + " ignore[assignment]\n", "silenced type checker"),
        ("domain/money.py", DOC + "x = 0.5\n", "never a float"),
        ("domain/orders/pricing.py", DOC + "x = float('1')\n", "never a float"),
        ("domain/orders/pricing.py", DOC + "x = 1 / 2\n", "makes a float"),
        ("domain/saga/definition.py", DOC + "x = datetime.now()\n", "no clock"),
        ("domain/orders/repository.py", DOC + "x = time.time()\n", "no clock"),
        ("tests/domain/test_x.py", DOC + "@pytest.mark.skip\ndef test_x() -> None: ...\n", "skipped test"),
        ("tests/domain/test_x.py", DOC + "pytest.skip('later')\n", "skipped test"),
        ("tests/domain/test_x.py", DOC + "@pytest.mark.xfail(reason='x')\ndef test_x() -> None: ...\n", "skipped test"),
    ],
)
def test_a_planted_fault_is_found(path: str, source: str, sentence: str) -> None:
    (found,) = module_violations(path, source, ast.parse(source))
    assert sentence in found


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("bot/app.py", DOC + "x = 1\n" * 299),
        ("bot/app.py", DOC + "@decorated(\n" + "    1,\n" * 40 + ")\ndef short():\n" + "    x = 1\n" * 39),
        ("domain/store/database.py", DOC + "def connect_database(): ...\nclass Database: ...\n"),
        ("migrations/versions/0001_first.py", DOC + "def upgrade():\n" + "    x = 1\n" * 400),
        ("domain/saga/definition.py", DOC + "x = 0.5\n"),
        ("bot/__init__.py", ""),
    ],
)
def test_code_within_the_rules_passes(path: str, source: str) -> None:
    assert list(module_violations(path, source, ast.parse(source))) == []


def test_a_folder_of_two_is_found() -> None:
    folders = {"bot/admin": {"a.py", "b.py"}, "bot": {"admin", "a.py", "b.py"}, "migrations": {"env.py"}}
    assert list(thin_folders(folders)) == ["bot/admin: holds 2 things; a folder has at least 3"]


def test_a_folder_of_fourteen_modules_is_found() -> None:
    folders = {"bot/admin": {f"m{n}.py" for n in range(14)}, "bot": {f"m{n}.py" for n in range(13)} | {"admin"}}
    assert list(crowded_folders(folders)) == ["bot/admin: holds 14 modules; a folder has at most 13"]


@pytest.mark.parametrize(
    "source",
    [
        "from domain.payments.model import Hold",
        "from domain import payments",
        "import domain.payments.model",
        "from ..payments import model",
        "def later():\n    from domain.payments.model import Hold",
    ],
)
def test_an_import_that_goes_up_is_found(source: str) -> None:
    (sentence,) = upward_imports("domain/orders/states.py", ast.parse(source))
    assert sentence.startswith("domain/orders/states.py:")


def test_an_import_of_a_neighbour_is_found_and_one_that_goes_down_passes() -> None:
    assert len(list(upward_imports("domain/inbox/use_cases.py", ast.parse("from domain.support import feedback")))) == 1
    assert list(upward_imports("domain/payments/model.py", ast.parse("from domain.orders.states import Order"))) == []


@pytest.mark.parametrize(
    "source",
    [
        "text('SELECT 1 FROM hold')",
        "text('UPDATE hold SET status = 1')",
        "text(f'SELECT {column} FROM orders JOIN hold ON true')",
        "Column('hold_id', ForeignKey('hold.id'))",
    ],
)
def test_a_table_of_a_higher_room_is_found(source: str) -> None:
    rooms = {"hold": "payments", "orders": "orders"}
    (sentence,) = upward_tables("domain/orders/tables.py", ast.parse(source), rooms)
    assert sentence.startswith("domain/orders/tables.py:1:")
    assert list(upward_tables("domain/payouts/tables.py", ast.parse(source), rooms)) == []


def test_a_statement_outside_a_repository_is_found() -> None:
    source = ast.parse("async def pay(work):\n    await work.connection.execute(statement)")
    assert len(list(misplaced_statements("domain/orders/steps/claims.py", source))) == 1
    assert list(misplaced_statements("domain/orders/claim_repository.py", source)) == []


@pytest.mark.parametrize(
    ("decorator", "found"),
    [("@cache", 1), ("@functools.lru_cache(maxsize=None)", 1), ("@lru_cache(64)", 0), ("@lru_cache", 0), ("@task", 0)],
)
def test_a_cache_for_any_argument_is_found_unless_it_is_bounded(decorator: str, found: int) -> None:
    tree = ast.parse(f"{decorator}\ndef chain(locale): ...\n@cache\ndef languages(): ...\n")
    assert len(list(unbounded_caches("domain/words.py", tree))) == found
