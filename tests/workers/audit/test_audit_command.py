"""The audit's command line: its arguments and its output."""

import pytest

from tests.scenarios.aging import AgedStack
from tests.stack.command_line import run_command
from workers.audit.invariants import INVARIANTS
from workers.audit.snapshot_reader import read_window
from workers.commands.audit import MAX_DAYS, describe, main

pytestmark = pytest.mark.long


async def test_the_report_says_what_was_looked_at(aged: AgedStack) -> None:
    snapshot = await read_window(aged.stack.database, aged.stack.context.stripe, 31)
    assert snapshot.coverage is not None
    line = describe(snapshot, snapshot.coverage)
    assert line.startswith(
        f"Window: 31 days, since {snapshot.coverage.since:%Y-%m-%d %H:%M} UTC. Compared: 2 of 2 orders"
    )
    assert "3 Stripe objects made since then, 0 older ones of these orders, asked for one by one" in line
    assert f"{snapshot.coverage.postings} postings, {snapshot.coverage.accounts} accounts" in line


@pytest.mark.parametrize("word", ["0", "x", "-1", "1.5", "", "²", str(MAX_DAYS + 1), "9" * 30])
def test_a_window_of_no_days_is_refused_with_a_sentence(word: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([f"--days={word}"])
    assert ended.value.code == 2
    assert f"the window is a whole number of days from 1 to {MAX_DAYS}, not {word!r}" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [["--days", "7"], []], ids=["window", "full"])
async def test_the_command_prints_the_window_only_when_it_is_asked_for(
    aged: AgedStack, module_database_url: str, arguments: list[str]
) -> None:
    settings = {
        "DATABASE_URL": module_database_url,
        "STRIPE_API_URL": aged.stack.stripe_url,
        "STRIPE_SECRET_KEY": "sk_test_stack",
    }
    command = await run_command(main, arguments, settings)
    assert (command.status, command.stderr) == (0, "")
    first, *rest, own_acts = command.stdout.splitlines()
    promises = [first, *rest] if not arguments else rest
    assert len(promises) == len(INVARIANTS)
    assert own_acts == "Own acts of admins: 0."
    assert all(line.split()[1] == "ok" for line in promises)
    assert first.startswith("Window: 7 days, since ") == bool(arguments)
