"""Simulated runners: claim, buy, bring. Some have a pay-out account from the start, one gets it late."""

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
    """A runner who delivers one order at a time."""

    async def start_bot(self) -> None:
        """Send /start, because a bot may not write first to a person on Telegram."""
        seen = f"runner {self.user_id} is greeted"
        await self.context.retry_until(
            lambda: self.type_text(f"/start {INVITATION}"), lambda: self.find_button("deliver_food"), self.chats, seen
        )

    async def set_up_payout_account(self) -> None:
        """Set up an account that can receive money."""

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
        """Claim an order. Return True when this runner has it and may buy, False when another has it or it is over."""

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
        """Tap [Yes, give it back] directly, until the database has it: order messages lag behind."""

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
        """Buy the food, bring it to the door and deliver it."""
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
        """Tap [I'm here]. Return the PIN the customer tells, or None when the customer cannot see it."""

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
        """Type five wrong PINs, tap [Leave it, send photo], and send the photo."""

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
    """Perform no action, only wait."""
