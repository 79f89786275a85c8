"""What an endpoint is given: the world of the sandbox and one call into it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from sandbox.stripe.documents import Document, DocumentStore, without_private_fields
from sandbox.stripe.stripe_clock import StripeClock
from sandbox.stripe.stripe_events import StripeEventLog
from sandbox.stripe.stripe_refusals import no_such, not_supported

COMMON_PARAMETERS = frozenset({"expand", "limit", "starting_after", "ending_before"})


@dataclass(frozen=True, slots=True, kw_only=True)
class StripeWorld:
    """Everything the sandbox remembers."""

    documents: DocumentStore
    clock: StripeClock
    events: StripeEventLog

    def now(self) -> int:
        """The sandbox's time in unix seconds."""
        return self.clock.now()

    def find(self, kind: str, id_: str, *, param: str = "id", status: int = 404) -> Document:
        """The object with that id, or Stripe's "No such ..." naming the parameter it stood in."""
        found = self.documents.get(kind, id_)
        if found is None:
            raise no_such(kind, id_, param=param, status=status)
        return found

    def save_and_record(self, document: Document, *event_types: str, account: str | None = None) -> None:
        """Remember an object as it is now and tell the event log what happened to it."""
        self.documents.put(document["object"], document)
        for type_ in event_types:
            self.events.record(type_, without_private_fields(document), now=self.now(), account=account)


@dataclass(frozen=True, slots=True, kw_only=True)
class StripeCall:
    """One authenticated request whose parameters fit."""

    world: StripeWorld
    ids: tuple[str, ...]
    params: Document
    account: str | None  # the connected account named by Stripe-Account
    base_url: str  # where the caller reached the sandbox, so that links lead back to it


EndpointFunction = Callable[[StripeCall], Document]


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One verb and path of the API, the SDK type its parameters must fit, and those the sandbox plays."""

    verb: str
    path: str  # "*" stands for an id
    types: str
    handle: EndpointFunction
    supported_params: frozenset[str] = field(default=frozenset())
    supports_connected_accounts: bool = False  # also answers for a connected account

    def refuse_unsupported(self, params: Document) -> None:
        """Say no to a parameter that Stripe knows here and the sandbox does not."""
        for name in params:
            if name not in self.supported_params:
                raise not_supported(f"the parameter {name} here", param=name)


def define_endpoint(
    verb_and_path: str,
    types: str,
    handle: EndpointFunction,
    supported_params: str = "",
    *,
    supports_connected_accounts: bool = False,
) -> Endpoint:
    """Declare an endpoint in one line: `endpoint("POST /v1/customers", "customer_create", create, "email name")`."""
    verb, path = verb_and_path.split(" ")
    supported = frozenset(supported_params.split()) | COMMON_PARAMETERS
    return Endpoint(
        verb=verb,
        path=path,
        types=types,
        handle=handle,
        supported_params=supported,
        supports_connected_accounts=supports_connected_accounts,
    )
