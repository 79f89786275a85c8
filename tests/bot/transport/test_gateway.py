"""The HTTP gateway: who may post updates and events, what is stored, and what operators see."""

import hashlib
import hmac
import json
import time
from io import BytesIO

import pytest

from bot.transport.webhook_server import FORGED_EVENT_ERRORS, parse_stripe_event
from domain.database.clock import ProcessClock
from domain.inbox.tables import stripe_event, telegram_update
from tests.cases import case
from tests.stack.bot_stack import (
    CONNECT_SECRET,
    NORTH,
    OLDER_STRIPE_SECRET,
    SECRET,
    STRIPE_SECRET,
    BotStack,
    Json,
    json_bytes,
)
from tests.stack.raw_updates import message_content

HEADER = "X-Telegram-Bot-Api-Secret-Token"


def event_body(event_id: str, **more: Json) -> Json:
    return {"id": event_id, "object": "event", "type": "charge.captured", "livemode": False, "data": {}} | more


def signature_header(body: bytes, secret: str = STRIPE_SECRET, *, at: float | None = None) -> dict[str, str]:
    """The header Stripe sends with this body."""
    stamp = int(time.time() if at is None else at)
    mac = hmac.new(secret.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
    return {"Stripe-Signature": f"t={stamp},v1={mac}"}


async def post_to_gateway(stack: BotStack, path: str, body: bytes, headers: dict[str, str]) -> int:
    """Post to the gateway and return the status."""
    async with stack.http.post(f"{stack.gateway_url}{path}", data=BytesIO(body), headers=headers) as response:
        return response.status


async def count_events(stack: BotStack, event_id: str) -> int:
    """The number of stored rows of an event."""
    return len(await stack.rows(stripe_event, stripe_event.c.id == event_id))


@case(33)
async def test_a_genuine_event_is_kept_once_however_often_it_comes(stack: BotStack) -> None:
    body = json_bytes(event_body("evt_once"))
    for _ in range(3):
        assert await post_to_gateway(stack, "/stripe", body, signature_header(body)) == 200
    assert await count_events(stack, "evt_once") == 1


async def test_only_events_a_saga_may_wait_for_are_left_to_a_worker(stack: BotStack) -> None:
    for kind, left in (
        ("payment_intent.succeeded", True),
        ("checkout.session.completed", True),
        ("transfer.updated", False),
    ):
        body = json_bytes(event_body(f"evt_{kind}", type=kind))
        assert await post_to_gateway(stack, "/stripe", body, signature_header(body)) == 200
        (row,) = await stack.rows(stripe_event, stripe_event.c.id == f"evt_{kind}")
        assert (row["handled_at"] is None) is left


async def test_every_secret_of_both_lists_is_accepted(stack: BotStack) -> None:
    for number, secret in enumerate((OLDER_STRIPE_SECRET, STRIPE_SECRET, CONNECT_SECRET)):
        body = json_bytes(event_body(f"evt_secret_{number}", account="acct_1"))
        assert await post_to_gateway(stack, "/stripe", body, signature_header(body, secret)) == 200
        (row,) = await stack.rows(stripe_event, stripe_event.c.id == f"evt_secret_{number}")
        assert row["account"] == "acct_1"


@case(37)
async def test_of_several_signatures_one_right_one_is_enough(stack: BotStack) -> None:
    """While a secret is rotated, Stripe signs with the old one and the new one."""
    body = json_bytes(event_body("evt_several"))
    stamp, _, right = signature_header(body)["Stripe-Signature"].partition(",")
    wrong = f"v1={'0' * 64}"
    assert await post_to_gateway(stack, "/stripe", body, {"Stripe-Signature": ",".join((stamp, wrong, wrong))}) == 400
    assert await count_events(stack, "evt_several") == 0
    for signatures in ((wrong, right), (right, wrong), (f"v0={'0' * 64}", right)):
        assert (
            await post_to_gateway(stack, "/stripe", body, {"Stripe-Signature": ",".join((stamp, *signatures))}) == 200
        )
    assert await count_events(stack, "evt_several") == 1


@case(37)
def test_without_a_secret_nothing_is_genuine() -> None:
    """A signature made with an empty secret is refused too."""
    body = json_bytes(event_body("evt_open"))
    for secrets in ((), ("",)):
        with pytest.raises(FORGED_EVENT_ERRORS):
            parse_stripe_event(body, signature_header(body, "")["Stripe-Signature"], secrets, clock=ProcessClock())


@case(37, 55)
async def test_a1_forged_events_are_refused_and_leave_nothing(stack: BotStack) -> None:
    body = json_bytes(event_body("evt_forged"))
    good = signature_header(body)
    forgeries: list[dict[str, str]] = [
        {},
        {"Stripe-Signature": ""},
        {"Stripe-Signature": "t=1,v1=00"},
        {"Stripe-Signature": "nonsense"},
        {"Stripe-Signature": good["Stripe-Signature"].replace("v1=", "v0=")},
        {"Stripe-Signature": good["Stripe-Signature"] + "é"},
        signature_header(body, "whsec_other"),
        signature_header(body + b" "),
        signature_header(body, at=time.time() - 400),
        signature_header(body, at=time.time() + 400),
    ]
    for headers in forgeries:
        assert await post_to_gateway(stack, "/stripe", body, headers) == 400, headers
    assert await count_events(stack, "evt_forged") == 0


@case(37, 58)
async def test_a_genuine_event_of_the_other_mode_is_dropped_and_counted(stack: BotStack) -> None:
    """Stripe disables an endpoint that refuses, and sends test events of connected accounts to live ones too."""
    body = json_bytes(event_body("evt_live", livemode=True))
    assert await post_to_gateway(stack, "/stripe", body, signature_header(body)) == 200
    assert await post_to_gateway(stack, "/stripe", body, signature_header(body, "whsec_other")) == 400
    assert await count_events(stack, "evt_live") == 0
    async with stack.http.get(f"{stack.gateway_url}/metrics") as answer:
        assert "campusg_bot_stripe_events_of_other_mode_total 1.0" in await answer.text()


@case(37)
async def test_signed_nonsense_is_refused(stack: BotStack) -> None:
    for body in (
        b"", b"[]", b"null", b"{", b"\xff\xfe", b"{}", b'"event"', b"1" * 5000,
        json_bytes(event_body("evt_thin", object="v2.core.event")),
        json_bytes(event_body("")),
        json_bytes({**event_body("evt_typeless"), "type": None}),
        b"[" * 100_000,
    ):  # fmt: skip
        assert await post_to_gateway(stack, "/stripe", body, signature_header(body)) == 400, body[:40]


async def test_characters_that_postgres_refuses_stop_neither_event_nor_update(stack: BotStack) -> None:
    mei = await stack.add_person()
    odd = "a\x00b\ud800c"
    body = json_bytes(event_body("evt_odd", note=[odd]))
    assert await post_to_gateway(stack, "/stripe", body, signature_header(body)) == 200
    (row,) = await stack.rows(stripe_event, stripe_event.c.id == "evt_odd")
    assert row["payload"]["note"] == ["ab?c"]
    assert (
        await post_to_gateway(stack, "/telegram/north", json_bytes(_update(9_000_003, mei.id, odd)), {HEADER: SECRET})
        == 200
    )
    await stack.wait_until_idle()
    assert "I did not understand" in await mei.text()


@case(37)
async def test_a_body_over_a_mebibyte_is_refused(stack: BotStack) -> None:
    body = json_bytes(event_body("evt_big", note="x" * 1_100_000))
    assert await post_to_gateway(stack, "/stripe", body, signature_header(body)) == 413
    assert await post_to_gateway(stack, "/telegram/north", body, {HEADER: SECRET}) == 413


async def test_a1_an_update_without_the_secret_is_refused_and_not_kept(stack: BotStack) -> None:
    mei = await stack.add_person()
    body = json_bytes(_update(9_000_001, mei.id, "/start"))
    for secret in ("", "letters", SECRET + "x", SECRET.upper(), "é"):
        assert await post_to_gateway(stack, "/telegram/north", body, {HEADER: secret}) == 401
    assert await post_to_gateway(stack, "/telegram/north", body, {}) == 401
    assert await stack.rows(telegram_update, telegram_update.c.update_id == 9_000_001) == []
    assert await post_to_gateway(stack, "/telegram/north", body, {HEADER: SECRET}) == 200
    assert len(await stack.rows(telegram_update, telegram_update.c.update_id == 9_000_001)) == 1


async def test_an_update_for_an_unknown_campus_is_refused(stack: BotStack) -> None:
    assert await post_to_gateway(stack, "/telegram/east", json_bytes({"update_id": 1}), {HEADER: SECRET}) == 404


async def test_what_is_no_update_is_refused(stack: BotStack) -> None:
    for body in (b"", b"[]", b"{", b"{}", b'{"update_id":"1"}', b"null", b"[" * 100_000):
        assert await post_to_gateway(stack, "/telegram/north", body, {HEADER: SECRET}) == 400, body[:40]


async def test_messages_of_groups_are_not_stored(stack: BotStack) -> None:
    mei = await stack.add_person()
    update = _update(9_000_002, mei.id, "nice weather")
    update["message"]["chat"] = {"id": stack.groups["north"], "type": "supergroup", "title": "Runners"}
    assert await post_to_gateway(stack, "/telegram/north", json_bytes(update), {HEADER: SECRET}) == 200
    assert await stack.rows(telegram_update, telegram_update.c.update_id == 9_000_002) == []


async def test_health_readiness_and_metrics(stack: BotStack) -> None:
    await stack.add_person()
    for path in ("/health", "/ready"):
        async with stack.http.get(f"{stack.gateway_url}{path}") as response:
            assert response.status == 200, path
    async with stack.http.get(f"{stack.gateway_url}/metrics") as response:
        text = await response.text()
    lines = dict(line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))
    assert float(lines["campusg_bot_updates_handled_total"]) > 0
    assert float(lines["campusg_bot_handling_seconds_count"]) > 0


async def test_commands_and_webhook_are_set_at_telegram(stack: BotStack) -> None:
    info = await stack.call_telegram(NORTH[1], "getWebhookInfo")
    assert info["url"] == f"{stack.gateway_url}/telegram/north"
    bots = await stack.control_telegram("bots", "GET")
    assert "orders" in json.dumps([bot["commands"] for bot in bots])


def _update(update_id: int, person: int, text: str) -> Json:
    return {"update_id": update_id, **message_content(person, text=text)}
