"""The shape of an outside step: plan it in one transaction, call it in none, record it in the next."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from domain.store.runs import Run
from domain.store.unit_of_work import UnitOfWork
from workers.outcomes import Refused
from workers.stripe_gateway import Stripe

Params = dict[str, Any]
Result = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What a call was, or will be, sent as."""

    key: str
    params: Params
    first_sent_at: datetime
    now: datetime  # the database's clock: a worker's own may be wrong, and waiting for a trace is about money


Look = Callable[[Stripe, Sent], Awaitable[Result | None]]


async def record_no_refusal(_work: UnitOfWork, _run: Run, _refusal: Refused) -> None:
    """A refusal that leaves no trace beside the saga's own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutsideStep:
    """One call and the writes around it.

    `plan` freezes the parameters (None: there is nothing to do; it may raise Refused), `call` sends them under the key,
    `record` writes the result in the transaction of the next progress. `look` finds out what an unanswered call did;
    None from it means: nothing, as far as one can see. `renew_after` the last sign of life a call without a trace
    may be sent under another key; at once where the object's own state, or its harmlessness, makes a second call safe.
    """

    plan: Callable[[UnitOfWork, Run, str], Awaitable[Params | None]]
    call: Callable[[Stripe, Sent], Awaitable[Result]]
    record: Callable[[UnitOfWork, Run, Result], Awaitable[None]]
    look: Look | None = None
    refused: Callable[[UnitOfWork, Run, Refused], Awaitable[None]] = record_no_refusal
    renew_after: timedelta = timedelta(0)


def add_signal(run: Run, name: str) -> None:
    """A call's own result is a signal to the wait behind it."""
    run.data["signals"] = sorted({*run.data.get("signals", []), name})
