"""Simulated runners: claim, buy, bring. Some have a pay-out account from the start, one gets it late."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial

from sandbox.soak.simulated_customer import DATABASE_POLL_INTERVAL_SECONDS, SimulatedCustomer
from sandbox.soak.simulated_user import SimulatedUser

MAX_PIN_TRIES = 5
PURCHASE_QUESTION_SHARE = 0.3  # of all purchases: [I bought it] before [As estimated]
STEPS = (  # each button, the next one, and the statuses that show that the tap was handled
    ("bought_estimate", "picked_up", ("PLACED", "ON_THE_WAY", "ARRIVED")),
    ("picked_up", "here", ("ON_THE_WAY", "ARRIVED")),
)


@dataclass(slots=True, kw_only=True)
class SimulatedRunner(SimulatedUser):
    """A runner who delivers one order at a time."""

    async def set_up_payout_account(self) -> None:
        """Set up an account that can receive money."""

        async def ready() -> bool | None:
            query = "SELECT 1 FROM person WHERE id = $1 AND payouts_ready"
            return bool(await self.context.query(query, self.user_id)) or None

        while not await ready():
            link: str | bool = await self.retry_until(
                partial(self.press, "set_up_payout"),
                lambda: self.seen_link("/pay/onboarding/"),
                "sees the way to an account",
                find_in_database=ready,
            )
            if isinstance(link, str):
                await self.submit_stripe_page(link, "Finish onboarding")
                await self.retry_until(
                    _do_nothing, partial(self._is_told, "pay-out is ready"), "has an account", find_in_database=ready
                )

    def _is_told(self, words: str) -> bool | None:
        return any(words in text for text in self.texts) or None

    def _is_offered(self, action: str, order: int) -> bool | None:
        return self.seen_button(action, subject_id=order) is not None or None

    async def claim_order(self, order: int, customer: SimulatedCustomer) -> bool:
        """Claim an order. Return True when this runner has it and may buy, False when another has it or it is over."""

        async def find_in_database() -> bool | None:
            row = await self.context.order(order)
            if row["runner_id"] == self.user_id:
                return True if row["hold_checked"] or row["status"] != "ACCEPTED" else None
            return False if row["runner_id"] or row["status"] not in ("PENDING", "CREATED") else None

        def find_in_chat() -> bool | None:
            return self._is_offered("bought", order) or (False if customer.is_shown_over(order) else None)

        return await self.retry_until(
            partial(self.press, "claim", order),
            find_in_chat,
            "has claimed",
            order_id=order,
            find_in_database=find_in_database,
        )

    async def give_back_order(self, order: int) -> None:
        """Tap [Yes, give it back] directly, until the database has it: order messages lag behind."""

        async def find_in_database() -> bool | None:
            return (await self.context.order(order))["runner_id"] != self.user_id or None

        while not await find_in_database():
            await self.retry_until(
                partial(self.press, "release_sure", order),
                lambda: self.seen_button("claim", subject_id=order, chat_refs=(self.group,)) is not None or None,
                "has given it back",
                order_id=order,
                find_in_database=find_in_database,
            )
            await asyncio.sleep(DATABASE_POLL_INTERVAL_SECONDS)

    async def bring_order(self, order: int, customer: SimulatedCustomer, *, by_photo: bool) -> None:
        """Buy the food, bring it to the door and deliver it."""
        if self.rng.random() < PURCHASE_QUESTION_SHARE:
            await self.press("bought", order)
        for action, next_action, later_statuses in STEPS:
            await self.retry_until(
                partial(self.press, action, order),
                partial(self._is_offered, next_action, order),
                f"may tap {next_action}",
                order_id=order,
                find_in_database=partial(self.has_status, order, later_statuses),
            )
        pin = await self._arrive(order, customer)
        if pin is None:
            await self._ask_admin_to_finish(order)
        elif by_photo:
            await self._leave_with_photo(order, pin)
        else:
            await self._deliver(order, partial(self.type_text, pin))

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

        (pin,) = await self.retry_until(
            partial(self.press, "here", order),
            find_in_chat,
            "is at the door",
            order_id=order,
            find_in_database=find_in_database,
            chats=customer.chats,
        )
        return pin

    async def _ask_admin_to_finish(self, order: int) -> None:
        """Let an admin finish the order of a customer who cannot be told that the runner is there."""
        admin, chat = self.campus.admin.id, self.campus.admin_chat
        line = f"/finish {order} the food is at the door"
        await self._deliver(order, lambda: self.context.populated_stack.telegram.write(admin, chat, line))

    async def _leave_with_photo(self, order: int, pin: str) -> None:
        """Type five wrong PINs, which open nothing. Wait until the food may be left, and send the photo."""

        async def guess() -> None:
            row = await self.context.order(order)
            wrong = (number for number in range(1000, 1000 + 2 * MAX_PIN_TRIES) if str(number) != pin)
            for _ in range(MAX_PIN_TRIES - row["pin_tries"]):
                await self.type_text(str(next(wrong)))

        async def may_leave() -> bool | None:
            fired = "SELECT 1 FROM timer WHERE order_id = $1 AND kind = 'absent' AND status = 'fired'"
            return bool(await self.context.query(fired, order)) or None

        await self.retry_until(
            guess,
            partial(self._is_offered, "leave", order),
            "may leave it",
            order_id=order,
            find_in_database=may_leave,
        )

        async def leave() -> None:
            await self.press("leave", order)
            await self.send_photo()

        await self._deliver(order, leave)

    async def _deliver(self, order: int, action: Callable[[], Awaitable[object]]) -> None:
        await self.retry_until(
            action,
            partial(self._is_told, f"#{order}: delivered"),
            "has delivered",
            order_id=order,
            find_in_database=partial(self.has_status, order, ("DELIVERED", "COMPLETED")),
        )


async def _do_nothing() -> None:
    """Perform no action, only wait."""
