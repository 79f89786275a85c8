"""Tests of webhooks: signed, sent again when refused, and dropped, doubled, delayed or shuffled as ordered."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import stripe
from aiohttp import web

from sandbox.server.serving import running_app
from sandbox.stripe.stripe_server import running_stripe
from sandbox.stripe.webhook_sender import WebhookReceiver
from tests.sandbox.stripe.stripe_platform import StripePlatform, open_platform

SECRET = "whsec_platform"
CONNECT_SECRET = "whsec_connect"


@dataclass(slots=True, kw_only=True)
class EventInbox:
    """The events that arrived, and how many deliveries are still to be refused."""

    url: str = ""
    refuse: int = 0
    refused: int = 0
    arrived: list[stripe.Event] = field(default_factory=list)
    new_events: asyncio.Condition = field(default_factory=asyncio.Condition)

    def types(self) -> list[str]:
        """Return the event types in the order of arrival."""
        return [event.type for event in self.arrived]

    async def wait_for(self, type_: str, times: int = 1) -> None:
        """Wait until `times` events of a type have arrived."""
        async with self.new_events:
            await asyncio.wait_for(self.new_events.wait_for(lambda: self.types().count(type_) >= times), 10)


@asynccontextmanager
async def running_event_inbox() -> AsyncIterator[EventInbox]:
    """Run a webhook that checks signatures like the bot's."""
    inbox = EventInbox()

    async def receive(request: web.Request) -> web.Response:
        body = await request.read()
        secret = CONNECT_SECRET if b'"account": "acct_' in body.split(b'"type":')[-1] else SECRET
        event = stripe.Webhook.construct_event(body, request.headers["Stripe-Signature"], secret)
        if inbox.refuse > 0:
            inbox.refuse -= 1
            inbox.refused += 1
            return web.Response(status=500)
        async with inbox.new_events:
            inbox.arrived.append(event)
            inbox.new_events.notify_all()
        return web.Response(status=204)

    app = web.Application()
    app.router.add_post("/stripe", receive)
    async with running_app(app) as url:
        inbox.url = f"{url}/stripe"
        yield inbox


def receiver_at(inbox: EventInbox) -> WebhookReceiver:
    """Return where Stripe sends its webhooks."""
    return WebhookReceiver(url=inbox.url, secret=SECRET, connect_secret=CONNECT_SECRET)


@asynccontextmanager
async def platform_with_inbox() -> AsyncIterator[tuple[StripePlatform, EventInbox]]:
    """A platform whose Stripe sends its webhooks to an inbox."""
    async with (
        running_event_inbox() as inbox,
        running_stripe(receiver=receiver_at(inbox)) as url,
        open_platform(url) as platform,
    ):
        yield platform, inbox


async def test_a_payment_sends_all_its_events_signed() -> None:
    async with platform_with_inbox() as (platform, inbox):
        held = await platform.create_hold()
        await platform.v1.payment_intents.capture_async(held.id)
        for event_type in (  # each is sent by itself, so the last one made need not arrive last
            "checkout.session.completed",
            "setup_intent.succeeded",
            "payment_intent.created",
            "payment_intent.amount_capturable_updated",
            "charge.captured",
            "payment_intent.succeeded",
        ):
            await inbox.wait_for(event_type)
        captured = next(event for event in inbox.arrived if event.type == "payment_intent.succeeded")
        assert (captured.livemode, captured.api_version) == (False, stripe.api_version)
        listed = await platform.v1.events.retrieve_async(captured.id)
        assert listed.data.object["id"] == held.id


async def test_a_runners_events_carry_the_account_and_its_own_signature() -> None:
    async with platform_with_inbox() as (platform, inbox):
        runner = await platform.create_runner_account()
        await inbox.wait_for("account.updated")
        await inbox.wait_for("capability.updated")
        assert {event.account for event in inbox.arrived if event.type == "account.updated"} == {runner}
        assert "account.updated" not in {one.type for one in (await platform.v1.events.list_async()).data}
        account_events = await platform.v1.events.list_async({}, {"stripe_account": runner})
        assert "account.updated" in {one.type for one in account_events.data}


async def test_a_refused_delivery_comes_again_also_after_the_clock_was_moved() -> None:
    async with platform_with_inbox() as (platform, inbox):
        inbox.refuse = 1
        await platform.post("clock", advance=86_400)
        await platform.create_customer()
        await inbox.wait_for("customer.created")
        assert inbox.refused == 1


async def test_deliveries_are_dropped_doubled_and_delayed_on_order() -> None:
    async with platform_with_inbox() as (platform, inbox):
        await platform.post("webhooks", drop=True)
        await platform.create_customer()
        await platform.post("webhooks", drop=False, duplicate=True, delay=0.1)
        await platform.create_runner_account(onboarded=True)
        await inbox.wait_for("account.updated", times=2)
        assert "customer.created" not in inbox.types()
        assert "customer.created" in {one.type for one in (await platform.v1.events.list_async()).data}


async def test_shuffled_events_all_arrive_once() -> None:
    async with platform_with_inbox() as (platform, inbox):
        await platform.post("webhooks", shuffle=True)
        await platform.create_hold()
        await inbox.wait_for("payment_intent.amount_capturable_updated")
        await inbox.wait_for("payment_intent.created")
        ids = [event.id for event in inbox.arrived]
        assert len(ids) == len(set(ids))


async def test_events_not_yet_delivered_are_delivered_after_a_restart(tmp_path: Path) -> None:
    async with running_event_inbox() as inbox:
        inbox.refuse = 1_000
        async with running_stripe(state=tmp_path, receiver=receiver_at(inbox)) as url, open_platform(url) as platform:
            await platform.create_customer()
        inbox.refuse = 0
        async with running_stripe(state=tmp_path, receiver=receiver_at(inbox)):
            await inbox.wait_for("customer.created")


async def test_only_the_types_an_endpoint_is_for_are_delivered_to_it() -> None:
    async with platform_with_inbox() as (platform, inbox):
        await platform.post("webhooks", enabled=["payment_intent.canceled"])
        hold = await platform.create_hold()
        await platform.v1.payment_intents.cancel_async(hold.id)
        await inbox.wait_for("payment_intent.canceled")
        assert inbox.types() == ["payment_intent.canceled"]
