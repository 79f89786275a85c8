"""Simulated customers: the first order through all menus and Stripe's page, every other one by [Order again]."""

import asyncio
from dataclasses import dataclass
from functools import partial

from sandbox.people.control_clients import PlayError
from sandbox.people.customer import APPROVAL_REQUIRED_CARD, DECLINED_CARD, GOOD_CARD, PIN_PATTERN
from sandbox.soak.simulated_user import SimulatedUser
from sandbox.soak.soak_context import FINAL_ORDER_STATUSES

BASKET_ACTIONS = (  # each button, and the one that shows that the tap was handled
    ("order_food", "store"),
    ("store", "menu_item"),
    ("menu_item", "items_done"),
    ("items_done", "drop_point"),
    ("drop_point", "place"),
)
OFFER_ACTIONS = ("place", "instead")
# A customer's card by their index.
CARD_NUMBERS = (*(GOOD_CARD,) * 6, DECLINED_CARD, APPROVAL_REQUIRED_CARD)
ORDER_AFTER_CARD_TIMEOUT_SECONDS = 25.0  # from a saved card to the order
DATABASE_POLL_INTERVAL_SECONDS = 1.0  # between two queries, for users who cannot see their messages


@dataclass(slots=True, kw_only=True)
class SimulatedCustomer(SimulatedUser):
    """A customer who places one order after the other."""

    card_number: str
    last_order: int = 0  # the customer's newest order
    has_blocked_bot: bool = False

    async def place_order(self) -> int:
        """Place an order and return its number."""
        while (number := self.new_order_number(self.last_order)) is None:
            if self.last_order == 0:
                await self._fill_basket()
            else:
                await self._wait_for_review()
            if number := await self._confirm_order():
                break
        self.last_order = number
        self.context.placed_orders.add(number)
        return number

    async def _fill_basket(self) -> None:
        for action, next_action in BASKET_ACTIONS:

            def find_next_button(next_action: str = next_action) -> bool | None:
                return (self.seen_button(next_action) or self.seen_button("place")) is not None or None

            await self.retry_until(partial(self._choose, action), find_next_button, f"sees a button to {next_action}")

    async def _choose(self, action: str) -> None:
        """Tap the first button with this action. Its number is unknown, so the button must exist."""
        if self.seen_button(action) is None:
            await self.type_text("/start")
        else:
            await self.press(action)

    def _seen_offers(self) -> dict[tuple[int, str | None], str]:
        """Return the actions of the newest buttons that place an order, by message and data of each."""
        seen = {action: self.seen_button(action) for action in OFFER_ACTIONS}
        return {(one.message.message_id, one.button.data): action for action, one in seen.items() if one is not None}

    async def _wait_for_review(self) -> None:
        before = self._seen_offers().keys()

        def find_in_chat() -> bool | None:
            return bool(self._seen_offers().keys() - before or self.new_order_number(self.last_order)) or None

        async def find_in_database() -> bool | None:
            return await self._find_unseen_order() is not None or None

        try_again = partial(self.press, "try_again", self.last_order)
        expected = f"sees the review of another #{self.last_order}"
        await self.retry_until(try_again, find_in_chat, expected, find_in_database=find_in_database)

    async def _confirm_order(self) -> int:
        """Tap [Place order], and save a card when it is asked for. Return 0 when no order was placed."""

        def find_in_chat() -> int | str | None:
            return self.new_order_number(self.last_order) or self.seen_link("/pay/checkout/")

        found: int | str = await self.retry_until(
            self._tap_place, find_in_chat, "has placed an order", find_in_database=self._find_unseen_order
        )
        if isinstance(found, int):
            return found
        await self.submit_stripe_page(found, "Save card", number=f"{self.card_number} #{self.user_id}")
        try:
            return await self.wait_until(
                lambda: self.new_order_number(self.last_order),
                "has placed an order",
                timeout=ORDER_AFTER_CARD_TIMEOUT_SECONDS,
            )
        except PlayError:
            return await self._find_unseen_order() or 0

    async def _tap_place(self) -> None:
        offers = self._seen_offers()
        if offers:
            await self.press(offers[max(offers)])
        elif self.last_order:
            await self.press("try_again", self.last_order)
        else:
            await self.press("order_food")

    async def _find_unseen_order(self) -> int | None:
        """Return an order of this customer that no message has shown yet."""
        query = "SELECT min(id) AS id FROM orders WHERE customer_id = $1 AND id > $2"
        found: int | None = (await self.context.query(query, self.user_id, self.last_order))[0]["id"]
        return found

    def find_pin(self, order: int) -> str | None:
        """Return the PIN in the order's message."""
        found = (PIN_PATTERN.search(text) for text in self.texts if f"#{order}" in text)
        return next((pin[1] for pin in found if pin), None)

    def is_shown_over(self, order: int) -> bool | None:
        """Return True when the customer's order message offers [Order again], which means that the order has ended."""
        return self.seen_button("try_again", subject_id=order) is not None or None

    async def is_over_in_database(self, order: int) -> bool | None:
        """Return True when the order has ended in the database, otherwise None."""
        return await self.has_status(order, FINAL_ORDER_STATUSES)

    async def wait_until_over(self, order: int) -> None:
        """Wait until the order is over. Approve at the bank when the bank asks."""

        def find_in_chat() -> bool | None:
            return bool(self.is_shown_over(order) or self.seen_link("/pay/approve/")) or None

        is_over = partial(self.is_over_in_database, order)
        while not (self.is_shown_over(order) or await is_over()):
            await self.retry_until(
                self.approve_at_bank, find_in_chat, "sees the end", order_id=order, find_in_database=is_over
            )

    async def approve_at_bank(self) -> None:
        """Approve at the bank, if it asks."""
        link = self.seen_link("/pay/approve/")
        if link is not None:
            await self.submit_stripe_page(link, "Approve")

    async def wait_until_over_unseen(self, order: int) -> None:
        """Wait for the end in the database, because the customer has blocked the bot."""
        while not await self.is_over_in_database(order):
            self.context.require_time(f"#{order} does not end", order)
            await asyncio.sleep(DATABASE_POLL_INTERVAL_SECONDS)
