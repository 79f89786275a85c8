"""What an endpoint receives: the state of the sandbox and one validated call."""

from collections.abc import Callable
from dataclasses import dataclass

from sandbox.stripe.documents import Document, DocumentStore, new_id, without_private_fields
from sandbox.stripe.platform_profile import PlatformProfile, read_profile
from sandbox.stripe.stripe_clock import StripeClock
from sandbox.stripe.stripe_events import StripeEventLog
from sandbox.stripe.stripe_refusals import no_such, not_supported

COMMON_PARAMETERS = frozenset({"expand", "limit", "starting_after", "ending_before"})


@dataclass(frozen=True, slots=True, kw_only=True)
class StripeWorld:
    """The state of the sandbox."""

    documents: DocumentStore
    clock: StripeClock
    events: StripeEventLog

    def now(self) -> int:
        """Return the sandbox's time in unix seconds."""
        return self.clock.now()

    @property
    def profile(self) -> PlatformProfile:
        """Return what Stripe knows of the platform now."""
        return read_profile(self.documents)

    def find(self, kind: str, id_: str, *, param: str = "id", status: int = 404) -> Document:
        """Return the object with that id; raise StripeRefusal "No such ..." that names the parameter."""
        found = self.documents.get(kind, id_)
        if found is None:
            raise no_such(kind, id_, param=param, status=status)
        return found

    def save_and_record(self, document: Document, *event_types: str, account: str | None = None) -> None:
        """Save an object and record one event of each type about it."""
        self.documents.put(document["object"], document)
        for type_ in event_types:
            self.events.record(type_, without_private_fields(document), now=self.now(), account=account)


def new_object(world: StripeWorld, kind: str, null_fields: str = "") -> Document:
    """Return what every new object has: an id, its kind, the time, and null for each name in `null_fields`."""
    return {**dict.fromkeys(null_fields.split()), "id": new_id(kind), "object": kind, "created": world.now()}


@dataclass(frozen=True, slots=True, kw_only=True)
class StripeCall:
    """One authenticated request with valid parameters."""

    world: StripeWorld
    ids: tuple[str, ...]
    params: Document
    account: str | None  # the connected account named by Stripe-Account
    base_url: str  # the address the caller used, so that links lead back to the sandbox


EndpointFunction = Callable[[StripeCall], Document]


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One verb and path of the API, the SDK type of its parameters, and the parameters the sandbox supports."""

    shape: tuple[str, ...]  # the verb and the parts of the path; "*" stands for an id
    types: str
    handle: EndpointFunction
    supported_params: frozenset[str]
    supports_connected_accounts: bool  # also answers for a connected account

    def refuse_unsupported(self, params: Document) -> None:
        """Raise StripeRefusal for a parameter that Stripe accepts and the sandbox does not support."""
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
    """Return an endpoint: `define_endpoint("POST /v1/customers", "customer_create", create, "email name")`."""
    return Endpoint(
        shape=tuple(verb_and_path.replace(" /", "/").split("/")),
        types=types,
        handle=handle,
        supported_params=frozenset(supported_params.split()) | COMMON_PARAMETERS,
        supports_connected_accounts=supports_connected_accounts,
    )
