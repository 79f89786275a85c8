"""The gateway to Stripe: it sends prepared parameters under their idempotency key, and maps errors to CallFailed."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from time import perf_counter
from typing import Any, TypeVar

import aiohttp
import stripe
from stripe import AIOHTTPClient, StripeClient
from stripe._base_address import BaseAddresses
from stripe._v1_services import V1Services

from domain.saga.refusals import RefusalKind
from domain.settings.timeouts import Timeout
from workers.engine.call_failures import CallFailed, OutcomeUnknown, Refused, TryLater, name_outcome
from workers.metrics.worker_metrics import WorkerMetrics, new_worker_metrics
from workers.stripe.gateway_failures import RATE_LIMITED, to_call_failure
from workers.stripe.objects.raw_object import RawObject
from workers.stripe.rate_limit import CallPriority, StripeRateLimiter

CALL_TIMEOUT_SECONDS = Timeout.STRIPE_CALL.seconds
CONNECT_TIMEOUT_SECONDS = Timeout.STRIPE_CONNECT.seconds
MAX_PAGE_SIZE = 100
PLATFORM_UNCONFIRMED = "platform_unconfirmed"

StripeParams = Mapping[str, object]  # as a step froze them
Parsed = TypeVar("Parsed")
# (campus id, Telegram's file id) -> the photo; None when Telegram does not give it; raises TryLater
PhotoReader = Callable[[int, str], Awaitable[bytes | None]]
StripeCall = Coroutine[Any, Any, stripe.StripeObject]  # a call of the library that was not sent yet


@dataclass(frozen=True, slots=True, kw_only=True)
class StripeGateway:
    """A client of one event loop. Commands of an operator have no `rate_limiter`, and their calls are not counted."""

    client: StripeClient
    session: aiohttp.ClientSession
    rate_limiter: StripeRateLimiter | None = None
    reads_rank_last: bool = False  # all reads have the last priority
    metrics: WorkerMetrics = field(default_factory=new_worker_metrics)
    platform_confirmed: asyncio.Event | None = None  # None: nothing is forgotten by what this client reads
    read_photo: PhotoReader | None = None  # of what a step uploads; None: no photo is uploaded

    async def fetch(self, priority: CallPriority, call: StripeCall, parse: Callable[[RawObject], Parsed]) -> Parsed:
        """Make a read when the rate limit allows, and return its answer parsed.

        Raise CallFailed: TryLater also after too long a wait.
        """
        rank = CallPriority.RECONCILE if self.reads_rank_last else priority
        return parse(await self._call_when_allowed(rank, call, "read"))

    async def send(self, priority: CallPriority, call: StripeCall, parse: Callable[[RawObject], Parsed]) -> Parsed:
        """Make a write when the rate limit allows, and return its answer parsed; raise as `fetch` does."""
        return parse(await self._call_when_allowed(priority, call, "write"))

    async def _call_when_allowed(self, priority: CallPriority, call: StripeCall, access: str) -> RawObject:
        if self.rate_limiter is None:
            return await self._send_confirmed(call, access)
        try:
            with self.metrics.stripe_limit_seconds.time():
                await self.rate_limiter.wait_until_allowed(priority)
            return await self._send_confirmed(call, access)
        except TryLater as later:
            if later.reason == RATE_LIMITED:
                await self.rate_limiter.pause()
            raise
        finally:
            call.close()  # Python warns of a coroutine that was never awaited

    async def _send_confirmed(self, call: StripeCall, access: str) -> RawObject:
        """Send the call. Raise TryLater for an object that is gone, while the key may be of another account."""
        try:
            with _call_timed(self.metrics, call, access):
                return await _send_request(call)
        except Refused as refusal:
            is_confirmed = self.platform_confirmed is None or self.platform_confirmed.is_set()
            if refusal.kind is not RefusalKind.GONE or is_confirmed:
                raise
            raise TryLater(PLATFORM_UNCONFIRMED, str(refusal)) from refusal

    def confirm_platform(self) -> None:
        """Note that the key is of the account our rows are from: what Stripe does not know is gone."""
        if self.platform_confirmed is not None:
            self.platform_confirmed.set()

    def with_reads_ranked_last(self) -> "StripeGateway":
        """Return the same client with all its reads at the last priority."""
        return replace(self, reads_rank_last=True)

    @property
    def v1(self) -> V1Services:
        """The resources of Stripe's library."""
        return self.client.v1

    async def close(self) -> None:
        """Close the connections."""
        await self.session.close()


def open_stripe_gateway(
    key: str,
    address: str | None,
    rate_limiter: StripeRateLimiter | None = None,
    *,
    platform_confirmed: asyncio.Event | None = None,
    metrics: WorkerMetrics | None = None,
    read_photo: PhotoReader | None = None,
) -> StripeGateway:
    """Return a client of the running loop; `address` replaces Stripe's. Only the saga engine retries a call.

    Who forgets what is gone gives an event, which is set once Stripe said which account the key is of.
    """
    stripe.enable_telemetry = False
    timeout = aiohttp.ClientTimeout(total=CALL_TIMEOUT_SECONDS, connect=CONNECT_TIMEOUT_SECONDS)
    session = aiohttp.ClientSession()
    transport = AIOHTTPClient(timeout=timeout, session=session)
    addresses: BaseAddresses = {} if address is None else {"api": address, "files": address}
    client = StripeClient(key, http_client=transport, max_network_retries=0, base_addresses=addresses)
    return StripeGateway(
        client=client,
        session=session,
        rate_limiter=rate_limiter,
        metrics=metrics or new_worker_metrics(),
        platform_confirmed=platform_confirmed,
        read_photo=read_photo,
    )


@contextmanager
def _call_timed(metrics: WorkerMetrics, call: StripeCall, access: str) -> Iterator[None]:
    """Observe the time and the outcome of a call, under the name of the library's method."""
    name = str(getattr(call, "__qualname__", "other")).removesuffix("_async")
    started, outcome = perf_counter(), "done"
    try:
        yield
    except CallFailed as failure:
        outcome = name_outcome(failure)
        raise
    finally:
        metrics.stripe_seconds.labels(name, access, outcome).observe(perf_counter() - started)


async def _send_request(call: StripeCall) -> RawObject:
    """Await the call and return its answer as plain data. Raise CallFailed (for errors as of stripe-python 16.1)."""
    try:
        async with asyncio.timeout(CALL_TIMEOUT_SECONDS):
            found = await call
    except stripe.StripeError as error:
        raise to_call_failure(error) from error
    except (TimeoutError, aiohttp.ClientError) as error:  # the library does not wrap the error of a truncated body
        raise OutcomeUnknown("connection", type(error).__name__) from error
    return found.to_dict()
