"""What logs and admins read of errors and lines: no secret, and nothing that people wrote."""

import json
import traceback

import pytest
from pydantic import BaseModel, ValidationError
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from domain.database.unit_of_work import create_database_engine
from domain.settings.redaction import HIDDEN, describe_error, format_traceback, redact_text

TOKEN = "7304411:AAF-dR4kQxk3m1_pLw8sEeXyZ0123456789"
WORDS = "my door code is 4711, please hurry"


@pytest.mark.parametrize(
    "secret",
    [
        TOKEN,
        "sk_live_51NxYzAbCdEf",
        "rk_test_51NxYzAbCdEf",
        "whsec_5f0c9d1e2a",
        "pi_3NxYz_secret_a1b2c3",
        "https://checkout.stripe.com/c/pay/cs_test_a1b2#fid",
        "https://connect.stripe.com/setup/e/acct_1/Xy12",
        "http://127.0.0.1:9002/c/pay/cs_test_a1b2",
        "https://pay.campus.example/c/pay/cs_live_a1b2#x",
        "campusg:s3cret-password",
    ],
)
def test_a_secret_is_hidden_wherever_it_stands(secret: str) -> None:
    url = f"postgresql://{secret}@host/db" if secret.startswith("campusg:") else f"https://host/bot{secret}/send"
    for line in (f"before {secret} after", f'{{"url": "{url}"}}') if "campusg:" not in secret else (url,):
        assert secret not in redact_text(line), line
        assert HIDDEN in redact_text(line)


def test_links_that_admit_people_are_hidden_and_other_addresses_stay() -> None:
    assert redact_text("https://t.me/somebot?start=INVITE_3") == f"https://t.me/somebot?start={HIDDEN}"
    assert redact_text("https://t.me/+AbCd_12") == f"https://t.me/+{HIDDEN}"
    assert (
        redact_text("http://127.0.0.1:8080/ready 2026-11-29T10:11:12")
        == "http://127.0.0.1:8080/ready 2026-11-29T10:11:12"
    )


@pytest.mark.parametrize(
    "code", ["int(words)", "float(words)", "{}[words]", "json.loads(words)", "bytes.fromhex(words)", "'a'.index(words)"]
)
def test_errors_of_python_do_not_repeat_the_words_they_are_about(code: str) -> None:
    with pytest.raises((ValueError, KeyError)) as raised:
        eval(code, {"words": WORDS, "json": json})
    assert WORDS not in describe_error(raised.value)


def test_an_error_of_pydantic_says_where_and_what_but_not_the_value() -> None:
    class Message(BaseModel):
        date: int

    with pytest.raises(ValidationError) as raised:
        Message.model_validate({"date": WORDS})
    assert WORDS in str(raised.value)
    assert describe_error(raised.value) == "ValidationError: date int_parsing"


@pytest.mark.parametrize(
    "statement",
    ["SELECT CAST(CAST(:words AS text) AS integer)", "INSERT INTO pg_temp.noted VALUES (1, :words), (1, :words)"],
)
async def test_an_error_of_postgres_does_not_repeat_rows_and_parameters(postgres_url: str, statement: str) -> None:
    engine = create_database_engine(postgres_url)
    try:
        async with engine.connect() as connection:
            await connection.execute(text("CREATE TEMPORARY TABLE noted (id integer PRIMARY KEY, words text UNIQUE)"))
            with pytest.raises(DBAPIError) as raised:
                await connection.execute(text(statement), {"words": WORDS})
    finally:
        await engine.dispose()
    for shown in (describe_error(raised.value), format_traceback(raised.value)):
        assert WORDS not in shown
    assert "sqlalchemy" in format_traceback(raised.value)
    assert "(22P02)" in describe_error(raised.value) or "(23505)" in describe_error(raised.value)


def test_a_traceback_names_each_line_cause_and_part_without_their_messages() -> None:
    try:
        try:
            int(WORDS)
        except ValueError as error:
            raise ExceptionGroup(
                "several", [RuntimeError(f"at {TOKEN}"), LookupError("order 5 has no hold")]
            ) from error
    except ExceptionGroup as group:
        shown, full = format_traceback(group), "".join(traceback.format_exception(group))
    assert WORDS in full
    assert TOKEN in full
    assert WORDS not in shown
    assert TOKEN not in shown
    for said in ("int(WORDS)", "ValueError: ", "2 errors", f"RuntimeError: at {HIDDEN}", "order 5 has no hold"):
        assert said in shown
