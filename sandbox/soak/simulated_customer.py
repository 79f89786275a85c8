"""Simulated customers: the first order through all menus and Stripe's page, every other one by [Order again]."""

import asyncio
import time
from dataclasses import dataclass
from functools import partial

from sandbox.play.sandbox_client import PlayError
from sandbox.play.scenes.scene_steps import APPROVAL_REQUIRED_CARD, DECLINED_CARD, GOOD_CARD, INVITATION
from sandbox.soak.simulated_user import ButtonTarget, SimulatedUser
from sandbox.soak.soak_context import FINAL_ORDER_STATUSES, NotSettledError

BASKET_ACTIONS = (  # each button, and the one that shows that the tap was handled
    ("order_food", "store"),
    ("store", "menu_item"),
    ("menu_item", "items_done"),
    ("items_done", "drop_point"),
    ("drop_point", "place"),
)
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

    async def start_bot(self) -> None:
        """Send /start with the campus' invite code until the bot answers."""
        expected = f"customer {self.user_id} is greeted"
        await self.context.retry_until(
            lambda: self.type_text(f"/start {INVITATION}"), lambda: self.find_button("order_food"), self.chats, expected
        )

    async def place_order(self) -> int:
        """Place an order and return its number."""
        while (number := self.find_order_number(self.last_order)) is None:
            if self.last_order == 0:
                await self._fill_basket()
            else:
                await self._wait_for_review(f"customer {self.user_id} sees the review of another #{self.last_order}")
            if number := await self._confirm_order():
                break
        self.last_order = number
        self.context.placed_orders.add(number)
        return number

    async def _fill_basket(self) -> None:
        for action, next_action in BASKET_ACTIONS:
            expected = f"customer {self.user_id} sees a button to {next_action}"
            await self.context.retry_until(
                partial(self._choose, action), partial(self._find_next_button, next_action), self.chats, expected
            )

    def _find_next_button(self, next_action: str) -> ButtonTarget | None:
        return self.find_button(next_action) or self.find_button("place")

    async def _choose(self, action: str) -> None:
        """Tap the first button with this action. Its number is unknown, so the button must exist."""
        if self.find_button(action) is None:
            await self.type_text("/start")
        else:
            await self.press(action)

    async def _wait_for_review(self, expected: str) -> None:
        before = {self.find_button("place"), self.find_button("instead")}

        def find_in_chat() -> ButtonTarget | int | None:
            offers = (self.find_button("place"), self.find_button("instead"))
            return next((one for one in offers if one not in before), None) or self.find_order_number(self.last_order)

        before.add(None)
        try_again = partial(self.press, "try_again", self.last_order)
        await self.context.retry_until(
            try_again, find_in_chat, self.chats, expected, find_in_database=self._find_unseen_order
        )

    async def _confirm_order(self) -> int:
        """Tap [Place order], and save a card when it is asked for. Return 0 when no order was placed."""

        def find_in_chat() -> int | str | None:
            return self.find_order_number(self.last_order) or self.find_link("/pay/checkout/")

        expected = f"customer {self.user_id} has placed"
        found: int | str = await self.context.retry_until(
            self._tap_place, find_in_chat, self.chats, expected, find_in_database=self._find_unseen_order
        )
        if isinstance(found, int):
            return found
        await self.submit_stripe_page(found, "Save card", number=self.card_number)
        try:
            number: int | None = await self.context.observer.wait_until(
                lambda: self.find_order_number(self.last_order),
                expected,
                self.chats,
                timeout=ORDER_AFTER_CARD_TIMEOUT_SECONDS,
            )
        except PlayError:
            number = await self._find_unseen_order()
        return number or 0

    async def _tap_place(self) -> None:
        offers = (("place", self.find_button("place")), ("instead", self.find_button("instead")))
        visible_offers = [(seen.message_id, action) for action, seen in offers if seen is not None]
        if visible_offers:
            await self.press(max(visible_offers)[1])
        else:
            await self.press("try_again", self.last_order) if self.last_order else await self.press("order_food")

    async def _find_unseen_order(self) -> int | None:
        """Return an order of this customer that no message has shown yet."""
        query = "SELECT min(id) AS id FROM orders WHERE customer_id = $1 AND id > $2"
        found: int | None = (await self.context.query(query, self.user_id, self.last_order))[0]["id"]
        return found

    def is_shown_over(self, order: int) -> bool | None:
        """Return True when the customer's order message offers [Order again], which means that the order has ended."""
        return self.find_button("try_again", order) is not None or None

    async def wait_until_over(self, order: int) -> None:
        """Wait until the order is over. Approve at the bank when the bank asks."""

        def find_in_chat() -> bool | None:
            return self.is_shown_over(order) or (True if self.find_link("/pay/approve/") else None)

        while not (self.is_shown_over(order) or await self.is_over_in_database(order)):
            find_in_database = partial(self.is_over_in_database, order)
            await self.context.retry_until(
                self.approve_at_bank,
                find_in_chat,
                self.chats,
                f"#{order} ends",
                order_id=order,
                find_in_database=find_in_database,
            )

    async def approve_at_bank(self) -> None:
        """Approve at the bank, if it asks."""
        link = self.find_link("/pay/approve/")
        if link is not None:
            await self.submit_stripe_page(link, "Approve")

    async def is_over_in_database(self, order: int) -> bool | None:
        """Return True when the order has ended in the database, otherwise None."""
        return (await self.context.order(order))["status"] in FINAL_ORDER_STATUSES or None

    async def wait_until_over_unseen(self, order: int) -> None:
        """Wait for the end in the database, because the customer has blocked the bot."""
        while not await self.is_over_in_database(order):
            if time.monotonic() > self.context.deadline:
                raise NotSettledError(f"#{order} does not end", order)
            await asyncio.sleep(DATABASE_POLL_INTERVAL_SECONDS)
