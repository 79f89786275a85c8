"""Runners: take a job, buy, bring it; some have an account for their money from the start, one gets it late."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from sandbox.play.scenes.scene_steps import INVITATION
from sandbox.soak.simulated_customer import DATABASE_POLL_INTERVAL_SECONDS, SimulatedCustomer
from sandbox.soak.simulated_user import SimulatedUser

UserAction = Callable[[], Awaitable[object]]

MAX_PIN_TRIES = 5
PURCHASE_QUESTION_SHARE = 0.3  # of all purchases: [I bought it] before [As estimated]


@dataclass(slots=True, kw_only=True)
class SimulatedRunner(SimulatedUser):
    """Somebody who delivers, one job at a time."""

    async def start_bot(self) -> None:
        """The first word, without which the bot may not write."""
        seen = f"runner {self.user_id} is greeted"
        await self.context.retry_until(
            lambda: self.type_text(f"/start {INVITATION}"), lambda: self.find_button("deliver_food"), self.chats, seen
        )

    async def set_up_payout_account(self) -> None:
        """An account that money can be sent to."""

        async def ready() -> bool | None:
            query = "SELECT 1 FROM person WHERE id = $1 AND payouts_ready"
            return bool(await self.context.query(query, self.user_id)) or None

        while not await ready():
            link: str | bool = await self.context.retry_until(
                lambda: self.press("set_up_payout"),
                lambda: self.find_link("/pay/onboarding/"),
                self.chats,
                f"runner {self.user_id} sees the way to an account",
                find_in_database=ready,
            )
            if isinstance(link, str):
                await self.submit_stripe_page(link, "Finish onboarding")
                expected = f"runner {self.user_id} has an account"
                await self.context.retry_until(
                    _do_nothing, self._is_payout_ready, self.chats, expected, find_in_database=ready
                )

    def _is_payout_ready(self) -> bool | None:
        return any("pay-out is ready" in one.text for one in self.newest_messages()) or None

    async def claim_order(self, order: int, customer: SimulatedCustomer) -> bool:
        """Claim a job; True when it is hers and may be bought, False when it is another's or over."""

        async def find_in_database() -> bool | None:
            row = await self.context.order(order)
            if row["runner_id"] == self.user_id:
                return True if row["hold_checked"] or row["status"] != "ACCEPTED" else None
            return False if row["runner_id"] or row["status"] not in ("PENDING", "CREATED") else None

        def find_in_chat() -> bool | None:
            return True if self.find_button("bought", order) else False if customer.is_shown_over(order) else None

        return await self.context.retry_until(
            lambda: self.press("claim", order),
            find_in_chat,
            self.chats,
            f"#{order} is taken",
            order_id=order,
            find_in_database=find_in_database,
        )

    async def give_back_order(self, order: int) -> None:
        """[Yes, give it back], without the question before it, until the books say so: cards lag."""

        async def find_in_database() -> bool | None:
            return (await self.context.order(order))["runner_id"] != self.user_id or None

        while not await find_in_database():
            await self.context.retry_until(
                lambda: self.press("release_sure", order),
                lambda: self.find_button("claim", order, chat_ref=self.group),
                self.chats,
                f"#{order} goes back",
                order_id=order,
                find_in_database=find_in_database,
            )
            await asyncio.sleep(DATABASE_POLL_INTERVAL_SECONDS)

    async def bring_order(self, order: int, customer: SimulatedCustomer, *, by_photo: bool) -> None:
        """From the claimed job to the door and the end."""
        if self.rng.random() < PURCHASE_QUESTION_SHARE:
            await self.press("bought", order)
        await self._take_step(order, "bought_estimate", "picked_up", ("PLACED", "ON_THE_WAY", "ARRIVED"))
        await self._take_step(order, "picked_up", "here", ("ON_THE_WAY", "ARRIVED"))
        pin = await self._arrive(order, customer)
        if by_photo or pin is None:
            await self._leave_with_photo(order, pin)
        else:
            await self._hand_over(order, pin)

    async def _take_step(self, order: int, action: str, next_action: str, later_statuses: tuple[str, ...]) -> None:
        async def find_in_database() -> bool | None:
            return (await self.context.order(order))["status"] in later_statuses or None

        await self.context.retry_until(
            lambda: self.press(action, order),
            lambda: self.find_button(next_action, order) and True,
            self.chats,
            f"#{order} is ready to {next_action}",
            order_id=order,
            find_in_database=find_in_database,
        )

    async def _arrive(self, order: int, customer: SimulatedCustomer) -> str | None:
        """[I'm here]; the PIN the customer says, None when she sees nothing."""

        async def find_in_database() -> tuple[str | None] | None:
            row = await self.context.order(order)
            if row["status"] != "ARRIVED":
                return None
            return (None,) if customer.has_blocked_bot else (str(row["pin"]),)

        def find_in_chat() -> tuple[str | None] | None:
            pin = customer.find_pin(order)
            return (pin,) if pin else None

        (pin,) = await self.context.retry_until(
            lambda: self.press("here", order),
            find_in_chat,
            customer.chats,
            f"#{order} is at the door",
            order_id=order,
            find_in_database=find_in_database,
        )
        return pin

    async def _hand_over(self, order: int, pin: str) -> None:
        await self._deliver(order, lambda: self.type_text(pin))

    async def _leave_with_photo(self, order: int, pin: str | None) -> None:
        """Five wrong PINs, [Leave it, send photo], the photo."""

        async def guess() -> None:
            row = await self.context.order(order)
            wrong = (number for number in range(1000, 1000 + 2 * MAX_PIN_TRIES) if str(number) != (pin or row["pin"]))
            for _ in range(MAX_PIN_TRIES - row["pin_tries"]):
                await self.type_text(str(next(wrong)))

        async def is_pin_locked() -> bool | None:
            return (await self.context.order(order))["pin_tries"] >= MAX_PIN_TRIES or None

        expected = f"#{order} may be left"
        await self.context.retry_until(
            guess,
            lambda: self.find_button("leave", order) and True,
            self.chats,
            expected,
            order_id=order,
            find_in_database=is_pin_locked,
        )

        async def leave() -> None:
            await self.press("leave", order)
            await self.send_photo()

        await self._deliver(order, leave)

    async def _deliver(self, order: int, action: UserAction) -> None:
        delivered = f"#{order}: delivered"

        async def find_in_database() -> bool | None:
            return (await self.context.order(order))["status"] in ("DELIVERED", "COMPLETED") or None

        def find_in_chat() -> bool | None:
            return any(delivered in one.text for one in self.newest_messages()) or None

        await self.context.retry_until(
            action,
            find_in_chat,
            self.chats,
            f"#{order} is delivered",
            order_id=order,
            find_in_database=find_in_database,
        )


async def _do_nothing() -> None:
    """Only wait."""
