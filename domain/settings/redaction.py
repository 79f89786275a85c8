"""What logs and admins may read of an error or a line: no secrets, and no words of people."""

import re
import traceback
from collections.abc import Iterator

HIDDEN = "[hidden]"
MAX_ERROR_LENGTH = 500  # characters
# Bot tokens; Stripe's keys and signing secrets; links that let whoever opens them act; passwords in addresses.
SECRET_PATTERN = re.compile(
    r"""
    \d{5,}:[A-Za-z0-9_-]{20,}
    | (?:sk|rk|pk)_(?:live|test)_\w+
    | whsec_\w+
    | (?:pi|seti)_\w+_secret_\w+
    | (?<=\?start=)[\w-]+
    | (?<=t\.me/\+)[\w-]+
    | https?://(?:checkout|connect)\.stripe\.com/\S+
    | (?<=//)[^/@\s:]*:[^/@\s]+(?=@)
    """,
    re.VERBOSE,
)
# The path of Checkout on a domain of one's own, and of the pages of a sandbox.
LINK_PATTERN = re.compile(r"https?://\S+?/pay/\S+")
TASK_EXCEPTION_PATTERN = re.compile(r"(?<=exception=)(\w+)\(.*\)(?=[ >])", re.DOTALL)  # in asyncio's own lines
QUOTED_PATTERN = re.compile(r"'[^']*'|\"[^\"]*\"")
PLAIN_KEY_PATTERN = re.compile(r"'[\w.:-]{1,60}'|\d+")
DATA_EXCEPTION = "22"  # the class of SQLSTATEs whose messages repeat the value


def redact_text(text: str) -> str:
    """Return a text without what looks like a secret."""
    hidden = LINK_PATTERN.sub(HIDDEN, SECRET_PATTERN.sub(HIDDEN, text))
    return TASK_EXCEPTION_PATTERN.sub(rf"\1({HIDDEN})", hidden)


def describe_error(error: BaseException) -> str:
    """Return the type of an error and as much of its message as holds neither secrets nor what people wrote."""
    return f"{type(error).__name__}: {redact_text(_safe_message(error))}".removesuffix(": ")


def format_error(error: Exception) -> str:
    """Return the described error as Postgres can keep it: no NUL, no lone surrogate, at most MAX_ERROR_LENGTH."""
    text = describe_error(error).replace("\x00", "")
    return text.encode(errors="replace").decode()[:MAX_ERROR_LENGTH]


def format_traceback(error: BaseException) -> str:
    """Return the traceback of an error and of its causes, with described messages in place of theirs."""
    return "\n".join(("Traceback (most recent call last):", *_traceback_lines(error, seen=set())))


def _traceback_lines(error: BaseException, *, seen: set[int]) -> Iterator[str]:
    seen.add(id(error))
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if cause is not None and id(cause) not in seen:
        yield from _traceback_lines(cause, seen=seen)
        yield "then:"
    yield "".join(traceback.format_tb(error.__traceback__)).rstrip()
    yield describe_error(error)
    if isinstance(error, BaseExceptionGroup):
        for part in error.exceptions:
            if id(part) not in seen:
                yield from _traceback_lines(part, seen=seen)


def _safe_message(error: BaseException) -> str:
    if isinstance(error, BaseExceptionGroup):
        return f"{len(error.exceptions)} errors"
    match type(error).__module__.partition(".")[0]:
        case "sqlalchemy" | "asyncpg":
            return _database_message(error)
        case "pydantic" | "pydantic_core":
            return _validation_message(error)
    if isinstance(error, KeyError):
        return str(error) if PLAIN_KEY_PATTERN.fullmatch(str(error)) else HIDDEN
    if isinstance(error, ValueError | TypeError):
        return QUOTED_PATTERN.sub(HIDDEN, str(error))  # such as: invalid literal for int() with base 10: 'words'
    return str(error)


def _database_message(error: BaseException) -> str:
    """Return the first line of Postgres' message and its SQLSTATE: the other lines repeat rows and parameters."""
    origin = getattr(error, "orig", None) or error
    sqlstate: str | None = getattr(origin, "sqlstate", None)
    first = str(origin).partition("\n")[0]
    if sqlstate is None:
        return first
    if sqlstate.startswith(DATA_EXCEPTION):
        first = first.partition(': "')[0]
    return f"{first} ({sqlstate})"


def _validation_message(error: BaseException) -> str:
    """Return where pydantic found what, without the value."""
    found = getattr(error, "errors", None)
    if found is None:
        return HIDDEN
    listed = found(include_url=False, include_context=False, include_input=False)
    return "; ".join(f"{'.'.join(map(str, each['loc']))} {each['type']}" for each in listed[:5])
