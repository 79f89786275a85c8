"""The address of the database as hosts print it: libpq's parameters, translated for our driver or left out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from urllib.parse import parse_qsl, quote, urlsplit, urlunsplit

STATEMENT_CACHE = "prepared_statement_cache_size"  # of SQLAlchemy: 0 for a proxy that keeps no statements
_SERVER_SETTINGS = frozenset({"application_name", "options", "search_path", "timezone"})  # sent as they are
_RENAMED_SETTINGS = MappingProxyType({"schema": "search_path", "fallback_application_name": "application_name"})
_TLS = frozenset(
    {"sslmode", "sslcert", "sslkey", "sslrootcert", "sslcrl", "sslpassword"}
    | {"ssl_min_protocol_version", "ssl_max_protocol_version"}
)
_SSL_MODES = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")
_DRIVER = frozenset({"target_session_attrs", "passfile"})
# Our own timeouts and pools hold, TLS needs no help, and the driver authenticates by SCRAM without channel binding.
_LEFT_OUT = frozenset({
    "channel_binding", "connect_timeout", "connection_limit", "pool_timeout", "keepalives", "keepalives_idle",
    "keepalives_interval", "keepalives_count", "tcp_user_timeout", "client_encoding", "gssencmode", "sslsni",
    "sslcompression", "sslnegotiation", "supa", "pool_mode", "sslaccept", "load_balance_hosts", "require_auth",
    "min_protocol_version", "max_protocol_version", "statement_cache_size",
})  # fmt: skip


class UnusableAddress(ValueError):
    """The address has a part whose meaning is not known; the text is a sentence about it, without its value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseAddress:
    """Where the database is, for SQLAlchemy, and what asyncpg is given beside it."""

    url: str = field(repr=False)
    server_settings: Mapping[str, str]
    driver_arguments: Mapping[str, str] = field(repr=False)
    keeps_statements: bool


def read_database_address(database_url: str) -> DatabaseAddress:
    """Translate an address that begins with postgresql://. Raise UnusableAddress for a parameter that is not known."""
    parts = urlsplit(database_url)
    settings: dict[str, str] = {}
    tls: dict[str, str] = {}
    arguments: dict[str, str] = {}
    keeps_statements = True
    for name, value in parse_qsl(parts.query, keep_blank_values=True):
        if name == STATEMENT_CACHE:
            keeps_statements = value != "0"
        elif name == "pgbouncer":  # as Prisma and its hosts print it
            keeps_statements = keeps_statements and value.lower() != "true"
        elif name in _SERVER_SETTINGS or name in _RENAMED_SETTINGS:
            settings[_RENAMED_SETTINGS.get(name, name)] = value
        elif name in _TLS or name == "ssl":
            tls |= _read_tls(name, value)
        elif name in _DRIVER:
            arguments[name] = value
        elif name not in _LEFT_OUT:
            raise UnusableAddress(f"has the parameter {name!r}, which is not known; leave it out.")
    if tls:  # asyncpg reads certificates only from an address of its own
        listed = "&".join(f"{name}={quote(value, safe='')}" for name, value in tls.items())
        arguments["dsn"] = f"postgresql://?{listed}"
    plain = urlunsplit(("postgresql+asyncpg", parts.netloc, parts.path, "", ""))
    return DatabaseAddress(
        url=plain, server_settings=settings, driver_arguments=arguments, keeps_statements=keeps_statements
    )


def _read_tls(name: str, value: str) -> dict[str, str]:
    """Return a parameter of TLS by libpq's name; `ssl` is SQLAlchemy's name of `sslmode`, and true of some hosts."""
    if name == "ssl":
        name, value = "sslmode", {"true": "require", "false": "disable"}.get(value.lower(), value)
    if name == "sslmode" and value not in _SSL_MODES:
        raise UnusableAddress(f"has an sslmode that is not known; it must be one of {', '.join(_SSL_MODES)}.")
    return {name: value}
