"""Tests of the form of a `Stripe-Signature` header, before anything is computed."""

import time

import pytest

from bot.transport.http_limits.signature_header import MAX_HEADER_LENGTH, find_signing_time
from bot.transport.webhook_server import SIGNATURE_TOLERANCE_SECONDS, is_plausible
from tests.bot.transport.test_gateway import signature_header

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
    assert not is_plausible(header)


def test_a_signature_is_plausible_within_the_tolerance_only() -> None:
    now = time.time()
    assert is_plausible(signature_header(b"{}")["Stripe-Signature"])
    for age in (-SIGNATURE_TOLERANCE_SECONDS - 60, SIGNATURE_TOLERANCE_SECONDS + 60):
        assert not is_plausible(signature_header(b"{}", at=now - age)["Stripe-Signature"])
    assert not is_plausible(None)
