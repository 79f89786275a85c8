"""Random, stale, forged and misdirected Stripe events: only genuine ones are stored, and none moves anything."""

import asyncio
import json
import time
from collections.abc import Mapping
from random import Random

from domain.inbox.tables import stripe_event
from domain.payments.tables import hold
from tests.bot.conversation.permission_setup import MatrixScenario, make_scenario
from tests.bot.transport.test_gateway import count_events, post_to_gateway, signature_header
from tests.bot.transport.test_random_updates import OWNED_ROWS
from tests.bot.transport.update_flood import query_tables
from tests.cases import case
from tests.fuzz.fuzz_depth import SEED, iterations
from tests.fuzz.input_counts import count_inputs
from tests.fuzz.update_mutation import mutate_update
from tests.stack.bot_stack import CONNECT_SECRET, STRIPE_SECRET, BotStack, Json
from workers.engine.worker_context import WorkerContext
from workers.stripe.event_handler import handle_waiting_stripe_events
from workers.stripe.gateway import open_stripe_gateway

EVENT_COUNT = iterations(60, 2_000)
KINDS = (
    *("payment_intent.succeeded", "payment_intent.canceled", "payment_intent.amount_capturable_updated"),
    *("checkout.session.completed", "account.updated", "account.application.deauthorized", "payout.failed"),
    *("charge.refunded", "charge.dispute.created", "charge.dispute.closed", "refund.updated", "refund.failed"),
    *("transfer.reversed", "invoice.of_next_year"),
)
OBJECTS = ("payment_intent", "checkout.session", "account", "payout", "charge", "dispute", "refund", "application", "x")
FORGED = ("unsigned", "wrong secret", "old", "future", "other world", "truncated", "no event", "changed after signing")
# An event may start a saga that checks with Stripe, and may do nothing else.
PROTECTED_ROWS = {
    name: query for name, query in OWNED_ROWS.items() if name not in ("saga", "notification", "event_log")
}
CHECKING_SAGAS_SQL = "SELECT DISTINCT kind FROM saga WHERE strpos(name, 'evt_wild_') > 0"


class EventSender:
    """Builds events as Stripe sends them, and as somebody who imitates Stripe would."""

    def __init__(self, rng: Random, numbers: list[str]) -> None:
        self.rng, self.numbers = rng, numbers

    def event(self, number: int) -> Json:
        """An event about one of our objects, or about an unknown one."""
        about: Json = {"id": self.rng.choice(self.numbers), "object": self.rng.choice(OBJECTS)}
        about |= {"status": self.rng.choice(("succeeded", "failed", "canceled", "requires_capture", "lost"))}
        about |= {"payment_intent": self.rng.choice(self.numbers), "charge": self.rng.choice(self.numbers)}
        about |= {"capabilities": {"transfers": self.rng.choice(("active", "inactive"))}, "amount": 1}
        whole: Json = {"id": f"evt_wild_{number}", "object": "event", "type": self.rng.choice(KINDS), "livemode": False}
        whole["data"] = {"object": about}
        if self.rng.random() < 0.5:
            whole["account"] = self.rng.choice(("acct_of_nobody", "acct_1", *self.numbers))
        if self.rng.random() < 0.4:
            inner = mutate_update(
                self.rng, {"update_id": 0, "data": whole["data"], "account": whole.get("account")}, KINDS
            )
            whole |= {"data": inner.get("data"), "account": inner.get("account")}
        return whole

    def forged(self, number: int) -> tuple[str, bytes, Mapping[str, str]]:
        """An event that must be refused for one reason; returns the reason, the body and the headers."""
        how, whole = self.rng.choice(FORGED), self.event(number)
        changes: Mapping[str, Json] = {"other world": {"livemode": True}, "no event": {"object": "v2.core.event"}}
        body = json.dumps(whole | changes.get(how, {})).encode()
        body = body[: len(body) // 2] if how == "truncated" else body
        match how:
            case "unsigned":
                return how, body, {}
            case "wrong secret":
                return how, body, signature_header(body, "whsec_of_somebody")
            case "old" | "future":
                return how, body, signature_header(body, at=time.time() + (400 if how == "future" else -400))
            case "changed after signing":
                return how, body + b" ", signature_header(body)
            case _:
                return how, body, signature_header(body)


@case(37)
async def test_no_event_moves_anything_and_no_forged_one_is_even_kept(stack: BotStack) -> None:
    scenario = await make_scenario(stack)
    who = {"customer": scenario.customer, "runner": scenario.runner}
    before = await query_tables(stack, PROTECTED_ROWS, **who)
    sender = EventSender(Random(SEED), await _stripe_ids(stack, scenario))
    for number in range(EVENT_COUNT):
        how, body, headers = sender.forged(number)
        count_inputs(f"Stripe events at the door, {how}")
        expected = 200 if how == "other world" else 400  # Stripe would end an endpoint that refuses genuine events
        assert await post_to_gateway(stack, "/stripe", body, dict(headers)) == expected, (SEED, how, body)
        assert await count_events(stack, f"evt_wild_{number}") == 0
        await _send_genuine_events(stack, sender, number)
    await _handle_all_events(stack)
    assert await query_tables(stack, PROTECTED_ROWS, **who) == before, SEED
    looks = await query_tables(stack, {"looks": CHECKING_SAGAS_SQL})
    assert set(looks["looks"]) <= {"('check_refund',)", "('follow_dispute',)", "('follow_account',)"}, SEED


async def _send_genuine_events(stack: BotStack, sender: EventSender, number: int) -> None:
    """Post a genuine event twice, as Stripe may."""
    body = json.dumps(sender.event(number)).encode()
    headers = signature_header(body, sender.rng.choice((STRIPE_SECRET, CONNECT_SECRET)))
    count_inputs("Stripe events at the door, genuine and wild")
    statuses = {await post_to_gateway(stack, "/stripe", body, headers) for _ in range(2)}
    assert statuses in ({200}, {400}), (SEED, body)
    assert await count_events(stack, f"evt_wild_{number}") == (statuses == {200})


async def _handle_all_events(stack: BotStack) -> None:
    """Let a worker handle all events, each until it is handled or becomes a dead letter."""
    stripe = open_stripe_gateway("sk_test_wild", "http://127.0.0.1:9")
    context = WorkerContext(database=stack.work, stripe=stripe, name="wild", saga_slots=asyncio.Semaphore(1))
    for _ in range(6 + EVENT_COUNT // 100):
        await handle_waiting_stripe_events(context, 1_000)
    await stripe.close()
    wild = stripe_event.c.id.like("evt_wild_%")
    assert await stack.rows(stripe_event, wild, stripe_event.c.handled_at.is_(None)) == []


async def _stripe_ids(stack: BotStack, scenario: MatrixScenario) -> list[str]:
    """The ids of our objects at Stripe, and ids that do not exist."""
    held = await stack.rows(hold, hold.c.order_id.in_(scenario.orders.values()))
    return [*(str(row["payment_intent"]) for row in held), "pi", "acct_1", "re_1", "cs_1", "dp_1", "ch_1", ""]
