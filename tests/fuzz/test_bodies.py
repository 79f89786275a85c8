"""What reaches the door as bytes: an update, an event, or nothing of ours; what is kept can be kept."""

import hashlib
import hmac
import json
import time

from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.arrivals import Unintelligible, arrival_of, place_of, tap_of
from bot.gateway import FORGERIES, read_event
from domain.store.inbox import Arrival
from tests.fuzz.counts import tried
from tests.fuzz.depth import rounds
from tests.fuzz.wild import ANY_JSON, ANY_TEXT, Json, almost, broken

SECRETS = ("whsec_older", "whsec_newer")
DEPTH = settings(max_examples=rounds(150, 12_000), deadline=None)
MEI = {"id": 10_001, "is_bot": False, "first_name": "Mei", "language_code": "en"}
CHAT = {"id": 10_001, "type": "private", "first_name": "Mei"}
WRITTEN = {"message_id": 7, "date": 1, "chat": CHAT, "from": MEI, "text": "/start abc"}
TAPPED = {"id": "9", "from": MEI, "chat_instance": "1", "data": "v1:home:0:1", "message": WRITTEN}
UPDATES = [{"update_id": 1, "message": WRITTEN}, {"update_id": 1, "callback_query": TAPPED}]
EVENT = {
    "id": "evt_1",
    "object": "event",
    "type": "payment_intent.succeeded",
    "livemode": False,
    "account": "acct_1",
    "data": {"object": {"id": "pi_1", "object": "payment_intent"}},
}


@DEPTH
@given(body=st.one_of([broken(each) for each in UPDATES]) | ANY_JSON)
@example(body={"update_id": 1, "message": {**WRITTEN, "\x00\ud800": 1}})
@example(body={"update_id": 1, "message": {**WRITTEN, "date": float("nan")}})
@example(body={"update_id": 1, "message": {**WRITTEN, "message_id": 2**63}})
@example(body={"update_id": 2**63, "message": WRITTEN})
@example(body={"update_id": True, "message": WRITTEN})
def test_a_telegram_body_is_an_arrival_or_unintelligible(body: Json) -> None:
    tried("Telegram bodies")
    read = json.loads(json.dumps(body))
    try:
        arrival = arrival_of(1, read)
    except Unintelligible:
        return
    if arrival is not None:
        _require_storable(arrival)
        place_of(arrival.payload)
        tap_of(arrival.payload)


def _require_storable(arrival: Arrival) -> None:
    """Postgres takes it: numbers of eight bytes, text without NUL and half characters, no NaN."""
    for number in (arrival.update_id, arrival.person_id or 0):
        assert type(number) is int
        assert -(2**63) <= number < 2**63
    kept = json.dumps(arrival.payload, ensure_ascii=False, allow_nan=False)
    assert "\\u0000" not in kept
    kept.encode()


SIGNATURES = st.sampled_from(["right", "old", "future", "wrong", "none", "wild", "schemeless", "stale and right"])


@DEPTH
@given(
    body=broken(EVENT) | ANY_JSON, how=SIGNATURES, wild=almost(st.just("t=1,v1=00")) | ANY_TEXT, cut=st.integers(0, 9)
)
def test_a_stripe_body_is_a_genuine_event_or_a_forgery(body: Json, how: str, wild: str, cut: int) -> None:
    tried(f"Stripe bodies, signature {how}")
    raw = json.dumps(body).encode()
    raw = raw if cut else raw[: len(raw) // 2]
    try:
        event = read_event(raw, _header(raw, how, wild), SECRETS, live=False)
    except FORGERIES:
        return
    assert how in ("right", "stale and right")
    assert event["livemode"] is False
    assert event["id"]
    assert json.loads(raw)["id"]
    json.dumps(event, ensure_ascii=False, allow_nan=False).encode()


def _header(raw: bytes, how: str, wild: str) -> str | None:
    now = int(time.time())
    match how:
        case "right":
            return _signed(raw, SECRETS[1], now)
        case "stale and right":  # rotated: two signatures under one stamp
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
