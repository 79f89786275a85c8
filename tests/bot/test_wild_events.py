"""Wild, stale, forged and misdirected Stripe events: the door keeps the genuine ones, none of them moves anything."""

import asyncio
import json
import time
from collections.abc import Mapping
from random import Random

from domain.store.schema import hold, stripe_event
from tests.bot.flood import facts
from tests.bot.founding import CONNECT_SECRET, STRIPE_SECRET
from tests.bot.matrix import Scene, set_scene
from tests.bot.stage import Json, Stage
from tests.bot.test_gateway import known, post, signed
from tests.bot.test_wild_updates import THEIRS
from tests.fuzz.counts import tried
from tests.fuzz.depth import SEED, rounds
from tests.fuzz.mutation import mutated
from workers.hints import read_hints
from workers.stripe_gateway import open_client
from workers.workshop import Workshop

MANY = rounds(60, 2_000)
KINDS = (
    *("payment_intent.succeeded", "payment_intent.canceled", "payment_intent.amount_capturable_updated"),
    *("checkout.session.completed", "account.updated", "account.application.deauthorized", "payout.failed"),
    *("charge.refunded", "charge.dispute.created", "charge.dispute.closed", "refund.updated", "refund.failed"),
    *("transfer.reversed", "invoice.of_next_year"),
)
OBJECTS = ("payment_intent", "checkout.session", "account", "payout", "charge", "dispute", "refund", "application", "x")
FORGED = ("unsigned", "wrong secret", "old", "future", "other world", "truncated", "no event", "changed after signing")
# Late news may start a saga that looks for itself, and nothing else.
UNMOVED = {name: query for name, query in THEIRS.items() if name not in ("saga", "push", "event")}
LOOKS = "SELECT DISTINCT kind FROM saga WHERE strpos(name, 'evt_wild_') > 0"


class Post:
    """What Stripe, or somebody who would be Stripe, sends."""

    def __init__(self, rng: Random, numbers: list[str]) -> None:
        self.rng, self.numbers = rng, numbers

    def event(self, number: int) -> Json:
        """An event about something of ours, or of nobody's."""
        about: Json = {"id": self.rng.choice(self.numbers), "object": self.rng.choice(OBJECTS)}
        about |= {"status": self.rng.choice(("succeeded", "failed", "canceled", "requires_capture", "lost"))}
        about |= {"payment_intent": self.rng.choice(self.numbers), "charge": self.rng.choice(self.numbers)}
        about |= {"capabilities": {"transfers": self.rng.choice(("active", "inactive"))}, "amount": 1}
        whole: Json = {"id": f"evt_wild_{number}", "object": "event", "type": self.rng.choice(KINDS), "livemode": False}
        whole["data"] = {"object": about}
        if self.rng.random() < 0.5:
            whole["account"] = self.rng.choice(("acct_of_nobody", "acct_1", *self.numbers))
        if self.rng.random() < 0.4:
            inner = mutated(self.rng, {"update_id": 0, "data": whole["data"], "account": whole.get("account")}, KINDS)
            whole |= {"data": inner.get("data"), "account": inner.get("account")}
        return whole

    def forged(self, number: int) -> tuple[str, bytes, Mapping[str, str]]:
        """One that must not come in, for one reason."""
        how, whole = self.rng.choice(FORGED), self.event(number)
        changes: Mapping[str, Json] = {"other world": {"livemode": True}, "no event": {"object": "v2.core.event"}}
        body = json.dumps(whole | changes.get(how, {})).encode()
        body = body[: len(body) // 2] if how == "truncated" else body
        match how:
            case "unsigned":
                return how, body, {}
            case "wrong secret":
                return how, body, signed(body, "whsec_of_somebody")
            case "old" | "future":
                return how, body, signed(body, at=time.time() + (400 if how == "future" else -400))
            case "changed after signing":
                return how, body + b" ", signed(body)
            case _:
                return how, body, signed(body)


async def test_no_event_moves_anything_and_no_forged_one_is_even_kept(stage: Stage) -> None:
    scene = await set_scene(stage)
    who = {"customer": scene.customer, "runner": scene.runner}
    before = await facts(stage, UNMOVED, **who)
    sender = Post(Random(SEED), await _numbers(stage, scene))
    for number in range(MANY):
        how, body, headers = sender.forged(number)
        tried(f"Stripe events at the door, {how}")
        assert await post(stage, "/stripe", body, dict(headers)) == 400, (SEED, how, body)
        assert await known(stage, f"evt_wild_{number}") == 0
        await _genuine(stage, sender, number)
    await _all_read(stage)
    assert await facts(stage, UNMOVED, **who) == before, SEED
    looks = await facts(stage, {"looks": LOOKS})
    assert set(looks["looks"]) <= {"('check_refund',)", "('follow_dispute',)", "('follow_account',)"}, SEED


async def _genuine(stage: Stage, sender: Post, number: int) -> None:
    """Signed with a secret of ours; twice, as Stripe may."""
    body = json.dumps(sender.event(number)).encode()
    headers = signed(body, sender.rng.choice((STRIPE_SECRET, CONNECT_SECRET)))
    tried("Stripe events at the door, genuine and wild")
    statuses = {await post(stage, "/stripe", body, headers) for _ in range(2)}
    assert statuses in ({200}, {400}), (SEED, body)
    assert await known(stage, f"evt_wild_{number}") == (statuses == {200})


async def _all_read(stage: Stage) -> None:
    """A worker reads them, each until it is understood or given up."""
    stripe = open_client("sk_test_wild", "http://127.0.0.1:9")
    workshop = Workshop(database=stage.work, stripe=stripe, name="wild", room=asyncio.Semaphore(1))
    for _ in range(6 + MANY // 100):
        await read_hints(workshop, 1_000)
    await stripe.close()
    wild = stripe_event.c.id.like("evt_wild_%")
    assert await stage.rows(stripe_event, wild, stripe_event.c.handled_at.is_(None)) == []


async def _numbers(stage: Stage, scene: Scene) -> list[str]:
    """What Stripe calls our things, and what it does not."""
    held = await stage.rows(hold, hold.c.order_id.in_(scene.orders.values()))
    return [*(str(row["payment_intent"]) for row in held), "pi", "acct_1", "re_1", "cs_1", "dp_1", "ch_1", ""]
