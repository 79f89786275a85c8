"""Tests of the form of a `Stripe-Signature` header, before anything is computed."""

import time

import pytest

from bot.transport.signature_header import MAX_HEADER_LENGTH, find_signing_time
from bot.transport.webhook_server import SIGNATURE_TOLERANCE_SECONDS, find_implausible
from domain.database.clock import ProcessClock
from tests.bot.transport.test_gateway import signature_header
from webserver.http_refusals import HttpRefusal

HEX = "0123456789abcdef" * 4


@pytest.mark.parametrize(
    "header",
    [f"t=1700000000,v1={HEX}", f"t=1700000000, v1={HEX}, v1={HEX},v0=x", f"v0=x,v1=short,v1={HEX},t=1700000000"],
)
def test_a_time_and_a_signature_are_found_in_any_order(header: str) -> None:
    assert find_signing_time(header) == 1_700_000_000


@pytest.mark.parametrize(
    "header",
    [
        "",
        "t=1700000000",
        f"v1={HEX}",
        f"t=,v1={HEX}",
        f"t=-5,v1={HEX}",
        f"t=1e9,v1={HEX}",
        f"t=١٢٣,v1={HEX}",
        f"t={'9' * 13},v1={HEX}",
        f"t=1700000000,t=1700000000,v1={HEX}",
        f"t=1700000000,v1={HEX[:-1]}",
        f"t=1700000000,v1={HEX}0",
        f"t=1700000000,v1={HEX.upper()}",
        f"t=1700000000,v0={HEX}",
        f"t=1700000000;v1={HEX}",
        f"t=1700000000,v1={HEX}," + "v1=" * (MAX_HEADER_LENGTH // 3),
    ],
)
def test_what_stripe_cannot_have_sent_is_not_plausible(header: str) -> None:
    assert find_signing_time(header) is None
    assert find_implausible(header, ProcessClock()) is HttpRefusal.SIGNATURE_IMPLAUSIBLE


def implausible_at(age: float, *, clock_ahead: float = 0, known_ahead: float = 0) -> HttpRefusal | None:
    """Why a signature of this age is refused by a clock that is so far ahead, as far as the process knows it."""
    header = signature_header(b"{}", at=time.time() - age)["Stripe-Signature"]
    return find_implausible(header, ProcessClock(read=lambda: time.time() + clock_ahead, ahead=known_ahead))


def test_a_signature_is_plausible_within_the_tolerance_only() -> None:
    assert implausible_at(0) is None
    for age in (-SIGNATURE_TOLERANCE_SECONDS - 60, SIGNATURE_TOLERANCE_SECONDS + 60):
        assert implausible_at(age) is HttpRefusal.SIGNATURE_OF_ANOTHER_TIME
    assert find_implausible(None, ProcessClock()) is HttpRefusal.SIGNATURE_IMPLAUSIBLE


@pytest.mark.parametrize("off", [-2 * SIGNATURE_TOLERANCE_SECONDS, 2 * SIGNATURE_TOLERANCE_SECONDS])
def test_a_clock_that_is_off_refuses_no_event_once_it_was_compared_with_the_database(off: float) -> None:
    assert implausible_at(0, clock_ahead=off) is HttpRefusal.SIGNATURE_OF_ANOTHER_TIME
    assert implausible_at(0, clock_ahead=off, known_ahead=off) is None
    assert implausible_at(0, known_ahead=off) is None, "when it is the database's clock that is off"
    assert implausible_at(SIGNATURE_TOLERANCE_SECONDS + 60, clock_ahead=abs(off), known_ahead=abs(off)) is not None
