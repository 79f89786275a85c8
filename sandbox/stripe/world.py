"""What an endpoint is given: the world of the sandbox and one call into it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from sandbox.stripe.clock import Clock
from sandbox.stripe.documents import Document, Documents, visible
from sandbox.stripe.eventlog import EventLog
from sandbox.stripe.refusals import no_such, not_played

COMMON_PARAMETERS = frozenset({"expand", "limit", "starting_after", "ending_before"})


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Everything the sandbox remembers."""

    documents: Documents
    clock: Clock
    events: EventLog

    def now(self) -> int:
        """The sandbox's time in unix seconds."""
        return self.clock.now()

    def find(self, kind: str, id_: str, *, param: str = "id", status: int = 404) -> Document:
        """The object with that id, or Stripe's "No such ..." naming the parameter it stood in."""
        found = self.documents.get(kind, id_)
        if found is None:
            raise no_such(kind, id_, param=param, status=status)
        return found

    def changed(self, document: Document, *event_types: str, account: str | None = None) -> None:
        """Remember an object as it is now and tell the event log what happened to it."""
        self.documents.put(document["object"], document)
        for type_ in event_types:
            self.events.record(type_, visible(document), now=self.now(), account=account)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One authenticated request whose parameters fit."""

    world: World
    ids: tuple[str, ...]
    params: Document
    account: str | None  # the connected account named by Stripe-Account
    base_url: str  # where the caller reached the sandbox, so that links lead back to it


Act = Callable[[Call], Document]


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One verb and path of the API, the SDK type its parameters must fit, and those the sandbox plays."""

    verb: str
    path: str  # "*" stands for an id
    types: str
    act: Act
    plays: frozenset[str] = field(default=frozenset())
    for_accounts: bool = False  # also answers for a connected account

    def refuse_unplayed(self, params: Document) -> None:
        """Say no to a parameter that Stripe knows here and the sandbox does not."""
        for name in params:
            if name not in self.plays:
                raise not_played(f"the parameter {name} here", param=name)


def endpoint(verb_and_path: str, types: str, act: Act, plays: str = "", *, for_accounts: bool = False) -> Endpoint:
    """Declare an endpoint in one line: `endpoint("POST /v1/customers", "customer_create", create, "email name")`."""
    verb, path = verb_and_path.split(" ")
    played = frozenset(plays.split()) | COMMON_PARAMETERS
    return Endpoint(verb=verb, path=path, types=types, act=act, plays=played, for_accounts=for_accounts)
