"""Control of a Stripe stand-in in tests: its faults, its controls, and what it has."""

from dataclasses import dataclass
from typing import Any

import aiohttp


@dataclass(slots=True, kw_only=True)
class StripeControl:
    """A Stripe stand-in, as a test controls it."""

    stripe_url: str
    http: aiohttp.ClientSession

    async def inject_fault(self, path: str, kind: str, **more: object) -> None:
        """Let calls to the Stripe stand-in fail."""
        await self.control_stripe("faults", path=path, kind=kind, **more)

    async def clear_faults(self) -> None:
        """Remove all faults from the Stripe stand-in."""
        async with self.http.delete(f"{self.stripe_url}/sim/faults") as answer:
            assert answer.status == 200

    async def control_stripe(self, control: str, /, **body: object) -> Any:
        """Send a control request to the Stripe stand-in, and return its answer."""
        async with self.http.post(f"{self.stripe_url}/sim/{control}", json=body) as answer:
            assert answer.status == 200, await answer.text()
            return await answer.json()

    async def inspect_stripe(self, path: str, **query: str) -> Any:
        """Read a list from the Stripe stand-in."""
        async with self.http.get(f"{self.stripe_url}/sim/{path}", params=query) as answer:
            return await answer.json()

    async def intents(self, order_id: int) -> list[dict[str, Any]]:
        """All intents Stripe has for an order."""
        return await self.objects_of_order("payment_intent", order_id)

    async def transfers(self, order_id: int) -> list[dict[str, Any]]:
        """All transfers Stripe has for an order."""
        return await self.objects_of_order("transfer", order_id)

    async def objects_of_order(self, kind: str, order_id: int) -> list[dict[str, Any]]:
        """All objects of a kind whose metadata names this order."""
        found: list[dict[str, Any]] = await self.inspect_stripe("objects", kind=kind, order=str(order_id))
        return found

    async def refunds_made(self) -> list[dict[str, Any]]:
        """All refunds that somebody made; Stripe makes others of what a capture leaves of a hold."""
        found = await self.inspect_stripe("objects", kind="refund")
        return [one for one in found if one["metadata"] or one["reason"]]
