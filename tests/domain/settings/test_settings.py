"""Tests of settings: each error is a sentence that names its variable, all are reported, no secret is shown."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from domain.settings.environment_variables import DeploymentEnvironment
from domain.settings.settings import (
    SettingsError,
    read_audit_settings,
    read_bot_settings,
    read_campus_settings,
    read_settings_or_exit,
    read_worker_settings,
)
from tests.cases import case

STORES = {"DATABASE_URL": "postgresql://me:hushhush@db/campusg", "REDIS_URL": "redis://127.0.0.1:6379/0"}
GOOD = STORES | {"TELEGRAM_BOT_TOKEN": "123:hushhush", "STRIPE_SECRET_KEY": "sk_test_hushhush"}
WEBHOOKS = {"PUBLIC_URL": "https://food.example.org", "TELEGRAM_WEBHOOK_SECRET": "hush" * 6}
NEW_SECRET, OLD_SECRET, CONNECT_SECRET = (f"whsec_{letter * 32}" for letter in "abc")
Read = Callable[[dict[str, str]], object]
READERS = [read_bot_settings, read_worker_settings, read_audit_settings, read_campus_settings]


def settings_errors(read: Read, **changed: str) -> tuple[str, ...]:
    """Return the errors of good settings with these changes."""
    with pytest.raises(SettingsError) as refused:
        read(GOOD | changed)
    return refused.value.sentences


def test_the_bot_needs_two_addresses_and_a_token_and_knows_the_rest_itself() -> None:
    settings = read_bot_settings(STORES | {"TELEGRAM_BOT_TOKEN": "123:abc"})
    assert (settings.environment, settings.log_level) == (DeploymentEnvironment.TEST, "INFO")
    assert settings.telegram_api_url == "https://api.telegram.org"
    assert (settings.http_host, settings.http_port) == ("127.0.0.1", 8080)
    assert (settings.public_url, settings.telegram_webhook_secret) == (None, None)
    assert settings.stripe_webhook_secrets == settings.stripe_connect_webhook_secrets == ()


def test_a_worker_needs_the_key_as_well() -> None:
    settings = read_worker_settings(GOOD)
    assert (settings.stripe_secret_key, settings.stripe_api_url) == ("sk_test_hushhush", None)
    assert settings.max_concurrent_jobs == 50
    assert settings.stripe_calls_per_second == 20


def test_every_setting_can_be_changed() -> None:
    secrets = {"STRIPE_WEBHOOK_SECRET": f"{NEW_SECRET}, {OLD_SECRET}", "STRIPE_CONNECT_WEBHOOK_SECRET": CONNECT_SECRET}
    doors = {"HTTP_HOST": "0.0.0.0", "HTTP_PORT": "9000", "LOG_LEVEL": "debug", "TELEGRAM_API_URL": "http://tg:8081/"}
    settings = read_bot_settings(GOOD | WEBHOOKS | secrets | doors)
    assert settings.stripe_webhook_secrets == (NEW_SECRET, OLD_SECRET)
    assert settings.stripe_connect_webhook_secrets == (CONNECT_SECRET,)
    assert (settings.http_host, settings.http_port, settings.log_level) == ("0.0.0.0", 9000, "DEBUG")
    assert (settings.telegram_api_url, settings.public_url) == ("http://tg:8081", "https://food.example.org")
    limits = {"WORKER_JOBS": "7", "STRIPE_CALLS_PER_SECOND": "80"}
    worker = read_worker_settings(GOOD | limits | {"STRIPE_API_URL": "http://127.0.0.1:12111"})
    assert (worker.max_concurrent_jobs, worker.stripe_calls_per_second) == (7, 80)
    assert worker.stripe_api_url == "http://127.0.0.1:12111"


def test_an_empty_variable_counts_as_unset() -> None:
    assert read_bot_settings(GOOD | {"PUBLIC_URL": "", "HTTP_PORT": " ", "ENVIRONMENT": ""}).http_port == 8080


def test_postgres_urls_are_normalized() -> None:
    assert read_campus_settings({"DATABASE_URL": "postgres://me@db/x"}).database_url == "postgresql://me@db/x"


def test_each_campus_has_its_token_by_its_name() -> None:
    environ = STORES | {"TELEGRAM_BOT_TOKEN_NORTH": "1:a", "TELEGRAM_BOT_TOKEN_SOUTH_2": "2:b"}
    tokens = read_bot_settings(environ).tokens
    assert tokens.token_for("north", is_only_campus=False) == "1:a"
    assert tokens.token_for("south_2", is_only_campus=False) == "2:b"
    assert tokens.token_for("east", is_only_campus=True) is None


def test_a_token_without_a_name_serves_the_only_campus_and_never_one_of_two() -> None:
    tokens = read_bot_settings(GOOD).tokens
    assert tokens.token_for("north", is_only_campus=True) == "123:hushhush"
    assert tokens.token_for("north", is_only_campus=False) is None


@pytest.mark.parametrize("url", ["http://127.0.0.1:8080", "http://localhost:9", "https://food.example.org/bot"])
def test_webhook_addresses_are_encrypted_or_on_this_machine(url: str) -> None:
    assert read_bot_settings(GOOD | WEBHOOKS | {"PUBLIC_URL": url}).public_url == url


@pytest.mark.parametrize("key", ["sk_live_x", "rk_live_x"])
def test_live_keys_work_where_money_is_real(key: str) -> None:
    settings = read_worker_settings(GOOD | {"ENVIRONMENT": "live", "STRIPE_SECRET_KEY": key})
    assert settings.environment is DeploymentEnvironment.LIVE


@case(58)
@pytest.mark.parametrize(
    ("read", "name", "value", "sentence"),
    [
        (read_bot_settings, "DATABASE_URL", "", "is not set; it names the Postgres database, like postgresql://"),
        (read_bot_settings, "DATABASE_URL", "mysql://me:hushhush@db/x", "is not the address of a Postgres database"),
        (read_bot_settings, "DATABASE_URL", "postgresql://db", "is not the address of a Postgres database"),
        (read_bot_settings, "DATABASE_URL", "postgresql://db:port/x", "is not the address of a Postgres database"),
        (read_campus_settings, "DATABASE_URL", "hushhush", "is not the address of a Postgres database"),
        (
            read_bot_settings,
            "REDIS_URL",
            "",
            "is not set; it names the Redis that carries the queue jobs, like redis://",
        ),
        (read_bot_settings, "REDIS_URL", "http://:hushhush@redis", "is not the address of a Redis"),
        (read_bot_settings, "TELEGRAM_BOT_TOKEN", "", "is not set; BotFather gives one"),
        (read_bot_settings, "TELEGRAM_BOT_TOKEN", "hushhush", "is not a bot's token"),
        (read_worker_settings, "TELEGRAM_BOT_TOKEN_NORTH", "1:x", "TELEGRAM_BOT_TOKEN serves the only campus"),
        (read_bot_settings, "TELEGRAM_API_URL", "telegram", "is not an address"),
        (read_bot_settings, "PUBLIC_URL", "http://food.example.org", "must begin with https://"),
        (read_bot_settings, "PUBLIC_URL", "food.example.org", "is not an address"),
        (read_bot_settings, "TELEGRAM_WEBHOOK_SECRET", "hush " * 6, "must be 24 to 256 of the characters"),
        (read_bot_settings, "TELEGRAM_WEBHOOK_SECRET", "h", "must be 24 to 256 of the characters"),
        (read_bot_settings, "TELEGRAM_WEBHOOK_SECRET", "h" * 23, "must be 24 to 256 of the characters"),
        (read_bot_settings, "TELEGRAM_WEBHOOK_SECRET", "h" * 257, "must be 24 to 256 of the characters"),
        (read_bot_settings, "STRIPE_WEBHOOK_SECRET", f"{NEW_SECRET},hushhush", "must be Stripe's signing secret"),
        (read_bot_settings, "STRIPE_WEBHOOK_SECRET", "whsec_hushhush", "whsec_ and 24 characters or more"),
        (read_bot_settings, "STRIPE_CONNECT_WEBHOOK_SECRET", "hushhush", "must be Stripe's signing secret"),
        (read_bot_settings, "HTTP_PORT", "http", "'http'; it must be a whole number from 1 to 65535"),
        (read_bot_settings, "HTTP_PORT", "65536", "'65536'; it must be a whole number from 1 to 65535"),
        (read_bot_settings, "HTTP_PORT", "0", "'0'; it must be a whole number from 1 to 65535"),
        (read_bot_settings, "LOG_LEVEL", "loud", "'LOUD'; it must be one of DEBUG, INFO"),
        (read_worker_settings, "LOG_FORMAT", "xml", "'xml'; it must be console or json"),
        (read_bot_settings, "ENVIRONMENT", "prod", "'prod'; it must be test or live"),
        (read_worker_settings, "WORKER_JOBS", "many", "'many'; it must be a whole number from 1 to 1000"),
        (read_worker_settings, "STRIPE_CALLS_PER_SECOND", "0", "'0'; it must be a whole number from 1 to 10000"),
        (read_worker_settings, "STRIPE_API_URL", "stripe", "is not an address"),
        (read_worker_settings, "STRIPE_SECRET_KEY", "", "is not set; Stripe's dashboard gives one"),
        (read_worker_settings, "STRIPE_SECRET_KEY", "pk_test_hushhush", "is not a secret key"),
        (read_worker_settings, "STRIPE_SECRET_KEY", "sk_live_hushhush", "is a live key, but ENVIRONMENT is test"),
        (read_audit_settings, "STRIPE_SECRET_KEY", "rk_live_hushhush", "is a live key, but ENVIRONMENT is test"),
        (read_worker_settings, "ENVIRONMENT", "live", "STRIPE_SECRET_KEY is a test key, but ENVIRONMENT is live"),
    ],
)
def test_each_error_is_one_sentence_that_names_its_variable(read: Read, name: str, value: str, sentence: str) -> None:
    (said,) = settings_errors(read, **({"TELEGRAM_WEBHOOK_SECRET": "hush" * 6} | {name: value}))
    assert name in said
    assert sentence in said
    assert said.endswith(".")
    assert "hush" not in said


def test_webhooks_need_a_secret() -> None:
    assert settings_errors(read_bot_settings, PUBLIC_URL="https://food.example.org") == (
        "TELEGRAM_WEBHOOK_SECRET is not set; with PUBLIC_URL it proves that a call is Telegram's.",
    )


def test_a_live_key_is_never_sent_in_the_clear() -> None:
    live = {"ENVIRONMENT": "live", "STRIPE_SECRET_KEY": "sk_live_hushhush", "STRIPE_API_URL": "http://proxy"}
    (said,) = settings_errors(read_worker_settings, **live)
    assert said.startswith("STRIPE_API_URL must begin with https://")


def test_two_campuses_never_share_a_bot() -> None:
    twice = {"TELEGRAM_BOT_TOKEN": "", "TELEGRAM_BOT_TOKEN_NORTH": "1:hush", "TELEGRAM_BOT_TOKEN_SOUTH": "1:hush"}
    assert settings_errors(read_bot_settings, **twice) == (
        "TELEGRAM_BOT_TOKEN_SOUTH is the same token as TELEGRAM_BOT_TOKEN_NORTH; each campus needs a bot of its own.",
    )


def test_several_errors_are_all_reported_at_once() -> None:
    said = settings_errors(read_worker_settings, DATABASE_URL="", REDIS_URL="x", WORKER_JOBS="0", ENVIRONMENT="x")
    assert len(said) == 4
    with pytest.raises(SettingsError) as refused:
        read_worker_settings({})
    assert len(refused.value.sentences) == 4


@pytest.mark.parametrize("read", READERS)
def test_printed_settings_show_no_secret(read: Read) -> None:
    settings = read(GOOD | WEBHOOKS | {"STRIPE_WEBHOOK_SECRET": f"whsec_{'hush' * 8}"})
    assert "hush" not in repr(settings)


def test_wrong_settings_print_every_sentence_on_stderr_and_exit_with_2(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        read_settings_or_exit(read_bot_settings, {"HTTP_PORT": "x"})
    assert left.value.code == 2
    said = capsys.readouterr()
    assert said.out == ""
    named = [line.split()[0] for line in said.err.splitlines()]
    assert named == ["DATABASE_URL", "REDIS_URL", "TELEGRAM_BOT_TOKEN", "HTTP_PORT"]


def test_right_settings_are_passed_on() -> None:
    assert read_settings_or_exit(read_campus_settings, STORES).database_url == STORES["DATABASE_URL"]


def test_a_process_that_is_set_up_wrongly_ends_with_2_and_no_traceback() -> None:
    environ = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    command = [sys.executable, "-m", "workers.campus", "add", "nothing.toml"]
    project = Path(__file__).parents[3]
    ended = subprocess.run(command, cwd=project, env=environ, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.startswith("DATABASE_URL is not set;")
    assert len(ended.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("read", "name", "url", "sentence"),
    [
        (read_bot_settings, "CONSOLE_URL", "http://localhost:8080", "CONSOLE_URL needs a host with a dot"),
        (read_bot_settings, "CONSOLE_URL", "https://console", "takes no button to console"),
        (read_bot_settings, "PUBLIC_URL", "https://food", "PUBLIC_URL needs a host with a dot"),
        (read_worker_settings, "STRIPE_API_URL", "http://localhost:12111", "For this machine write 127.0.0.1."),
    ],
)
def test_an_address_that_telegram_takes_for_no_button_is_refused_at_start(
    read: Read, name: str, url: str, sentence: str
) -> None:
    with pytest.raises(SettingsError) as refused:
        read(GOOD | WEBHOOKS | {name: url})
    assert any(sentence in said for said in refused.value.sentences)
