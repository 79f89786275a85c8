"""The web server: the webhooks of Telegram and Stripe, health, readiness and metrics."""

import hmac
import json
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from stripe import SignatureVerificationError, WebhookSignature

from bot.transport.update_inbox import UpdateInbox, receive_update
from bot.transport.update_payload import InvalidUpdate, parse_update, to_storable
from domain.inbox.repository import Payload, require_tables, store_event
from domain.settings.logs import get_logger

MAX_BODY_BYTES = 1024 * 1024
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"
SIGNATURE_TOLERANCE_SECONDS = (
    300  # the age of a signature, and how far it may be ahead of our clock: Stripe's library accepts any future time
)
# What Stripe's library and the functions below raise for a forged or broken event.
FORGED_EVENT_ERRORS = (SignatureVerificationError, ValueError, TypeError, AttributeError, KeyError, RecursionError)

log = get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookContext:
    """What the webhooks need; `campuses` maps name to id, and grows while the process runs."""

    inbox: UpdateInbox
    campuses: Mapping[str, int]
    telegram_secret: str | None = field(repr=False)  # None while polling: every update is refused
    stripe_secrets: tuple[str, ...] = field(repr=False)
    is_live: bool
    is_serving: Callable[[], bool]


def new_web_application(context: WebhookContext) -> web.Application:
    """Return the application with all routes."""

    def with_context(
        handler: Callable[[WebhookContext, web.Request], Awaitable[web.Response]],
    ) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def handle(request: web.Request) -> web.Response:
            return await handler(context, request)

        return handle

    app = web.Application(client_max_size=MAX_BODY_BYTES)
    app.router.add_post("/telegram/{campus}", with_context(receive_telegram_update))
    app.router.add_post("/stripe", with_context(receive_stripe_event))
    app.router.add_get("/health", with_context(report_health))
    app.router.add_get("/ready", with_context(report_readiness))
    app.router.add_get("/metrics", with_context(export_metrics))
    return app


async def receive_telegram_update(context: WebhookContext, request: web.Request) -> web.Response:
    """Answer 200 after the commit, 401 for a wrong secret, and 500 when Telegram must send the update again."""
    given = request.headers.get(SECRET_HEADER, "").encode(errors="replace")
    if context.telegram_secret is None or not hmac.compare_digest(given, context.telegram_secret.encode()):
        log.warning("webhook_secret_wrong", campus_name=request.match_info["campus"][:40])
        return web.Response(status=401)
    campus_id = context.campuses.get(request.match_info["campus"])
    if campus_id is None:
        return web.Response(status=404)
    try:
        incoming_update = parse_update(campus_id, json.loads(await request.read()))
    except (ValueError, RecursionError, InvalidUpdate):
        return web.Response(status=400)
    if incoming_update is None or await receive_update(context.inbox, incoming_update):
        return web.Response()
    return web.Response(status=500)


async def receive_stripe_event(context: WebhookContext, request: web.Request) -> web.Response:
    """Store a genuine Stripe event, once; answer 400 to everything else."""
    raw = await request.read()
    try:
        event = parse_stripe_event(
            raw, request.headers.get("Stripe-Signature"), context.stripe_secrets, is_live=context.is_live
        )
    except FORGED_EVENT_ERRORS as error:
        log.warning("stripe_signature_wrong", error=type(error).__name__)
        return web.Response(status=400)
    account = event.get("account")
    async with context.inbox.database() as work:
        await store_event(
            work,
            event_id=event["id"],
            kind=event["type"],
            account=account if isinstance(account, str) else None,
            payload=event,
        )
    context.inbox.metrics.stripe_events.inc()
    return web.Response()


def parse_stripe_event(raw: bytes, signature: str | None, secrets: tuple[str, ...], *, is_live: bool) -> Payload:
    """Return the event. Raise one of FORGED_EVENT_ERRORS unless a secret signed it now and its live mode is ours."""
    verify_signature(raw, signature, secrets)
    found = json.loads(raw)
    if not isinstance(found, dict) or found.get("object") != "event":
        raise ValueError("no event")
    event = to_storable(found)
    if not (isinstance(event.get("id"), str) and event["id"] and isinstance(event.get("type"), str)):
        raise ValueError("an event without id or type")
    if event.get("livemode") is not is_live:
        raise ValueError("an event of the other live mode")
    return event


def verify_signature(raw: bytes, signature: str | None, secrets: tuple[str, ...]) -> None:
    """Raise one of FORGED_EVENT_ERRORS unless one secret fits and the time is within the tolerance."""
    refusal: Exception = ValueError("no secret is set")
    for secret in secrets:
        try:
            WebhookSignature.verify_header(raw, signature, secret, SIGNATURE_TOLERANCE_SECONDS)
        except SignatureVerificationError as error:
            refusal = error
            continue
        stamps = [part.strip().partition("=")[2] for part in (signature or "").split(",") if "t=" in part[:3]]
        if any(int(stamp) > time.time() + SIGNATURE_TOLERANCE_SECONDS for stamp in stamps):
            raise ValueError("signed in the future")
        return
    raise refusal


async def report_health(_context: WebhookContext, _request: web.Request) -> web.Response:
    """Answer that the process is alive."""
    return web.json_response({"ok": True})


async def report_readiness(context: WebhookContext, _request: web.Request) -> web.Response:
    """Answer whether updates can be handled now: the bots are set up and the database answers."""
    if not context.is_serving():
        return web.json_response({"ready": False, "why": "starting"}, status=503)
    try:
        async with context.inbox.database() as work:
            await require_tables(work)
    except Exception as error:  # any error of the driver means no
        log.warning("database_unavailable", error=error)
        return web.json_response({"ready": False, "why": "the database does not answer"}, status=503)
    return web.json_response({"ready": True})


async def export_metrics(context: WebhookContext, _request: web.Request) -> web.Response:
    """Return the metrics for Prometheus."""
    body = generate_latest(context.inbox.metrics.registry)
    return web.Response(body=body, headers={"Content-Type": CONTENT_TYPE_LATEST})
