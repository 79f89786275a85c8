"""What a caller asks: verb, path, parameters and the headers Stripe looks at."""

from __future__ import annotations

from dataclasses import dataclass

from aiohttp import web

from sandbox.stripe.documents import new_id
from sandbox.stripe.eventlog import API_VERSION
from sandbox.stripe.refusals import Refusal, bad_parameter
from sandbox.stripe.wire import Wire, read_form


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request as it was read."""

    verb: str
    path: str
    params: dict[str, Wire]
    unreadable: Refusal | None
    authorization: str
    version: str
    account: str | None  # Stripe-Account
    key: str | None  # Idempotency-Key of a POST
    base_url: str
    request_id: str


async def read_request(request: web.Request) -> Asked:
    """What a request says, before anybody judges it."""
    text = await request.text() if request.method == "POST" else request.query_string
    params: dict[str, Wire] = {}
    unreadable: Refusal | None = None
    try:
        params = read_form(text)
    except Refusal as refused:
        unreadable = refused
    except ValueError as error:
        unreadable = bad_parameter(str(error), param="")
    headers = request.headers
    return Asked(
        verb=request.method,
        path=request.path,
        params=params,
        unreadable=unreadable,
        authorization=headers.get("Authorization", ""),
        version=headers.get("Stripe-Version", API_VERSION),
        account=headers.get("Stripe-Account"),
        key=headers.get("Idempotency-Key") if request.method == "POST" else None,
        base_url=f"{request.scheme}://{request.host}",
        request_id=new_id("request"),
    )
