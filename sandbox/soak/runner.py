"""Runners: take a job, buy, bring it; some have an account for their money from the start, one gets it late."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from sandbox.play.scenes.parts import INVITATION
from sandbox.soak.customer import NEXT_LOOK, Customer
from sandbox.soak.somebody import Somebody

Act = Callable[[], Awaitable[object]]

WRONG_PINS = 5
ASKS_FIRST = 0.3  # of all purchases: [I bought it] before [As estimated]


@dataclass(slots=True, kw_only=True)
class Runner(Somebody):
    """Somebody who delivers, one job at a time."""

    async def comes_in(self) -> None:
        """The first word, without which the bot may not write."""
        seen = f"runner {self.number} is greeted"
        await self.city.persist(
            lambda: self.says(f"/start {INVITATION}"), lambda: self.button("deliver_food"), self.places, seen
        )

    async def sets_up_payout(self) -> None:
        """An account that money can be sent to."""

        async def ready() -> bool | None:
            query = "SELECT 1 FROM person WHERE id = $1 AND payouts_ready"
            return bool(await self.city.ask(query, self.number)) or None

        while not await ready():
            link: str | bool = await self.city.persist(
                lambda: self.press("set_up_payout"),
                lambda: self.link("/pay/onboarding/"),
                self.places,
                f"runner {self.number} sees the way to an account",
                known=ready,
            )
            if isinstance(link, str):
                await self.follows(link, "Finish onboarding")
                expected = f"runner {self.number} has an account"
                await self.city.persist(_nothing, self._reads_ready, self.places, expected, known=ready)

    def _reads_ready(self) -> bool | None:
        return any("pay-out is ready" in one.text for one in self.newest()) or None

    async def takes(self, order: int, customer: Customer) -> bool:
        """Claim a job; True when it is hers and may be bought, False when it is another's or over."""

        async def known() -> bool | None:
            row = await self.city.order(order)
            if row["runner_id"] == self.number:
                return True if row["hold_checked"] or row["status"] != "ACCEPTED" else None
            return False if row["runner_id"] or row["status"] not in ("PENDING", "CREATED") else None

        def seen() -> bool | None:
            return True if self.button("bought", order) else False if customer.over(order) else None

        return await self.city.persist(
            lambda: self.press("claim", order), seen, self.places, f"#{order} is taken", order=order, known=known
        )

    async def gives_back(self, order: int) -> None:
        """[Yes, give it back], without the question before it, until the books say so: cards lag."""

        async def known() -> bool | None:
            return (await self.city.order(order))["runner_id"] != self.number or None

        while not await known():
            await self.city.persist(
                lambda: self.press("release_sure", order),
                lambda: self.button("claim", order, place=self.group),
                self.places,
                f"#{order} goes back",
                order=order,
                known=known,
            )
            await asyncio.sleep(NEXT_LOOK)

    async def brings(self, order: int, customer: Customer, *, by_photo: bool) -> None:
        """From the claimed job to the door and the end."""
        if self.dice.random() < ASKS_FIRST:
            await self.press("bought", order)
        await self._step(order, "bought_estimate", "picked_up", ("PLACED", "ON_THE_WAY", "ARRIVED"))
        await self._step(order, "picked_up", "here", ("ON_THE_WAY", "ARRIVED"))
        pin = await self._arrives(order, customer)
        if by_photo or pin is None:
            await self._leaves(order, pin)
        else:
            await self._hands_over(order, pin)

    async def _step(self, order: int, action: str, follows: str, then: tuple[str, ...]) -> None:
        async def known() -> bool | None:
            return (await self.city.order(order))["status"] in then or None

        await self.city.persist(
            lambda: self.press(action, order),
            lambda: self.button(follows, order) and True,
            self.places,
            f"#{order} is ready to {follows}",
            order=order,
            known=known,
        )

    async def _arrives(self, order: int, customer: Customer) -> str | None:
        """[I'm here]; the PIN the customer says, None when she sees nothing."""

        async def known() -> tuple[str | None] | None:
            row = await self.city.order(order)
            if row["status"] != "ARRIVED":
                return None
            return (None,) if customer.blocking else (str(row["pin"]),)

        def seen() -> tuple[str | None] | None:
            pin = customer.reads_pin(order)
            return (pin,) if pin else None

        (pin,) = await self.city.persist(
            lambda: self.press("here", order),
            seen,
            customer.places,
            f"#{order} is at the door",
            order=order,
            known=known,
        )
        return pin

    async def _hands_over(self, order: int, pin: str) -> None:
        await self._delivers(order, lambda: self.says(pin))

    async def _leaves(self, order: int, pin: str | None) -> None:
        """Five wrong PINs, [Leave it, send photo], the photo."""

        async def guess() -> None:
            row = await self.city.order(order)
            wrong = (number for number in range(1000, 1000 + 2 * WRONG_PINS) if str(number) != (pin or row["pin"]))
            for _ in range(WRONG_PINS - row["pin_tries"]):
                await self.says(str(next(wrong)))

        async def locked() -> bool | None:
            return (await self.city.order(order))["pin_tries"] >= WRONG_PINS or None

        seen = f"#{order} may be left"
        await self.city.persist(
            guess, lambda: self.button("leave", order) and True, self.places, seen, order=order, known=locked
        )

        async def leave() -> None:
            await self.press("leave", order)
            await self.shows()

        await self._delivers(order, leave)

    async def _delivers(self, order: int, act: Act) -> None:
        delivered = f"#{order}: delivered"

        async def known() -> bool | None:
            return (await self.city.order(order))["status"] in ("DELIVERED", "COMPLETED") or None

        def seen() -> bool | None:
            return any(delivered in one.text for one in self.newest()) or None

        await self.city.persist(act, seen, self.places, f"#{order} is delivered", order=order, known=known)


async def _nothing() -> None:
    """Only wait."""
