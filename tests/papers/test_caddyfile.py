"""Tests that the Caddyfile passes the two webhooks and nothing else, with the deadlines and bounds of the bot."""

import re

from bot.transport.webhook_server import MAX_EVENT_BYTES, MAX_UPDATE_BYTES
from console.web.telegram_login import MAX_LOGIN_BYTES
from tests.conventions.test_conventions import PROJECT
from webserver.connection_limits import ConnectionLimits
from webserver.request_bodies import BODY_TIMEOUT_SECONDS

CADDYFILE = (PROJECT / "deploy/caddy/Caddyfile").read_text(encoding="utf-8")
UNITS = {"s": 1, "KiB": 1024, "MiB": 1024 * 1024}


def amount_of(directive: str, text: str = CADDYFILE) -> float:
    """The only value of a directive, in seconds or bytes."""
    (found,) = re.findall(rf"^\s*{directive} (\d+)(\w+)$", text, re.MULTILINE)
    return int(found[0]) * UNITS[found[1]]


def block_of(opening: str) -> str:
    """The text of the block that begins with this line, to the brace that closes it."""
    _, found, rest = CADDYFILE.partition(f"\t{opening} {{\n")
    assert found, opening
    return rest[: rest.index("\n\t}\n")]


def test_two_paths_of_webhooks_are_passed_on_and_posts_only() -> None:
    matchers = re.findall(r"@(\w+) \{\n\s*method POST\n\s*path (\S+)\n\s*\}", CADDYFILE)
    assert dict(matchers) == {"telegram": "/telegram/*", "stripe": "/stripe"}
    assert re.findall(r"^\s*(?:handle|route|handle_path)(?: (\S+))? \{", CADDYFILE, re.MULTILINE) == [
        "@telegram",
        "@stripe",
        "@console",
        "",
    ]
    assert CADDYFILE.count("import bot") == 2
    assert "reverse_proxy" not in block_of("handle")
    assert CADDYFILE.count("reverse_proxy") == 2
    assert "method GET POST\n\t\tpath /console/*\n" in CADDYFILE
    assert CADDYFILE.count("{$CONSOLE_ADDRESS:console:8090}") == 1


def test_who_asks_for_a_console_that_does_not_run_reads_so() -> None:
    errors = block_of("handle_errors")
    assert "path /console/*" in errors
    assert 'respond @no_console "The console does not run just now.' in errors


def test_deadlines_and_bounds_are_those_of_the_bot() -> None:
    limits = ConnectionLimits()
    assert amount_of("read_header") == limits.header_seconds
    assert amount_of("read_body") == BODY_TIMEOUT_SECONDS
    assert amount_of("max_header_size") == limits.max_header_bytes
    assert amount_of("write") > limits.genuine_seconds  # the bot decides first
    assert amount_of("max_size", block_of("handle @telegram")) == MAX_UPDATE_BYTES
    assert amount_of("max_size", block_of("handle @stripe")) == MAX_EVENT_BYTES
    assert amount_of("max_size", block_of("handle @console")) == MAX_LOGIN_BYTES * 2


def test_no_connection_to_the_bot_is_reused_and_failures_leave_it_in_use() -> None:
    assert re.search(r"^\s*keepalive off$", CADDYFILE, re.MULTILINE)
    assert not re.search(r"^\s*(?:health_|fail_duration|max_fails|unhealthy_)", CADDYFILE, re.MULTILINE)
