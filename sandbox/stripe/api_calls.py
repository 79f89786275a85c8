"""How one API call is processed: authentication, routing, idempotency, ordered faults and the answer."""

import json
import logging
from dataclasses import dataclass
from datetime import UTC, datetime

from aiohttp import web

from sandbox.stripe.api_request import ApiRequest, read_api_request
from sandbox.stripe.broken_answers import ANSWER_BREAKING_KINDS, break_answer, delay_for_fault, has_caller_left
from sandbox.stripe.documents import Document
from sandbox.stripe.expansion import expand_document
from sandbox.stripe.idempotency import KeptAnswer, build_key_use
from sandbox.stripe.params import validate_params
from sandbox.stripe.platform_profile import require_permission
from sandbox.stripe.routes import apply_due_changes, find_endpoint
from sandbox.stripe.stripe_events import API_VERSION, EventOrigin
from sandbox.stripe.stripe_faults import FaultKind, StripeFault
from sandbox.stripe.stripe_refusals import (
    StripeRefusal,
    account_not_accessible,
    bad_parameter,
    not_supported,
    unauthenticated,
)
from sandbox.stripe.stripe_sandbox import STRIPE_SANDBOX, StripeSandbox
from sandbox.stripe.stripe_world import Endpoint, StripeCall

TEST_KEYS = ("sk_test_", "rk_test_")
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiAnswer:
    """An answer to a call; one with `cached` set is kept under the idempotency key."""

    status: int
    body: str
    cached: bool
    replayed_from: str | None = None  # the id of the request that got this answer first
    retry_after: int | None = None  # seconds


async def answer_api_call(request: web.Request) -> web.StreamResponse:
    """Answer a request under /v1 as Stripe would, or fail as an ordered fault says."""
    sandbox = request.app[STRIPE_SANDBOX]
    api_request = await read_api_request(request)
    fault = sandbox.faults.take_matching(api_request.verb, api_request.path, api_request.idempotency_key)
    answer = await _answer_request(sandbox, request, api_request, fault)
    sandbox.commit()
    is_broken = fault is not None and fault.kind in ANSWER_BREAKING_KINDS
    status = 0 if is_broken else answer.status
    sandbox.call_log.add(
        at=datetime.now(UTC).isoformat(),
        verb=api_request.verb,
        path=api_request.path,
        params=api_request.params,
        account=api_request.account,
        idempotency_key=api_request.idempotency_key,
        status=status,
        replayed=answer.replayed_from is not None,
    )
    if sandbox.call_log.has_file:
        method = f"{api_request.verb} {api_request.path}"
        body = json.loads(answer.body)
        sandbox.call_log.write_line(method=method, params=api_request.params, status=status, answer=body)
    response = _build_response(api_request, answer)
    if fault is not None and is_broken:
        return await break_answer(request, response, fault)
    if fault is not None and fault.kind is FaultKind.HANG and not fault.before:
        await delay_for_fault(request, sandbox.stopping, fault)
    return response


async def _answer_request(
    sandbox: StripeSandbox, request: web.Request, api_request: ApiRequest, fault: StripeFault | None
) -> ApiAnswer:
    try:
        endpoint, ids = _find_endpoint(sandbox, api_request, fault)
        if api_request.idempotency_key is None:
            return await _execute_with_fault(sandbox, request, api_request, endpoint, ids, fault)
        key_use = build_key_use(
            api_request.idempotency_key, account=api_request.account, path=api_request.path, params=api_request.params
        )
        kept_answer = sandbox.idempotency_keys.begin(key_use)
        if kept_answer is not None:
            return ApiAnswer(
                status=kept_answer.status, body=kept_answer.body, cached=False, replayed_from=kept_answer.request_id
            )
        try:
            answer = await _execute_with_fault(sandbox, request, api_request, endpoint, ids, fault)
            if answer.cached:
                first = KeptAnswer(status=answer.status, body=answer.body, request_id=api_request.request_id)
                sandbox.idempotency_keys.keep(key_use, first, sandbox.world.now())
            return answer
        finally:
            sandbox.idempotency_keys.finish(key_use)
    except StripeRefusal as refusal:
        return _refusal_answer(api_request, refusal, retry_after=fault.retry_after if fault else None)


def _find_endpoint(
    sandbox: StripeSandbox, api_request: ApiRequest, fault: StripeFault | None
) -> tuple[Endpoint, tuple[str, ...]]:
    """Make the checks that Stripe makes before idempotency: API key, rate limit, version, path and account."""
    scheme, _, key = api_request.authorization.partition(" ")
    if scheme != "Bearer" or not key:
        raise unauthenticated(
            "You did not provide an API key. You need to provide your API key in the Authorization header, using Bearer"
            " auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY')."
        )
    if not key.startswith(TEST_KEYS):
        raise unauthenticated(f"Invalid API Key provided: {key[:8]}***. (The sandbox takes test keys only.)")
    if fault is not None and fault.runs_first:
        raise StripeRefusal(fault.status, fault.error(), cached=False)
    if api_request.version != API_VERSION:
        raise bad_parameter(f"Invalid Stripe API version: {api_request.version}", param="Stripe-Version")
    endpoint, ids = find_endpoint(api_request.verb, api_request.path)
    require_permission(sandbox.world.profile, key, api_request.verb, api_request.path)
    if api_request.account is not None:
        if sandbox.world.documents.get("account", api_request.account) is None:
            raise account_not_accessible(key, api_request.account)
        if not endpoint.supports_connected_accounts:
            raise not_supported(f"{api_request.verb} {api_request.path} for connected accounts")
    if api_request.parse_refusal is not None:
        raise api_request.parse_refusal
    return endpoint, ids


async def _execute_with_fault(
    sandbox: StripeSandbox,
    request: web.Request,
    api_request: ApiRequest,
    endpoint: Endpoint,
    ids: tuple[str, ...],
    fault: StripeFault | None,
) -> ApiAnswer:
    if fault is not None and fault.before:
        if fault.kind is FaultKind.STATUS:
            return _refusal_answer(
                api_request, StripeRefusal(fault.status, fault.error()), retry_after=fault.retry_after
            )
        if fault.kind is not FaultKind.HANG:
            return NOTHING_DONE_ANSWER
        await delay_for_fault(request, sandbox.stopping, fault)
        if has_caller_left(request) and not fault.anyway:
            # The caller gave up before the call was executed, so the call must have no effect.
            return NOTHING_DONE_ANSWER
    answer = _execute(sandbox, api_request, endpoint, ids)
    if fault is not None and fault.kind is FaultKind.STATUS:
        return _refusal_answer(api_request, StripeRefusal(fault.status, fault.error()), retry_after=fault.retry_after)
    return answer


NOTHING_DONE_ANSWER = ApiAnswer(status=500, body="{}", cached=False)


def _execute(sandbox: StripeSandbox, api_request: ApiRequest, endpoint: Endpoint, ids: tuple[str, ...]) -> ApiAnswer:
    """Execute a call. Nothing here awaits, so no other call runs in between and every call is atomic."""
    world = sandbox.world
    apply_due_changes(world)
    world.events.origin = EventOrigin(request_id=api_request.request_id, idempotency_key=api_request.idempotency_key)
    try:
        params = validate_params(endpoint.types, api_request.params)
        endpoint.refuse_unsupported(params)
        paths = params.pop("expand", [])
        call = StripeCall(
            world=world, ids=ids, params=params, account=api_request.account, base_url=api_request.base_url
        )
        body = expand_document(world, endpoint.handle(call), paths)
        return ApiAnswer(status=200, body=json.dumps(body), cached=True)
    except StripeRefusal as refusal:
        return _refusal_answer(api_request, refusal)
    except Exception:
        log.exception("the sandbox itself failed at %s %s", api_request.verb, api_request.path)
        error: Document = {"message": "The sandbox itself failed; see its log.", "type": "api_error"}
        return _refusal_answer(api_request, StripeRefusal(500, error, cached=False))
    finally:
        world.events.origin = EventOrigin()


def _refusal_answer(api_request: ApiRequest, refusal: StripeRefusal, *, retry_after: int | None = None) -> ApiAnswer:
    error = {**refusal.error, "request_log_url": f"https://dashboard.stripe.com/test/logs/{api_request.request_id}"}
    body = json.dumps({"error": error})
    return ApiAnswer(status=refusal.status, body=body, cached=refusal.cached, retry_after=retry_after)


def _build_response(api_request: ApiRequest, answer: ApiAnswer) -> web.Response:
    headers = {"Request-Id": api_request.request_id, "Stripe-Version": API_VERSION}
    if api_request.idempotency_key is not None:
        headers["Idempotency-Key"] = api_request.idempotency_key
        headers["Original-Request"] = answer.replayed_from or api_request.request_id
    if answer.replayed_from is not None:
        headers["Idempotent-Replayed"] = "true"
    if answer.retry_after is not None:
        headers["Retry-After"] = str(answer.retry_after)
    return web.Response(status=answer.status, text=answer.body, content_type="application/json", headers=headers)
