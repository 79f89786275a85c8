"""The door: who may bring updates and events, what is kept, and what operators see."""

import hashlib
import hmac
import json
import time
from io import BytesIO

import pytest

from bot.gateway import FORGERIES, read_event
from domain.store.schema import stripe_event, telegram_update
from tests.bot.founding import CONNECT_SECRET, SECRET, STRIPE_SECRET
from tests.bot.stage import Json, Stage, dumped

HEADER = "X-Telegram-Bot-Api-Secret-Token"


def event(event_id: str, **more: Json) -> Json:
    """A Stripe event."""
    return {"id": event_id, "object": "event", "type": "charge.captured", "livemode": False, "data": {}} | more


def signed(body: bytes, secret: str = STRIPE_SECRET, *, at: float | None = None) -> dict[str, str]:
    """The header Stripe sends with this body."""
    stamp = int(time.time() if at is None else at)
    mac = hmac.new(secret.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
    return {"Stripe-Signature": f"t={stamp},v1={mac}"}


async def post(stage: Stage, path: str, body: bytes, headers: dict[str, str]) -> int:
    """The status of a call of the door."""
    async with stage.session.post(f"{stage.door}{path}", data=BytesIO(body), headers=headers) as response:
        return response.status


async def known(stage: Stage, event_id: str) -> int:
    """How many rows there are of an event."""
    return len(await stage.rows(stripe_event, stripe_event.c.id == event_id))


async def test_a_genuine_event_is_kept_once_however_often_it_comes(stage: Stage) -> None:
    body = dumped(event("evt_once"))
    for _ in range(3):
        assert await post(stage, "/stripe", body, signed(body)) == 200
    assert await known(stage, "evt_once") == 1


async def test_only_events_a_saga_may_wait_for_are_left_to_a_worker(stage: Stage) -> None:
    for kind, left in (
        ("payment_intent.succeeded", True),
        ("checkout.session.completed", True),
        ("payout.paid", False),
    ):
        body = dumped(event(f"evt_{kind}", type=kind))
        assert await post(stage, "/stripe", body, signed(body)) == 200
        (row,) = await stage.rows(stripe_event, stripe_event.c.id == f"evt_{kind}")
        assert (row["handled_at"] is None) is left


async def test_every_secret_of_both_lists_opens(stage: Stage) -> None:
    for number, secret in enumerate(("whsec_older", STRIPE_SECRET, CONNECT_SECRET)):
        body = dumped(event(f"evt_secret_{number}", account="acct_1"))
        assert await post(stage, "/stripe", body, signed(body, secret)) == 200
        (row,) = await stage.rows(stripe_event, stripe_event.c.id == f"evt_secret_{number}")
        assert row["account"] == "acct_1"


async def test_of_several_signatures_one_right_one_is_enough(stage: Stage) -> None:
    """While a secret is rotated Stripe signs with both."""
    body = dumped(event("evt_several"))
    stamp, _, right = signed(body)["Stripe-Signature"].partition(",")
    wrong = f"v1={'0' * 64}"
    assert await post(stage, "/stripe", body, {"Stripe-Signature": ",".join((stamp, wrong, wrong))}) == 400
    assert await known(stage, "evt_several") == 0
    for signatures in ((wrong, right), (right, wrong), (f"v0={'0' * 64}", right)):
        assert await post(stage, "/stripe", body, {"Stripe-Signature": ",".join((stamp, *signatures))}) == 200
    assert await known(stage, "evt_several") == 1


def test_without_a_secret_nothing_is_genuine() -> None:
    """Not even what is signed with no secret at all."""
    body = dumped(event("evt_open"))
    for secrets in ((), ("",)):
        with pytest.raises(FORGERIES):
            read_event(body, signed(body, "")["Stripe-Signature"], secrets, live=False)


async def test_a1_forged_events_are_refused_and_leave_nothing(stage: Stage) -> None:
    body = dumped(event("evt_forged"))
    good = signed(body)
    forgeries: list[dict[str, str]] = [
        {},
        {"Stripe-Signature": ""},
        {"Stripe-Signature": "t=1,v1=00"},
        {"Stripe-Signature": "nonsense"},
        {"Stripe-Signature": good["Stripe-Signature"].replace("v1=", "v0=")},
        {"Stripe-Signature": good["Stripe-Signature"] + "é"},
        signed(body, "whsec_other"),
        signed(body + b" "),
        signed(body, at=time.time() - 400),
        signed(body, at=time.time() + 400),
    ]
    for headers in forgeries:
        assert await post(stage, "/stripe", body, headers) == 400, headers
    assert await known(stage, "evt_forged") == 0


async def test_an_event_of_the_other_world_is_refused(stage: Stage) -> None:
    body = dumped(event("evt_live", livemode=True))
    assert await post(stage, "/stripe", body, signed(body)) == 400
    assert await known(stage, "evt_live") == 0


async def test_signed_nonsense_is_refused(stage: Stage) -> None:
    for body in (
        b"", b"[]", b"null", b"{", b"\xff\xfe", b"{}", b'"event"', b"1" * 5000,
        dumped(event("evt_thin", object="v2.core.event")),
        dumped(event("")),
        dumped({**event("evt_typeless"), "type": None}),
        b"[" * 100_000,
    ):  # fmt: skip
        assert await post(stage, "/stripe", body, signed(body)) == 400, body[:40]


async def test_characters_that_postgres_refuses_stop_neither_event_nor_update(stage: Stage) -> None:
    mei = await stage.somebody()
    odd = "a\x00b\ud800c"
    body = dumped(event("evt_odd", note=[odd]))
    assert await post(stage, "/stripe", body, signed(body)) == 200
    (row,) = await stage.rows(stripe_event, stripe_event.c.id == "evt_odd")
    assert row["payload"]["note"] == ["ab?c"]
    assert await post(stage, "/telegram/north", dumped(_update(9_000_003, mei.id, odd)), {HEADER: SECRET}) == 200
    assert "I did not understand" in await mei.text()


async def test_a_body_over_a_mebibyte_is_refused(stage: Stage) -> None:
    body = dumped(event("evt_big", note="x" * 1_100_000))
    assert await post(stage, "/stripe", body, signed(body)) == 413
    assert await post(stage, "/telegram/north", body, {HEADER: SECRET}) == 413


async def test_a1_an_update_without_the_secret_is_refused_and_not_kept(stage: Stage) -> None:
    mei = await stage.somebody()
    body = dumped(_update(9_000_001, mei.id, "/start"))
    for secret in ("", "letters", SECRET + "x", SECRET.upper(), "é"):
        assert await post(stage, "/telegram/north", body, {HEADER: secret}) == 401
    assert await post(stage, "/telegram/north", body, {}) == 401
    assert await stage.rows(telegram_update, telegram_update.c.update_id == 9_000_001) == []
    assert await post(stage, "/telegram/north", body, {HEADER: SECRET}) == 200
    assert len(await stage.rows(telegram_update, telegram_update.c.update_id == 9_000_001)) == 1


async def test_an_update_for_a_campus_there_is_not_is_refused(stage: Stage) -> None:
    assert await post(stage, "/telegram/east", dumped({"update_id": 1}), {HEADER: SECRET}) == 404


async def test_what_is_no_update_is_refused(stage: Stage) -> None:
    for body in (b"", b"[]", b"{", b"{}", b'{"update_id":"1"}', b"null", b"[" * 100_000):
        assert await post(stage, "/telegram/north", body, {HEADER: SECRET}) == 400, body[:40]


async def test_talk_in_groups_is_not_even_written_down(stage: Stage) -> None:
    mei = await stage.somebody()
    update = _update(9_000_002, mei.id, "nice weather")
    update["message"]["chat"] = {"id": stage.groups["north"], "type": "supergroup", "title": "Runners"}
    assert await post(stage, "/telegram/north", dumped(update), {HEADER: SECRET}) == 200
    assert await stage.rows(telegram_update, telegram_update.c.update_id == 9_000_002) == []


async def test_health_readiness_and_numbers(stage: Stage) -> None:
    await stage.somebody()
    for path in ("/health", "/ready"):
        async with stage.session.get(f"{stage.door}{path}") as response:
            assert response.status == 200, path
    async with stage.session.get(f"{stage.door}/metrics") as response:
        text = await response.text()
    lines = dict(line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))
    assert float(lines["campusg_bot_updates_handled_total"]) > 0
    assert float(lines["campusg_bot_handling_seconds_count"]) > 0


async def test_commands_and_webhook_are_set_at_telegram(stage: Stage) -> None:
    async with stage.session.post(f"{stage.telegram}/bot7001:north/getWebhookInfo") as response:
        info = (await response.json())["result"]
    assert info["url"] == f"{stage.door}/telegram/north"
    bots = await stage.sim("bots", "GET")
    assert "orders" in json.dumps([bot["commands"] for bot in bots])


def _update(update_id: int, person: int, text: str) -> Json:
    sender = {"id": person, "is_bot": False, "first_name": "Mei"}
    chat = {"id": person, "type": "private", "first_name": "Mei"}
    message = {"message_id": 1, "date": 1, "chat": chat, "from": sender, "text": text}
    return {"update_id": update_id, "message": message}
