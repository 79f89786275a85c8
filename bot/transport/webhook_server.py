"""The web server: the webhooks of Telegram and Stripe, health, readiness and metrics."""

import hmac
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from stripe import SignatureVerificationError, WebhookSignature

from bot.transport.signature_header import find_signing_time
from bot.transport.update_inbox import UpdateInbox, receive_update
from bot.transport.update_payload import InvalidUpdate, parse_update, to_storable
from domain.database.clock import ProcessClock
from domain.database.unit_of_work import Begin
from domain.inbox.repository import Payload, store_event
from domain.settings.timeouts import Timeout
from webserver.bounded_server import new_connection_middleware
from webserver.connection_keeper import ConnectionKeeper, note_genuine
from webserver.database_probe import DatabaseProbe, is_database_ready
from webserver.guess_brake import GuessBrake, slow_down_guess
from webserver.http_refusals import HttpRefusal, refuse_request
from webserver.request_bodies import BODY_TIMEOUT_SECONDS, BodyRoom, read_body

MAX_UPDATE_BYTES = 1024 * 1024
MAX_EVENT_BYTES = 256 * 1024  # Stripe's are smaller; what is refused here is found by reconciliation
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"
SIGNATURE_HEADER = "Stripe-Signature"
SIGNATURE_TOLERANCE_SECONDS = Timeout.STRIPE_SIGNATURE_AGE.whole_seconds
# What Stripe's library and the functions below raise for a forged or broken event.
FORGED_EVENT_ERRORS = (SignatureVerificationError, ValueError, TypeError, AttributeError, KeyError, RecursionError)


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookContext:
    """What the webhooks need; `campuses` maps name to id, and grows while the process runs."""

    inbox: UpdateInbox
    campuses: Mapping[str, int]
    telegram_secret: str | None = field(repr=False)  # None while polling: every update is refused
    stripe_secrets: tuple[str, ...] = field(repr=False)
    is_live: bool
    is_serving: Callable[[], bool]
    describe_campuses: Callable[[], Mapping[str, str]]
    connections: ConnectionKeeper
    clock: ProcessClock = field(default_factory=ProcessClock)
    body_timeout: float = BODY_TIMEOUT_SECONDS
    unverified_bodies: BodyRoom = field(default_factory=BodyRoom)
    database_probe: DatabaseProbe = field(default_factory=DatabaseProbe)
    guess_brake: GuessBrake = field(default_factory=GuessBrake)


def new_web_application(context: WebhookContext) -> web.Application:
    """Return the application with all routes."""

    def with_context(
        handler: Callable[[WebhookContext, web.Request], Awaitable[web.Response]],
    ) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def handle(request: web.Request) -> web.Response:
            return await handler(context, request)

        return handle

    app = web.Application(middlewares=[new_connection_middleware(context.connections)])
    app.router.add_post("/telegram/{campus}", with_context(receive_telegram_update))
    app.router.add_post("/stripe", with_context(receive_stripe_event))
    app.router.add_get("/health", with_context(report_health))
    app.router.add_get("/ready", with_context(report_readiness))
    app.router.add_get("/metrics", with_context(export_metrics))
    return app


def _refuse(context: WebhookContext, refusal: HttpRefusal, **fields: str) -> web.Response:
    return refuse_request(context.inbox.metrics.http, refusal, **fields)


async def _refuse_guess(context: WebhookContext, request: web.Request, refusal: HttpRefusal) -> web.Response:
    """Refuse a wrong secret or signature: late when there are many, and without an answer when there are more."""
    response = _refuse(context, refusal)
    if not await slow_down_guess(context.guess_brake) and request.transport is not None:
        request.transport.abort()
    return response


async def receive_telegram_update(context: WebhookContext, request: web.Request) -> web.Response:
    """Answer 200 after the commit, 401 for a wrong secret, and 500 when Telegram must send the update again."""
    given = request.headers.get(SECRET_HEADER, "").encode(errors="replace")
    if not given:
        return _refuse(context, HttpRefusal.WEBHOOK_SECRET_MISSING)
    if context.telegram_secret is None or not hmac.compare_digest(given, context.telegram_secret.encode()):
        return await _refuse_guess(context, request, HttpRefusal.WEBHOOK_SECRET_WRONG)
    note_genuine(context.connections, request.transport)
    campus_id = context.campuses.get(request.match_info["campus"])
    if campus_id is None:
        return _refuse(context, HttpRefusal.CAMPUS_UNKNOWN, campus_name=request.match_info["campus"][:40])
    body = await read_body(request, max_bytes=MAX_UPDATE_BYTES, timeout=context.body_timeout)
    if isinstance(body, HttpRefusal):
        return _refuse(context, body)
    try:
        incoming_update = parse_update(campus_id, json.loads(body))
    except (ValueError, RecursionError, InvalidUpdate):
        return _refuse(context, HttpRefusal.UPDATE_UNREADABLE)
    if incoming_update is None or await receive_update(context.inbox, incoming_update):
        return web.Response()
    return web.Response(status=500)


async def receive_stripe_event(context: WebhookContext, request: web.Request) -> web.Response:
    """Store a genuine Stripe event, once. Refuse everything else, unread when its header cannot be Stripe's."""
    signature = request.headers.get(SIGNATURE_HEADER)
    implausible = find_implausible(signature, context.clock)
    if implausible is not None:
        return _refuse(context, implausible, clock_ahead=f"{context.clock.ahead:.0f}")
    body = await read_body(
        request, max_bytes=MAX_EVENT_BYTES, timeout=context.body_timeout, room=context.unverified_bodies
    )
    if isinstance(body, HttpRefusal):
        return _refuse(context, body)
    event: Payload | None = None
    try:
        event = parse_stripe_event(body, signature, context.stripe_secrets, clock=context.clock)
    except SignatureVerificationError:  # it holds the body, which must not stay while the guess waits
        del body
    except FORGED_EVENT_ERRORS as error:
        return _refuse(context, HttpRefusal.EVENT_UNREADABLE, error=type(error).__name__)
    if event is None:
        return await _refuse_guess(context, request, HttpRefusal.SIGNATURE_WRONG)
    note_genuine(context.connections, request.transport)
    if event["livemode"] is not context.is_live:
        # Stripe sends test events of connected accounts to live endpoints too, and disables one that refuses events.
        context.inbox.metrics.stripe_events_of_other_mode.inc()
        return web.Response()
    account = event.get("account")
    async with context.inbox.database(Begin.AS_ONE_STATEMENT) as work:
        await store_event(
            work,
            event_id=event["id"],
            kind=event["type"],
            account=account if isinstance(account, str) else None,
            payload=event,
        )
    context.inbox.metrics.stripe_events.inc()
    return web.Response()


def find_implausible(signature: str | None, clock: ProcessClock) -> HttpRefusal | None:
    """Return why this header of an event cannot be one of Stripe that was signed now; None when it may be."""
    signed_at = find_signing_time(signature or "")
    if signed_at is None:
        return HttpRefusal.SIGNATURE_IMPLAUSIBLE
    is_recent = clock.age_of(signed_at) <= SIGNATURE_TOLERANCE_SECONDS
    return None if is_recent else HttpRefusal.SIGNATURE_OF_ANOTHER_TIME


def parse_stripe_event(raw: bytes, signature: str | None, secrets: tuple[str, ...], *, clock: ProcessClock) -> Payload:
    """Return the event, of either mode. Raise one of FORGED_EVENT_ERRORS unless a secret signed it now."""
    verify_signature(raw, signature, secrets, clock)
    found = json.loads(raw)
    if not isinstance(found, dict) or found.get("object") != "event":
        raise ValueError("no event")
    event = to_storable(found)
    named = isinstance(event.get("id"), str) and event["id"] and isinstance(event.get("type"), str)
    if not (named and isinstance(event.get("livemode"), bool)):
        raise ValueError("an event without id, type or mode")
    return event


def verify_signature(raw: bytes, signature: str | None, secrets: tuple[str, ...], clock: ProcessClock) -> None:
    """Raise one of FORGED_EVENT_ERRORS unless one secret fits and the time is within the tolerance."""
    if find_implausible(signature, clock) is not None:
        raise ValueError("no signature of Stripe, or of another time")
    refusal: Exception = ValueError("no secret is set")
    for secret in secrets:
        try:
            WebhookSignature.verify_header(raw, signature, secret)
        except SignatureVerificationError as error:
            refusal = error
            continue
        return
    raise refusal


async def report_health(_context: WebhookContext, _request: web.Request) -> web.Response:
    """Answer that the process is alive."""
    return web.json_response({"ok": True})


async def report_readiness(context: WebhookContext, _request: web.Request) -> web.Response:
    """Answer whether updates can be handled now: a campus is served and the database answers. Say how each campus is.

    One campus that is not served is no reason to take the process away from the others.
    """
    is_serving, campuses = context.is_serving(), dict(context.describe_campuses())
    if not is_serving:
        why = "no campus is served" if campuses else "starting"
        return web.json_response({"ready": False, "why": why, "campuses": campuses}, status=503)
    if not await is_database_ready(context.database_probe, context.inbox.database):
        body = {"ready": False, "why": "the database does not answer", "campuses": campuses}
        return web.json_response(body, status=503)
    return web.json_response({"ready": True, "campuses": campuses})


async def export_metrics(context: WebhookContext, _request: web.Request) -> web.Response:
    """Return the metrics for Prometheus."""
    body = generate_latest(context.inbox.metrics.registry)
    return web.Response(body=body, headers={"Content-Type": CONTENT_TYPE_LATEST})
