"""Tests of request bodies: an update, an event, or neither; what is stored can be stored in Postgres."""

import hashlib
import hmac
import json
import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.transport.update_payload import InvalidUpdate, find_reply_target, find_tap, parse_update
from bot.transport.webhook_server import FORGED_EVENT_ERRORS, parse_stripe_event
from domain.database.clock import ProcessClock
from domain.inbox.repository import IncomingUpdate
from tests.fuzz.fuzz_depth import iterations
from tests.fuzz.input_counts import count_inputs
from tests.fuzz.input_strategies import ANY_JSON, ANY_TEXT, Json, broken_json, nearly_valid

pytestmark = pytest.mark.long

SECRETS = ("whsec_older", "whsec_newer")
FUZZ_SETTINGS = settings(max_examples=iterations(150, 12_000), deadline=None)
MEI = {"id": 10_001, "is_bot": False, "first_name": "Mei", "language_code": "en"}
CHAT = {"id": 10_001, "type": "private", "first_name": "Mei"}
TEXT_MESSAGE = {"message_id": 7, "date": 1, "chat": CHAT, "from": MEI, "text": "/start abc"}
CALLBACK_QUERY = {"id": "9", "from": MEI, "chat_instance": "1", "data": "v1:home:0:1", "message": TEXT_MESSAGE}
UPDATES = [{"update_id": 1, "message": TEXT_MESSAGE}, {"update_id": 1, "callback_query": CALLBACK_QUERY}]
EVENT = {
    "id": "evt_1",
    "object": "event",
    "type": "payment_intent.succeeded",
    "livemode": False,
    "account": "acct_1",
    "data": {"object": {"id": "pi_1", "object": "payment_intent"}},
}


@FUZZ_SETTINGS
@given(body=st.one_of([broken_json(each) for each in UPDATES]) | ANY_JSON)
@example(body={"update_id": 1, "message": {**TEXT_MESSAGE, "\x00\ud800": 1}})
@example(body={"update_id": 1, "message": {**TEXT_MESSAGE, "date": float("nan")}})
@example(body={"update_id": 1, "message": {**TEXT_MESSAGE, "message_id": 2**63}})
@example(body={"update_id": 2**63, "message": TEXT_MESSAGE})
@example(body={"update_id": True, "message": TEXT_MESSAGE})
def test_a_telegram_body_is_an_update_or_unreadable(body: Json) -> None:
    count_inputs("Telegram bodies")
    read = json.loads(json.dumps(body))
    try:
        incoming = parse_update(1, read)
    except InvalidUpdate:
        return
    if incoming is not None:
        _require_storable(incoming)
        find_reply_target(incoming.payload)
        find_tap(incoming.payload)


def _require_storable(incoming: IncomingUpdate) -> None:
    """Fail when Postgres could not store it: only 64-bit numbers, no NUL, no lone surrogates, no NaN."""
    for number in (incoming.update_id, incoming.person_id or 0):
        assert type(number) is int
        assert -(2**63) <= number < 2**63
    kept = json.dumps(incoming.payload, ensure_ascii=False, allow_nan=False)
    assert "\\u0000" not in kept
    kept.encode()


SIGNATURES = st.sampled_from(["right", "old", "future", "wrong", "none", "wild", "schemeless", "right and stale"])


@FUZZ_SETTINGS
@given(
    body=broken_json(EVENT) | ANY_JSON,
    how=SIGNATURES,
    wild=nearly_valid(st.just("t=1,v1=00")) | ANY_TEXT,
    cut=st.integers(0, 9),
)
def test_a_stripe_body_is_a_genuine_event_or_a_forgery(body: Json, how: str, wild: str, cut: int) -> None:
    count_inputs(f"Stripe bodies, signature {how}")
    raw = json.dumps(body).encode()
    raw = raw if cut else raw[: len(raw) // 2]
    try:
        event = parse_stripe_event(raw, _header(raw, how, wild), SECRETS, clock=ProcessClock())
    except FORGED_EVENT_ERRORS:
        return
    assert how in ("right", "right and stale")
    assert event["livemode"] is False
    assert event["id"]
    assert json.loads(raw)["id"]
    json.dumps(event, ensure_ascii=False, allow_nan=False).encode()


def _header(raw: bytes, how: str, wild: str) -> str | None:
    now = int(time.time())
    match how:
        case "right":
            return _signed(raw, SECRETS[1], now)
        case "right and stale":  # while a secret is rotated: two signatures with one timestamp
            return f"{_signed(raw, SECRETS[0], now)},v1=00"
        case "old":
            return _signed(raw, SECRETS[0], now - 3600)
        case "future":
            return _signed(raw, SECRETS[0], now + 3600)
        case "wrong":
            return _signed(raw, "whsec_of_somebody", now)
        case "schemeless":
            return _signed(raw, SECRETS[0], now).replace("v1=", "v0=")
        case "wild":
            return wild
        case _:
            return None


def _signed(raw: bytes, secret: str, at: int) -> str:
    digest = hmac.new(secret.encode(), f"{at}.".encode() + raw, hashlib.sha256).hexdigest()
    return f"t={at},v1={digest}"
