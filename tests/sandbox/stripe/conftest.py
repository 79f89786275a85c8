"""A running Stripe sandbox for every test, and the real client for it."""

from collections.abc import AsyncIterator, Iterator

import pytest
import stripe

from sandbox.stripe.stripe_server import running_stripe
from tests.sandbox.stripe.stripe_platform import StripePlatform, open_platform


@pytest.fixture(autouse=True)
def no_telemetry() -> Iterator[None]:
    """Disable telemetry, which only a setting of the library's module can do."""
    before = stripe.enable_telemetry
    stripe.enable_telemetry = False
    yield
    stripe.enable_telemetry = before


@pytest.fixture
async def url() -> AsyncIterator[str]:
    """The address of a fresh sandbox."""
    async with running_stripe() as address:
        yield address


@pytest.fixture
async def platform(url: str) -> AsyncIterator[StripePlatform]:
    """A platform that uses that sandbox as its Stripe."""
    async with open_platform(url) as opened:
        yield opened
