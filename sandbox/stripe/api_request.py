"""A parsed API request: verb, path, parameters and the headers Stripe reads."""

from dataclasses import dataclass

from aiohttp import web

from sandbox.stripe.documents import new_id
from sandbox.stripe.form_encoding import FormValue, parse_form
from sandbox.stripe.resources.file_resource import describe_upload
from sandbox.stripe.stripe_events import API_VERSION
from sandbox.stripe.stripe_refusals import StripeRefusal, bad_parameter


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiRequest:
    """One parsed request; `parse_refusal` is set when its parameters could not be read."""

    verb: str
    path: str
    params: dict[str, FormValue]
    parse_refusal: StripeRefusal | None
    authorization: str
    version: str
    account: str | None  # Stripe-Account
    idempotency_key: str | None  # Idempotency-Key of a POST
    base_url: str
    request_id: str


async def _read_params(request: web.Request) -> dict[str, FormValue]:
    """Return the parameters of a query, a form or an upload; of an uploaded file what `describe_upload` says."""
    if not request.content_type.startswith("multipart/"):
        return parse_form(await request.text() if request.method == "POST" else request.query_string)
    params: dict[str, FormValue] = {}
    for name, value in (await request.post()).items():
        params[name] = describe_upload(value.file.read()) if isinstance(value, web.FileField) else str(value)
    return params


async def read_api_request(request: web.Request) -> ApiRequest:
    """Parse a request without validating it; a parsing error is kept in `parse_refusal`."""
    params: dict[str, FormValue] = {}
    unreadable: StripeRefusal | None = None
    try:
        params = await _read_params(request)
    except StripeRefusal as refused:
        unreadable = refused
    except ValueError as error:
        unreadable = bad_parameter(str(error), param="")
    headers = request.headers
    return ApiRequest(
        verb=request.method,
        path=request.path,
        params=params,
        parse_refusal=unreadable,
        authorization=headers.get("Authorization", ""),
        version=headers.get("Stripe-Version", API_VERSION),
        account=headers.get("Stripe-Account"),
        idempotency_key=headers.get("Idempotency-Key") if request.method == "POST" else None,
        base_url=f"{request.scheme}://{request.host}",
        request_id=new_id("request"),
    )
