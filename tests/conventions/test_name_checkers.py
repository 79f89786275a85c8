"""Tests of the checkers of names: a number that is a timeout, and a name that nothing uses."""

import ast

import pytest

from tests.conventions.timeout_literals import TABLE, timeout_literals
from tests.conventions.unused_names import unused_names


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("LEASE_SECONDS = 30", "LEASE_SECONDS"),
        ("LEASE: Final = timedelta(seconds=30)", "LEASE"),
        ("class A:\n    delay: float = 0.5", "delay"),
        ("self.poll_interval = 2 * 60", "poll_interval"),
        ("await asyncio.sleep(0.1)", "sleep"),
        ("async with asyncio.timeout(10): ...", "timeout"),
        ("await asyncio.wait_for(task, 10)", "wait_for"),
        ("ClientTimeout(total=5)", "total"),
        ("requests(retry_delay=timedelta(minutes=1))", "retry_delay"),
        ("def fetch(url, timeout=10): ...", "timeout"),
        ("def fetch(url, /, first, lease=timedelta(minutes=1)): ...", "lease"),
        ("async def fetch(url, *, count, timeout_seconds: float = 2.5): ...", "timeout_seconds"),
        ("fetch = lambda url, max_delay=3: url", "max_delay"),
    ],
)
def test_a_number_that_is_a_timeout_is_found(source: str, name: str) -> None:
    assert list(timeout_literals("bot/app.py", ast.parse(f"\n{source}"))) == [
        f"bot/app.py:{3 if source.startswith('class') else 2}: {name} is a number; timeouts stand in {TABLE}"
    ]


@pytest.mark.parametrize(
    ("path", "source"),
    [
        (TABLE, "LEASE = 30"),
        ("bot/app.py", "LEASE_SECONDS = Timeout.LEASE.seconds"),
        ("bot/app.py", "await asyncio.sleep(0)"),
        ("bot/app.py", "def fetch(timeout=Timeout.BOT_CALL.seconds, *, delay, overdue=timedelta(0), retries=3): ..."),
        ("bot/app.py", "MAX_RETRIES = 5"),
    ],
)
def test_a_timeout_of_the_table_passes(path: str, source: str) -> None:
    assert list(timeout_literals(path, ast.parse(source))) == []


@pytest.mark.parametrize(
    ("source", "others"),
    [
        ("LIMIT = 3", ""),
        ("LIMIT: int = 3", "LIMIT = 4\nprint(LIMIT)"),
        ("def LIMIT(): return LIMIT()", ""),
        ("class LIMIT: ...", "from bot.main import LIMIT"),
    ],
)
def test_a_name_that_nothing_uses_is_found(source: str, others: str) -> None:
    trees = {"bot/app.py": ast.parse(source), "bot/other.py": ast.parse(others)}
    assert list(unused_names(trees)) == ["bot/app.py:1: nothing uses LIMIT"]


@pytest.mark.parametrize(
    ("path", "source", "others"),
    [
        ("bot/app.py", "LIMIT = 3\nprint(LIMIT)", ""),
        ("bot/app.py", "LIMIT = 3", "from bot.app import LIMIT"),
        ("bot/__init__.py", "LIMIT = 3", "from bot import LIMIT"),
        ("bot/app.py", "LIMIT = 3", "from bot import app\nprint(app.LIMIT)"),
        ("bot/app.py", "class Row: ...\ndef read() -> 'Row': ...\nread()", ""),
        ("tests/conftest.py", "def stack(): ...", "def test_x(stack): ..."),
        ("tests/conftest.py", "@pytest.fixture(autouse=True)\ndef clean(): ...", ""),
        ("migrations/versions/0001_first.py", "revision = '0001'", ""),
    ],
)
def test_a_name_that_something_uses_passes(path: str, source: str, others: str) -> None:
    assert list(unused_names({path: ast.parse(source), "tests/test_x.py": ast.parse(others)})) == []
