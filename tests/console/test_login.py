"""Tests that the console lets in the admins of a campus, as Telegram says who they are, and nobody else."""

import asyncpg
import pytest

from tests.console.conftest import ConsoleStack

PAGES = ("", "money", "engine", "orders/1")


async def test_an_admin_comes_in_by_what_telegram_signed(console: ConsoleStack) -> None:
    status, _, cookie = await console.log_in(console.sign(console.sam.person_id))
    assert status == 204
    for page in PAGES:
        assert (await console.look(page, cookie))[0] == 200, page


@pytest.mark.parametrize("page", PAGES)
async def test_without_a_session_no_page_says_anything(console: ConsoleStack, page: str) -> None:
    for cookie in ("", "v1.1.1.9999999999." + "0" * 64):
        status, shown = await console.look(page, cookie)
        assert status == 401
        assert "private chat" in shown
        assert "Koufu" not in shown


async def test_what_is_forged_old_or_ahead_is_refused(console: ConsoleStack) -> None:
    sam = console.sam.person_id
    good = console.sign(sam)
    wrong = (
        console.sign(sam, token="7002:south"),
        console.sign(sam, age=3700),
        console.sign(sam, age=-120),
        good.replace(str(sam), str(sam + 1)),
        good.replace("auth_date=", "auth_date=1"),
        good + "&more=1",
        good.rpartition("hash=")[0] + "hash=" + "0" * 64,
        good.rpartition("&hash=")[0],
        good + "&" + good,
        "",
        "hash=é",
    )
    for signed in wrong:
        status, words, cookie = await console.log_in(signed)
        assert (status, cookie) == (403, ""), signed
        assert words == "This link is not valid any more: write /console to the bot again."
    assert (await console.log_in("x" * 5000))[0] == 413
    assert (await console.log_in(console.sign(sam, age=3500)))[0] == 204


async def test_who_is_no_admin_of_this_campus_is_refused(console: ConsoleStack) -> None:
    for person in (console.paid.customer_id, console.paid.runner_id or 0, 424_242):
        status, words, cookie = await console.log_in(console.sign(person))
        assert (status, words, cookie) == (403, "The console is for the admins of this campus.", "")


async def test_an_admin_no_more_sees_nothing_more(console: ConsoleStack) -> None:
    sam = console.sam.person_id
    _, _, cookie = await console.log_in(console.sign(sam))
    await console.place.sql("UPDATE membership SET is_admin = false WHERE person_id = :id", id=sam)
    try:
        status, shown = await console.look("", cookie)
    finally:
        await console.place.sql("UPDATE membership SET is_admin = true WHERE person_id = :id", id=sam)
    assert status == 403
    assert "Koufu" not in shown


async def test_a_cookie_is_for_its_campus_and_its_person(console: ConsoleStack) -> None:
    _, _, cookie = await console.log_in(console.sign(console.sam.person_id))
    version, campus, person, end, signature = cookie.split(".")
    for changed in (
        f"{version}.{int(campus) + 1}.{person}.{end}.{signature}",
        f"{version}.{campus}.{int(person) + 1}.{end}.{signature}",
        f"{version}.{campus}.{person}.{int(end) + 1}.{signature}",
    ):
        assert (await console.look("", changed))[0] == 401


async def test_another_campus_and_another_order_are_not_there(console: ConsoleStack) -> None:
    _, _, cookie = await console.log_in(console.sign(console.sam.person_id))
    assert (await console.look("orders/999999", cookie))[0] == 404
    assert (await console.look("orders/1' OR '1'='1", cookie))[0] == 404
    async with console.http.get(f"{console.url}/console/nowhere/") as answer:
        assert answer.status == 404
    async with console.http.get(f"{console.url}/console/-/..%2fserver.py") as answer:
        assert answer.status == 404


async def test_every_answer_forbids_other_sources_and_frames(console: ConsoleStack) -> None:
    for path in ("", "nothing/here"):
        async with console.http.get(f"{console.home}/{path}") as answer:
            policy = answer.headers["Content-Security-Policy"]
            assert policy.startswith("default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'")
            assert "frame-ancestors 'none'" in policy


async def test_the_role_of_the_console_reads_every_table_and_writes_none(console: ConsoleStack) -> None:
    owner = await asyncpg.connect(console.reader_url.replace("campusg_reader:campusg_reader", "campusg"))
    await owner.execute("CREATE TABLE later (id integer)")
    reader = await asyncpg.connect(console.reader_url)
    try:
        assert await reader.fetchval("SHOW default_transaction_read_only") == "on"
        tables = [row[0] for row in await reader.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]
        assert "later" in tables
        for table in tables:
            await reader.execute(f"SELECT 1 FROM {table} LIMIT 1")
        await reader.execute("SET default_transaction_read_only = off")
        for statement in ("UPDATE orders SET note = ''", "DELETE FROM later", "INSERT INTO later VALUES (1)"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await reader.execute(statement)
    finally:
        await owner.execute("DROP TABLE later")
        await reader.close()
        await owner.close()
