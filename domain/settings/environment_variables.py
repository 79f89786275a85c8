"""Readers of the environment variables: each checks one and adds a sentence to `errors` when it is wrong."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from urllib.parse import urlsplit

from domain.settings.button_links import find_link_fault
from domain.settings.database_address import UnusableAddress, read_database_address

LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
LOG_FORMATS = ("console", "json")
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
WEBHOOK_PORTS = frozenset({443, 80, 88, 8443})  # core.telegram.org/bots/api#setwebhook

_TOKEN_PATTERN = re.compile(r"[0-9]+:[A-Za-z0-9_-]+")
_TOKEN_VARIABLE_PATTERN = re.compile(r"TELEGRAM_BOT_TOKEN_(?P<campus>[A-Z][A-Z0-9_]{1,30})")
_WEBHOOK_SECRET_PATTERN = re.compile(r"[A-Za-z0-9_-]{24,256}")  # the characters: core.telegram.org/bots/api#setwebhook
_STRIPE_SECRET_PATTERN = re.compile(r"whsec_[A-Za-z0-9+/=_-]{24,256}")  # Stripe's own have 32 characters or more
_STRIPE_KEY_PATTERN = re.compile(r"(?:sk|rk)_(?P<world>test|live)_\S+")

EnvironmentVariables = Mapping[str, str]


class DeploymentEnvironment(StrEnum):
    """Whether money is real in this deployment."""

    TEST = "test"
    LIVE = "live"


@dataclass(frozen=True, slots=True, kw_only=True)
class BotTokens:
    """The tokens of the bots: one by the name of each campus, or a single one for the only campus."""

    by_campus: Mapping[str, str] = field(default_factory=dict, repr=False)
    single: str | None = field(default=None, repr=False)

    def token_for(self, campus: str, *, is_only_campus: bool) -> str | None:
        """Return the token of this campus, or None. The single token serves only a campus that is the only one."""
        return self.by_campus.get(campus) or (self.single if is_only_campus else None)


def variable_value(environ: EnvironmentVariables, name: str) -> str:
    """Return the trimmed value; empty when it is not set. Compose files set unused variables to nothing."""
    return environ.get(name, "").strip()


def read_deployment_environment(environ: EnvironmentVariables, errors: list[str]) -> DeploymentEnvironment:
    """Read ENVIRONMENT: test or live, by default test."""
    value = variable_value(environ, "ENVIRONMENT") or DeploymentEnvironment.TEST
    if value in tuple(DeploymentEnvironment):
        return DeploymentEnvironment(value)
    errors.append(f"ENVIRONMENT is {value!r}; it must be test or live.")
    return DeploymentEnvironment.TEST


def read_log_level(environ: EnvironmentVariables, errors: list[str]) -> str:
    """Read LOG_LEVEL, by default INFO."""
    value = variable_value(environ, "LOG_LEVEL").upper() or "INFO"
    if value not in LOG_LEVELS:
        errors.append(f"LOG_LEVEL is {value!r}; it must be one of {', '.join(LOG_LEVELS)}.")
    return value


def read_log_format(environ: EnvironmentVariables, errors: list[str]) -> str:
    """Read LOG_FORMAT: console or json, by default console."""
    value = variable_value(environ, "LOG_FORMAT").lower() or "console"
    if value not in LOG_FORMATS:
        errors.append(f"LOG_FORMAT is {value!r}; it must be {' or '.join(LOG_FORMATS)}.")
    return value


def read_count(
    environ: EnvironmentVariables, name: str, errors: list[str], *, default: int, maximum: int, minimum: int = 1
) -> int:
    """Read a whole number from `minimum` to `maximum`."""
    value = variable_value(environ, name)
    if not value:
        return default
    if re.fullmatch(r"[0-9]{1,9}", value) and minimum <= int(value) <= maximum:
        return int(value)
    errors.append(f"{name} is {value!r}; it must be a whole number from {minimum} to {maximum}.")
    return default


def read_database_url(environ: EnvironmentVariables, errors: list[str]) -> str:
    """Read DATABASE_URL. Return it with the scheme `postgresql`."""
    value = variable_value(environ, "DATABASE_URL")
    example = "like postgresql://campusg@127.0.0.1:5432/campusg"
    if not value:
        errors.append(f"DATABASE_URL is not set; it names the Postgres database, {example}.")
    elif not _is_address(value, ("postgresql", "postgres")) or not urlsplit(value).path.strip("/"):
        errors.append(f"DATABASE_URL is not the address of a Postgres database; it must be {example}.")
    else:
        try:
            read_database_address(value)
        except UnusableAddress as error:
            errors.append(f"DATABASE_URL {error}")
    return re.sub(r"^postgres://", "postgresql://", value)


def read_redis_url(environ: EnvironmentVariables, errors: list[str]) -> str:
    value = variable_value(environ, "REDIS_URL")
    example = "like redis://127.0.0.1:6379/0"
    if not value:
        errors.append(f"REDIS_URL is not set; it names the Redis that carries the queue jobs, {example}.")
    elif not _is_address(value, ("redis", "rediss")):
        errors.append(f"REDIS_URL is not the address of a Redis; it must be {example}.")
    return value


def _is_address(value: str, schemes: tuple[str, ...]) -> bool:
    try:
        parts = urlsplit(value)
        _ = parts.port  # urlsplit checks the port only when it is read
    except ValueError:
        return False
    return parts.scheme in schemes and bool(parts.hostname) and not re.search(r"\s", value)


def read_url(environ: EnvironmentVariables, name: str, errors: list[str]) -> str | None:
    """Read an http or https address. Return it without a final slash, or None when it is not set."""
    value = variable_value(environ, name).rstrip("/")
    if not value:
        return None
    if not _is_address(value, ("http", "https")) or urlsplit(value).query or urlsplit(value).fragment:
        errors.append(f"{name} is not an address; it must be like https://example.org.")
    return value


def _is_safe_url(url: str) -> bool:
    """Return whether calls to it can't be read on the way: they are encrypted, or stay on this machine."""
    return url.startswith("https://") or not _is_address(url, ("http",)) or urlsplit(url).hostname in LOOPBACK


def read_public_url(environ: EnvironmentVariables, errors: list[str]) -> str | None:
    """Read PUBLIC_URL: https, or http to this machine only. None means polling."""
    value = read_url(environ, "PUBLIC_URL", errors)
    if value is not None and not _is_safe_url(value):
        errors.append("PUBLIC_URL must begin with https://, Telegram calls nothing else; leave it out to poll.")
    elif value is not None and value.startswith("https://") and not _has_webhook_port(value):
        errors.append("PUBLIC_URL must have the port 443, 80, 88 or 8443; Telegram calls no other.")
    elif value is not None and value.startswith("https://"):
        _add_link_fault("PUBLIC_URL", value, errors)
    return value


def read_console_url(environ: EnvironmentVariables, errors: list[str]) -> str | None:
    """Read CONSOLE_URL: https, or http to this machine only. None means that no button leads to the console."""
    value = read_url(environ, "CONSOLE_URL", errors)
    if value is not None and not _is_safe_url(value):
        errors.append("CONSOLE_URL must begin with https://, Telegram opens nothing else; leave it out for no console.")
    elif value is not None:
        _add_link_fault("CONSOLE_URL", value, errors)
    return value


def _add_link_fault(name: str, value: str, errors: list[str]) -> None:
    """Add what keeps an address from being the link of a button, unless it is said already that it is none."""
    fault = find_link_fault(value) if _is_address(value, ("http", "https")) else None
    if fault is not None:
        errors.append(f"{name} {fault}")


def _has_webhook_port(url: str) -> bool:
    return not _is_address(url, ("https",)) or (urlsplit(url).port or 443) in WEBHOOK_PORTS


def read_webhook_secret(environ: EnvironmentVariables, errors: list[str], *, required: bool) -> str | None:
    """Read TELEGRAM_WEBHOOK_SECRET. It is `required` when Telegram calls us."""
    value = variable_value(environ, "TELEGRAM_WEBHOOK_SECRET")
    if not value:
        if required:
            errors.append("TELEGRAM_WEBHOOK_SECRET is not set; with PUBLIC_URL it proves that a call is Telegram's.")
        return None
    if not _WEBHOOK_SECRET_PATTERN.fullmatch(value):
        errors.append(
            "TELEGRAM_WEBHOOK_SECRET must be 24 to 256 of the characters A-Z a-z 0-9 _ and -; a shorter one is guessed."
        )
    return value


def read_secrets(environ: EnvironmentVariables, name: str, errors: list[str]) -> tuple[str, ...]:
    """Read Stripe's signing secrets: one, or several during a rotation."""
    listed = tuple(part.strip() for part in variable_value(environ, name).split(",") if part.strip())
    if not all(_STRIPE_SECRET_PATTERN.fullmatch(secret) for secret in listed):
        errors.append(f"{name} must be Stripe's signing secret, whsec_ and 24 characters or more; commas part several.")
    return listed


def read_tokens(environ: EnvironmentVariables, errors: list[str]) -> BotTokens:
    """Read TELEGRAM_BOT_TOKEN or TELEGRAM_BOT_TOKEN_<CAMPUS>; both together are an error."""
    single = variable_value(environ, "TELEGRAM_BOT_TOKEN")
    named = {name: variable_value(environ, name) for name in sorted(environ) if _TOKEN_VARIABLE_PATTERN.fullmatch(name)}
    tokens_by_name = {name: token for name, token in ({"TELEGRAM_BOT_TOKEN": single} | named).items() if token}
    if not tokens_by_name:
        errors.append(
            "TELEGRAM_BOT_TOKEN is not set; BotFather gives one (TELEGRAM_BOT_TOKEN_<CAMPUS> for each campus)."
        )
    if single and len(tokens_by_name) > 1:
        other = min(tokens_by_name.keys() - {"TELEGRAM_BOT_TOKEN"})
        errors.append(f"TELEGRAM_BOT_TOKEN serves the only campus; with {other} set, leave it out.")
    name_by_token: dict[str, str] = {}
    for name, token in tokens_by_name.items():
        if not _TOKEN_PATTERN.fullmatch(token):
            errors.append(f"{name} is not a bot's token; BotFather's look like 123456:ABC-DEF.")
        elif name_by_token.setdefault(token, name) != name:
            errors.append(f"{name} is the same token as {name_by_token[token]}; each campus needs a bot of its own.")
    by_campus = {name.removeprefix("TELEGRAM_BOT_TOKEN_").lower(): token for name, token in named.items() if token}
    return BotTokens(by_campus=MappingProxyType(by_campus), single=single or None)


def read_stripe_api_url(
    environ: EnvironmentVariables, errors: list[str], environment: DeploymentEnvironment
) -> str | None:
    """Read STRIPE_API_URL. None means Stripe's own address."""
    value = read_url(environ, "STRIPE_API_URL", errors)
    if value is not None and environment is DeploymentEnvironment.LIVE and not value.startswith("https://"):
        errors.append(
            "STRIPE_API_URL must begin with https:// when ENVIRONMENT is live; leave it out for Stripe's own."
        )
    elif value is not None:
        _add_link_fault("STRIPE_API_URL", value, errors)  # its pages are links of buttons
    return value


def read_stripe_key(environ: EnvironmentVariables, errors: list[str], environment: DeploymentEnvironment) -> str:
    """Read STRIPE_SECRET_KEY. A test key fits only ENVIRONMENT test, a live key only live."""
    value = variable_value(environ, "STRIPE_SECRET_KEY")
    match = _STRIPE_KEY_PATTERN.fullmatch(value)
    if not value:
        errors.append("STRIPE_SECRET_KEY is not set; Stripe's dashboard gives one, sk_test_... or rk_test_....")
    elif match is None:
        errors.append("STRIPE_SECRET_KEY is not a secret key; it begins with sk_test_, rk_test_, sk_live_ or rk_live_.")
    elif match["world"] != environment:
        errors.append(
            f"STRIPE_SECRET_KEY is a {match['world']} key, but ENVIRONMENT is {environment}; they must agree."
        )
    return value
