"""The command of the check: a friendly set-up, exit statuses, JSON, no secret, and a database that is not ready."""

import asyncio
import json
import os
import sys
from asyncio.subprocess import PIPE

import pytest
from redis.asyncio import Redis

from sandbox.launch.ports import free_port
from tests.stack.command_line import run_command
from tests.stack.shared_servers import PROJECT
from tests.workers.check.check_stack import KEY, TOKEN, CheckStack
from workers.check.line import LineState
from workers.commands.check import main


async def run_check(stack: CheckStack, *arguments: str) -> tuple[int | None, str, str]:
    """Run the command as an operator does; return its exit status, and what it printed to each side."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "workers.check",
        *arguments,
        cwd=PROJECT,
        env=os.environ | dict(stack.environment),
        stdout=PIPE,
        stderr=PIPE,
    )
    out, wrong = await process.communicate()
    return process.returncode, out.decode(), wrong.decode()


async def test_a_friendly_set_up_ends_with_0(stack: CheckStack) -> None:
    code, said, wrong = await run_check(stack, "north")
    assert (code, wrong) == (0, ""), said
    assert said.splitlines()[-1] == "Everything works."
    for words in ("The bot writes in 'Runners'", "The platform receives SGD", "Telegram knows it as @north_bot"):
        assert words in said


async def call_check(stack: CheckStack, *arguments: str) -> tuple[int, str, str]:
    """Run the command within this process: one start of it is enough."""
    ended = await run_command(main, arguments, dict(stack.environment))
    return ended.status, ended.stdout, ended.stderr


async def test_one_thing_that_does_not_work_ends_with_1_for_machines_too(stack: CheckStack) -> None:
    await stack.stripe.control_stripe("platform", settlement=["usd"])
    code, said, _ = await call_check(stack, "--json")
    found = json.loads(said)
    assert (code, found["works"]) == (1, False)
    (line,) = [line for line in found["lines"] if line["state"] == "broken"]
    assert line["subject"] == "north: currency"


async def test_a_campus_that_is_not_there_ends_with_2(stack: CheckStack) -> None:
    code, said, wrong = await call_check(stack, "south")
    assert (code, said, wrong) == (2, "", "There is no campus 'south'; there are: north.\n")


def test_a_wrong_option_and_a_wrong_setting_end_with_2(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("STRIPE_SECRET_KEY", "pk_test_1")
    for arguments, sentence in ((["--colour"], "unrecognized arguments: --colour"), ([], "is not a secret key")):
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        assert ended.value.code == 2
        assert sentence in capsys.readouterr().err


async def test_services_that_are_away_are_told_each_without_a_secret(stack: CheckStack) -> None:
    away = f"127.0.0.1:{free_port()}"
    stack.changed |= {
        "DATABASE_URL": f"postgresql://campusg:very-secret-word@{away}/campusg",
        "REDIS_URL": f"redis://:very-secret-word@{away}/0",
        "TELEGRAM_API_URL": f"http://{away}",
        "STRIPE_API_URL": f"http://{away}",
    }
    lines = await stack.check("north")
    assert {line.subject for line in lines if line.state is LineState.BROKEN} >= {"database", "redis", "stripe"}
    said = " ".join(line.sentence for line in lines)
    for secret in ("very-secret-word", TOKEN.partition(":")[2], KEY):
        assert secret not in said


async def test_a_redis_that_takes_writes_and_refuses_scripts_is_told(stack: CheckStack) -> None:
    """Some hosts refuse scripts; then each process would count its rate limits alone, and nobody would know."""
    async with Redis.from_url(stack.redis_url) as redis:
        await redis.acl_setuser("hosted", enabled=True, passwords=["+word"], keys=["*"], categories=["+@all"])
        await redis.execute_command("ACL", "SETUSER", "hosted", "-@scripting")
        try:
            stack.changed["REDIS_URL"] = stack.redis_url.replace("redis://", "redis://hosted:word@")
            told = [sentence for subject, sentence in await stack.said(LineState.BROKEN) if subject == "redis"]
        finally:
            await redis.acl_deluser("hosted")
    assert len(told) == 1
    assert "has no permissions to run the 'evalsha' command" in told[0]


async def test_a_bot_without_a_campus_tells_who_wrote_to_it(stack: CheckStack) -> None:
    await stack.control_telegram("bots", token="7002:south", username="south_bot", name="South")
    await stack.control_telegram("users", id=4711, first_name="Zoe")
    await stack.control_telegram("messages", from_=4711, chat="@south_bot", text="/start")
    stack.changed["TELEGRAM_BOT_TOKEN_SOUTH"] = "7002:south"
    for _ in range(2):
        notes = await stack.said(LineState.NOTE)
        assert ("TELEGRAM_BOT_TOKEN_SOUTH", "Zoe wrote to @south_bot: their Telegram number is 4711.") in notes


async def test_a_database_without_a_campus_is_told(stack: CheckStack, database_url: str) -> None:
    stack.changed["DATABASE_URL"] = database_url
    told = dict(await stack.said(LineState.BROKEN))
    assert told["campus"].startswith("None is founded")


async def test_a_database_that_was_not_migrated_is_told(stack: CheckStack) -> None:
    await stack.sql("UPDATE alembic_version SET version_num = '0001'")
    try:
        told = dict(await stack.said(LineState.BROKEN))
    finally:
        newest = max(path.name[:4] for path in (PROJECT / "migrations" / "versions").glob("[0-9]*.py"))
        await stack.sql(f"UPDATE alembic_version SET version_num = '{newest}'")
    assert told["database: schema"].startswith("It is at 0001, and this release needs")
