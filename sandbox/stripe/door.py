"""The way of one API call: who asks, which endpoint, was it asked before, what goes wrong, what is the answer."""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass

from aiohttp import web

from sandbox.stripe.asking import Asked, read_request
from sandbox.stripe.breakage import BREAKS_ANSWER, break_answer, has_given_up, hold_back
from sandbox.stripe.documents import Document
from sandbox.stripe.eventlog import API_VERSION, Origin
from sandbox.stripe.expansion import shown
from sandbox.stripe.faults import Fault, FaultKind
from sandbox.stripe.idempotency import Kept, ticket
from sandbox.stripe.params import fitted
from sandbox.stripe.refusals import Refusal, account_out_of_reach, bad_parameter, not_played, unauthenticated
from sandbox.stripe.routes import find_endpoint, settle
from sandbox.stripe.sandbox import SANDBOX, Sandbox
from sandbox.stripe.world import Call, Endpoint

TEST_KEYS = ("sk_test_", "rk_test_")
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What goes back; `cached` answers are kept under the idempotency key."""

    status: int
    body: str
    cached: bool
    replayed_from: str | None = None  # the id of the request whose answer this is
    retry_after: int | None = None  # seconds


async def answer_call(request: web.Request) -> web.StreamResponse:
    """Answer any request under /v1 as Stripe would, or as the fault ordered for it says."""
    sandbox = request.app[SANDBOX]
    asked = await read_request(request)
    fault = sandbox.faults.strike(asked.verb, asked.path, asked.key)
    answer = await _answer(sandbox, request, asked, fault)
    sandbox.commit()
    broken = fault is not None and fault.kind in BREAKS_ANSWER
    sandbox.record.add(
        verb=asked.verb,
        path=asked.path,
        params=asked.params,
        account=asked.account,
        key=asked.key,
        status=0 if broken else answer.status,
        body=answer.body,
        replayed=answer.replayed_from is not None,
    )
    response = _response(asked, answer)
    if fault is not None and broken:
        return await break_answer(request, response, fault)
    if fault is not None and fault.kind is FaultKind.HANG and not fault.before:
        await hold_back(request, sandbox.stopping, fault)
    return response


async def _answer(sandbox: Sandbox, request: web.Request, asked: Asked, fault: Fault | None) -> Answer:
    try:
        endpoint, ids = _admit(sandbox, asked, fault)
        if asked.key is None:
            return await _carry_out(sandbox, request, asked, endpoint, ids, fault)
        used = ticket(asked.key, account=asked.account, path=asked.path, params=asked.params)
        kept = sandbox.keys.enter(used)
        if kept is not None:
            return Answer(status=kept.status, body=kept.body, cached=False, replayed_from=kept.request_id)
        try:
            answer = await _carry_out(sandbox, request, asked, endpoint, ids, fault)
            if answer.cached:
                first = Kept(status=answer.status, body=answer.body, request_id=asked.request_id)
                sandbox.keys.keep(used, first, sandbox.world.now())
            return answer
        finally:
            sandbox.keys.leave(used)
    except Refusal as refused:
        return _refused(asked, refused, retry_after=fault.retry_after if fault else None)


def _admit(sandbox: Sandbox, asked: Asked, fault: Fault | None) -> tuple[Endpoint, tuple[str, ...]]:
    """What stands before Stripe's idempotency: key, path, account, limits."""
    scheme, _, key = asked.authorization.partition(" ")
    if scheme != "Bearer" or not key:
        raise unauthenticated(
            "You did not provide an API key. You need to provide your API key in the Authorization header, using Bearer"
            " auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY')."
        )
    if not key.startswith(TEST_KEYS):
        raise unauthenticated(f"Invalid API Key provided: {key[:8]}***. (The sandbox takes test keys only.)")
    if fault is not None and fault.runs_first:
        raise Refusal(fault.status, fault.error(), cached=False)
    if asked.version != API_VERSION:
        raise bad_parameter(f"Invalid Stripe API version: {asked.version}", param="Stripe-Version")
    endpoint, ids = find_endpoint(asked.verb, asked.path)
    if asked.account is not None:
        if sandbox.world.documents.get("account", asked.account) is None:
            raise account_out_of_reach(key, asked.account)
        if not endpoint.for_accounts:
            raise not_played(f"{asked.verb} {asked.path} for connected accounts")
    if asked.unreadable is not None:
        raise asked.unreadable
    return endpoint, ids


async def _carry_out(
    sandbox: Sandbox,
    request: web.Request,
    asked: Asked,
    endpoint: Endpoint,
    ids: tuple[str, ...],
    fault: Fault | None,
) -> Answer:
    if fault is not None and fault.before:
        if fault.kind is FaultKind.STATUS:
            return _refused(asked, Refusal(fault.status, fault.error()), retry_after=fault.retry_after)
        if fault.kind is not FaultKind.HANG:
            return NOTHING_DONE
        await hold_back(request, sandbox.stopping, fault)
        if has_given_up(request) and not fault.anyway:
            return NOTHING_DONE  # the caller has given up, and what was never begun is not done behind their back
    answer = _execute(sandbox, asked, endpoint, ids)
    if fault is not None and fault.kind is FaultKind.STATUS:
        return _refused(asked, Refusal(fault.status, fault.error()), retry_after=fault.retry_after)
    return answer


NOTHING_DONE = Answer(status=500, body="{}", cached=False)


def _execute(sandbox: Sandbox, asked: Asked, endpoint: Endpoint, ids: tuple[str, ...]) -> Answer:
    """Nothing else runs meanwhile, so every call is whole."""
    world = sandbox.world
    settle(world)
    world.events.origin = Origin(request_id=asked.request_id, idempotency_key=asked.key)
    try:
        params = fitted(endpoint.types, asked.params)
        endpoint.refuse_unplayed(params)
        paths = params.pop("expand", [])
        call = Call(world=world, ids=ids, params=params, account=asked.account, base_url=asked.base_url)
        body = shown(world, endpoint.act(call), paths)
        return Answer(status=200, body=json.dumps(body, indent=2), cached=True)
    except Refusal as refused:
        return _refused(asked, refused)
    except Exception:
        log.exception("the sandbox itself failed at %s %s", asked.verb, asked.path)
        error: Document = {"message": "The sandbox itself failed; see its log.", "type": "api_error"}
        return _refused(asked, Refusal(500, error, cached=False))
    finally:
        world.events.origin = Origin()


def _refused(asked: Asked, refused: Refusal, *, retry_after: int | None = None) -> Answer:
    error = {**refused.error, "request_log_url": f"https://dashboard.stripe.com/test/logs/{asked.request_id}"}
    body = json.dumps({"error": error}, indent=2)
    return Answer(status=refused.status, body=body, cached=refused.cached, retry_after=retry_after)


def _response(asked: Asked, answer: Answer) -> web.Response:
    headers = {"Request-Id": asked.request_id, "Stripe-Version": API_VERSION}
    if asked.key is not None:
        headers["Idempotency-Key"] = asked.key
        headers["Original-Request"] = answer.replayed_from or asked.request_id
    if answer.replayed_from is not None:
        headers["Idempotent-Replayed"] = "true"
    if answer.retry_after is not None:
        headers["Retry-After"] = str(answer.retry_after)
    return web.Response(status=answer.status, text=answer.body, content_type="application/json", headers=headers)
