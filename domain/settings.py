"""Every setting, read from the environment once at start, with a sentence for each that is wrong."""

import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from domain.environment import (
    Environment,
    Tokens,
    World,
    read_count,
    read_database_url,
    read_log_format,
    read_log_level,
    read_public_url,
    read_redis_url,
    read_secrets,
    read_stripe_api_url,
    read_stripe_key,
    read_tokens,
    read_url,
    read_webhook_secret,
    read_world,
    value_of,
)

WRONG_SETTINGS = 2  # the exit code of a process that was set up wrongly
TELEGRAM = "https://api.telegram.org"
T = TypeVar("T")


class SettingsError(Exception):
    """Settings that are missing or wrong: one sentence each, none with a secret in it."""

    def __init__(self, sentences: tuple[str, ...]) -> None:
        super().__init__("\n".join(sentences))
        self.sentences = sentences


@dataclass(frozen=True, slots=True, kw_only=True)
class BotSettings:
    """What `python -m bot` needs; no Stripe API key is among it."""

    environment: World
    log_level: str
    log_format: str  # console or json
    database_url: str = field(repr=False)
    redis_url: str = field(repr=False)
    tokens: Tokens
    telegram_api_url: str
    public_url: str | None  # then Telegram calls us, otherwise we poll
    telegram_webhook_secret: str | None = field(repr=False)
    stripe_webhook_secrets: tuple[str, ...] = field(repr=False)
    stripe_connect_webhook_secrets: tuple[str, ...] = field(repr=False)
    http_host: str
    http_port: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerSettings:
    """What `python -m workers` needs."""

    environment: World
    log_level: str
    log_format: str  # console or json
    database_url: str = field(repr=False)
    redis_url: str = field(repr=False)
    tokens: Tokens
    telegram_api_url: str
    stripe_api_url: str | None  # None: Stripe's own
    stripe_secret_key: str = field(repr=False)
    stripe_calls: int  # a second, of all workers together: so many reads and so many writes
    jobs: int  # arq jobs at the same time


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditSettings:
    """What `python -m workers.audit` needs."""

    environment: World
    log_level: str
    database_url: str = field(repr=False)
    stripe_api_url: str | None
    stripe_secret_key: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class CampusSettings:
    """What `python -m workers.campus` needs."""

    database_url: str = field(repr=False)


def read_bot_settings(environ: Environment) -> BotSettings:
    """The bot's settings; SettingsError with all mistakes."""
    wrong: list[str] = []
    public_url = read_public_url(environ, wrong)
    settings = BotSettings(
        environment=read_world(environ, wrong),
        log_level=read_log_level(environ, wrong),
        log_format=read_log_format(environ, wrong),
        database_url=read_database_url(environ, wrong),
        redis_url=read_redis_url(environ, wrong),
        tokens=read_tokens(environ, wrong),
        telegram_api_url=read_url(environ, "TELEGRAM_API_URL", wrong) or TELEGRAM,
        public_url=public_url,
        telegram_webhook_secret=read_webhook_secret(environ, wrong, wanted=public_url is not None),
        stripe_webhook_secrets=read_secrets(environ, "STRIPE_WEBHOOK_SECRET", wrong),
        stripe_connect_webhook_secrets=read_secrets(environ, "STRIPE_CONNECT_WEBHOOK_SECRET", wrong),
        http_host=value_of(environ, "HTTP_HOST") or "127.0.0.1",
        http_port=read_count(environ, "HTTP_PORT", wrong, default=8080, most=65_535),
    )
    return _checked(settings, wrong)


def read_worker_settings(environ: Environment) -> WorkerSettings:
    """A worker's settings; SettingsError with all mistakes."""
    wrong: list[str] = []
    world = read_world(environ, wrong)
    settings = WorkerSettings(
        environment=world,
        log_level=read_log_level(environ, wrong),
        log_format=read_log_format(environ, wrong),
        database_url=read_database_url(environ, wrong),
        redis_url=read_redis_url(environ, wrong),
        tokens=read_tokens(environ, wrong),
        telegram_api_url=read_url(environ, "TELEGRAM_API_URL", wrong) or TELEGRAM,
        stripe_api_url=read_stripe_api_url(environ, wrong, world),
        stripe_secret_key=read_stripe_key(environ, wrong, world),
        stripe_calls=read_count(environ, "STRIPE_CALLS_PER_SECOND", wrong, default=20, most=10_000),
        jobs=read_count(environ, "WORKER_JOBS", wrong, default=50, most=1_000),
    )
    return _checked(settings, wrong)


def read_audit_settings(environ: Environment) -> AuditSettings:
    """The audit's settings; SettingsError with all mistakes."""
    wrong: list[str] = []
    world = read_world(environ, wrong)
    settings = AuditSettings(
        environment=world,
        log_level=read_log_level(environ, wrong),
        database_url=read_database_url(environ, wrong),
        stripe_api_url=read_stripe_api_url(environ, wrong, world),
        stripe_secret_key=read_stripe_key(environ, wrong, world),
    )
    return _checked(settings, wrong)


def read_campus_settings(environ: Environment) -> CampusSettings:
    """The settings of founding a campus; SettingsError with all mistakes."""
    wrong: list[str] = []
    return _checked(CampusSettings(database_url=read_database_url(environ, wrong)), wrong)


def or_exit(read: Callable[[Environment], T], environ: Environment) -> T:
    """The settings; when they are wrong, every sentence goes to stderr and the process ends with 2."""
    try:
        return read(environ)
    except SettingsError as error:
        for sentence in error.sentences:
            print(sentence, file=sys.stderr)
        sys.exit(WRONG_SETTINGS)


def _checked(settings: T, wrong: list[str]) -> T:
    if wrong:
        raise SettingsError(tuple(wrong))
    return settings
