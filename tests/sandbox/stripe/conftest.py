"""A running Stripe sandbox for every test, and the real client that talks to it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest
import stripe

from sandbox.stripe.stripe_server import running_stripe
from tests.sandbox.stripe.stripe_platform import StripePlatform, open_platform


@pytest.fixture(autouse=True)
def no_telemetry() -> Iterator[None]:
    """The client library writes and sends telemetry unless its module setting says otherwise."""
    before = stripe.enable_telemetry
    stripe.enable_telemetry = False
    yield
    stripe.enable_telemetry = before


@pytest.fixture
async def url() -> AsyncIterator[str]:
    """A fresh sandbox's address."""
    async with running_stripe() as address:
        yield address


@pytest.fixture
async def platform(url: str) -> AsyncIterator[StripePlatform]:
    """A platform with that sandbox as its Stripe."""
    async with open_platform(url) as opened:
        yield opened
