"""The settings of each process, read from the environment once at start."""

import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from domain.settings.environment_variables import (
    BotTokens,
    DeploymentEnvironment,
    EnvironmentVariables,
    read_console_url,
    read_count,
    read_database_url,
    read_deployment_environment,
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
    variable_value,
)

INVALID_SETTINGS_EXIT_CODE = 2
DEFAULT_TELEGRAM_API_URL = "https://api.telegram.org"
TRACES_VARIABLE = "OTEL_EXPORTER_OTLP_ENDPOINT"  # as OpenTelemetry names it
T = TypeVar("T")


class SettingsError(Exception):
    """Settings that are missing or wrong: one sentence for each, without secrets."""

    def __init__(self, sentences: tuple[str, ...]) -> None:
        super().__init__("\n".join(sentences))
        self.sentences = sentences


@dataclass(frozen=True, slots=True, kw_only=True)
class BotSettings:
    """The settings of `python -m bot`. It needs no Stripe API key."""

    environment: DeploymentEnvironment
    log_level: str
    log_format: str  # console or json
    database_url: str = field(repr=False)
    redis_url: str = field(repr=False)
    tokens: BotTokens
    telegram_api_url: str
    public_url: str | None  # where Telegram calls us; None: we poll
    telegram_webhook_secret: str | None = field(repr=False)
    stripe_webhook_secrets: tuple[str, ...] = field(repr=False)
    stripe_connect_webhook_secrets: tuple[str, ...] = field(repr=False)
    http_host: str
    http_port: int
    postgres_connections: int = 12  # at most
    console_url: str | None = None  # where browsers reach the console; None: there is none
    traces_url: str | None = None  # of the collector of traces; None: nothing is traced


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerSettings:
    """The settings of `python -m workers`, and of `python -m workers.check`."""

    environment: DeploymentEnvironment
    log_level: str
    log_format: str  # console or json
    database_url: str = field(repr=False)
    redis_url: str = field(repr=False)
    tokens: BotTokens
    telegram_api_url: str
    stripe_api_url: str | None  # None: Stripe's own address
    stripe_secret_key: str = field(repr=False)
    stripe_calls_per_second: int  # the limit of reads and the limit of writes, of all workers together
    max_concurrent_jobs: int  # of arq
    postgres_connections: int = 20  # at most; one more keeps the leases of sagas
    http_host: str = "127.0.0.1"
    metrics_port: int = 0  # 0: no metrics
    heartbeat_url: str | None = field(default=None, repr=False)  # it may carry a secret; called while all is well
    traces_url: str | None = None  # as of the bot
    console_url: str | None = None  # None: no message links to the console
    public_url: str | None = None  # the bot's, as the next one: only the check looks at them
    bot_connections: int = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditSettings:
    """The settings of `python -m workers.audit`."""

    environment: DeploymentEnvironment
    log_level: str
    database_url: str = field(repr=False)
    stripe_api_url: str | None
    stripe_secret_key: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsoleSettings:
    """The settings of `python -m console`. The tokens check logins and sign sessions."""

    log_level: str
    log_format: str  # console or json
    database_url: str = field(repr=False)
    tokens: BotTokens
    console_url: str | None  # None: reached on this machine only
    http_host: str
    console_port: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CampusSettings:
    """The settings of `python -m workers.campus`."""

    database_url: str = field(repr=False)


def read_bot_settings(environ: EnvironmentVariables) -> BotSettings:
    """Read the bot's settings. Raise SettingsError with all mistakes."""
    errors: list[str] = []
    public_url = read_public_url(environ, errors)
    settings = BotSettings(
        environment=read_deployment_environment(environ, errors),
        log_level=read_log_level(environ, errors),
        log_format=read_log_format(environ, errors),
        database_url=read_database_url(environ, errors),
        redis_url=read_redis_url(environ, errors),
        tokens=read_tokens(environ, errors),
        telegram_api_url=read_url(environ, "TELEGRAM_API_URL", errors) or DEFAULT_TELEGRAM_API_URL,
        public_url=public_url,
        telegram_webhook_secret=read_webhook_secret(environ, errors, required=public_url is not None),
        stripe_webhook_secrets=read_secrets(environ, "STRIPE_WEBHOOK_SECRET", errors),
        stripe_connect_webhook_secrets=read_secrets(environ, "STRIPE_CONNECT_WEBHOOK_SECRET", errors),
        http_host=variable_value(environ, "HTTP_HOST") or "127.0.0.1",
        http_port=read_count(environ, "HTTP_PORT", errors, default=8080, maximum=65_535),
        postgres_connections=_read_bot_connections(environ, errors),
        console_url=read_console_url(environ, errors),
        traces_url=read_url(environ, TRACES_VARIABLE, errors),
    )
    return _require_valid(settings, errors)


def read_worker_settings(environ: EnvironmentVariables) -> WorkerSettings:
    """Read a worker's settings. Raise SettingsError with all mistakes."""
    errors: list[str] = []
    environment = read_deployment_environment(environ, errors)
    settings = WorkerSettings(
        environment=environment,
        log_level=read_log_level(environ, errors),
        log_format=read_log_format(environ, errors),
        database_url=read_database_url(environ, errors),
        redis_url=read_redis_url(environ, errors),
        tokens=read_tokens(environ, errors),
        telegram_api_url=read_url(environ, "TELEGRAM_API_URL", errors) or DEFAULT_TELEGRAM_API_URL,
        stripe_api_url=read_stripe_api_url(environ, errors, environment),
        stripe_secret_key=read_stripe_key(environ, errors, environment),
        stripe_calls_per_second=read_count(environ, "STRIPE_CALLS_PER_SECOND", errors, default=20, maximum=10_000),
        max_concurrent_jobs=read_count(environ, "WORKER_JOBS", errors, default=50, maximum=1_000),
        postgres_connections=read_count(environ, "WORKER_CONNECTIONS", errors, default=20, minimum=4, maximum=200),
        http_host=variable_value(environ, "HTTP_HOST") or "127.0.0.1",
        metrics_port=read_count(environ, "METRICS_PORT", errors, default=0, minimum=0, maximum=65_535),
        heartbeat_url=read_url(environ, "HEARTBEAT_URL", errors),
        traces_url=read_url(environ, TRACES_VARIABLE, errors),
        console_url=read_console_url(environ, errors),
        public_url=read_public_url(environ, errors),
        bot_connections=_read_bot_connections(environ, errors),
    )
    return _require_valid(settings, errors)


def read_audit_settings(environ: EnvironmentVariables) -> AuditSettings:
    """Read the audit's settings. Raise SettingsError with all mistakes."""
    errors: list[str] = []
    environment = read_deployment_environment(environ, errors)
    settings = AuditSettings(
        environment=environment,
        log_level=read_log_level(environ, errors),
        database_url=read_database_url(environ, errors),
        stripe_api_url=read_stripe_api_url(environ, errors, environment),
        stripe_secret_key=read_stripe_key(environ, errors, environment),
    )
    return _require_valid(settings, errors)


def read_console_settings(environ: EnvironmentVariables) -> ConsoleSettings:
    """Read the console's settings. Raise SettingsError with all mistakes."""
    errors: list[str] = []
    settings = ConsoleSettings(
        log_level=read_log_level(environ, errors),
        log_format=read_log_format(environ, errors),
        database_url=read_database_url(environ, errors),
        tokens=read_tokens(environ, errors),
        console_url=read_console_url(environ, errors),
        http_host=variable_value(environ, "HTTP_HOST") or "127.0.0.1",
        console_port=read_count(environ, "CONSOLE_PORT", errors, default=8090, minimum=0, maximum=65_535),
    )
    return _require_valid(settings, errors)


def read_campus_settings(environ: EnvironmentVariables) -> CampusSettings:
    """Read the settings of the campus command. Raise SettingsError with all mistakes."""
    errors: list[str] = []
    return _require_valid(CampusSettings(database_url=read_database_url(environ, errors)), errors)


def read_settings_or_exit(reader: Callable[[EnvironmentVariables], T], environ: EnvironmentVariables) -> T:
    """Return the settings. If they are wrong, print every mistake to stderr and exit with 2."""
    try:
        return reader(environ)
    except SettingsError as error:
        for sentence in error.sentences:
            print(sentence, file=sys.stderr)
        sys.exit(INVALID_SETTINGS_EXIT_CODE)


def _read_bot_connections(environ: EnvironmentVariables, errors: list[str]) -> int:
    return read_count(environ, "BOT_CONNECTIONS", errors, default=12, minimum=4, maximum=200)


def _require_valid(settings: T, errors: list[str]) -> T:
    if errors:
        raise SettingsError(tuple(errors))
    return settings
