"""Customers: one laksa from Koufu, ordered, paid by card and received with the PIN."""

import re
from dataclasses import dataclass

from sandbox.people.person import MESSAGE_TIMEOUT_SECONDS, ORDER_NUMBER_PATTERN, Person

PIN_PATTERN = re.compile(r"PIN: (\d{4})\b")
GOOD_CARD = "4242 4242 4242 4242"
DECLINED_CARD = "4000 0000 0000 0341"  # can be saved, and declines a hold
APPROVAL_REQUIRED_CARD = "4000 0027 6000 3184"
CHARGED_AMOUNT = 830  # laksa 5.50, delivery 2.00, service 0.80; bought for exactly the estimate

ORDER_OPEN_TEXT = "looking for a runner"
DELIVERED_AND_PAID_TEXT = "delivered and paid"


@dataclass(slots=True, kw_only=True)
class Customer(Person):
    """A customer."""

    async def fill_basket(self) -> None:
        """Put one laksa from Koufu for the library into the basket, and wait for the review."""
        await self.type_text(f"/start {self.campus.invite_code}")  # sent by the campus' invite link
        await self.tap("order_food")
        await self.tap("store", "Koufu")
        await self.tap("menu_item", "Laksa")
        await self.tap("items_done")
        await self.tap("drop_point", "Science Library")
        await self.find_button("place")

    async def save_card(self, number: str) -> None:
        """Follow the link to Stripe's Checkout page and save a card of one's own that behaves as this number."""
        await self.submit_page("/pay/checkout/", "Save card", number=f"{number} #{self.user_id}")

    async def place_order(self, card: str = GOOD_CARD) -> None:
        """Place the first order of a person without a card, and save this card."""
        await self.fill_basket()
        await self.tap("place")
        await self.save_card(card)

    async def order_laksa(self) -> int:
        """Place the first order of a person without a card. Wait until it is open, and return its number."""
        await self.place_order()
        return await self.wait_for_order_number(ORDER_OPEN_TEXT)

    async def add_card(self, number: str) -> None:
        """Save a card, or replace the saved one, without an order that waits for it."""
        await self.type_text("/me")
        await self.tap("add_card")
        await self.save_card(number)

    async def approve_at_bank(self) -> None:
        """Follow the link to the bank's page and approve."""
        await self.submit_page("/pay/approve/", "Approve")

    async def cancel_order(self, order: int) -> None:
        """Cancel an order that no runner has claimed, and wait until the hold is released."""
        await self.tap("cancel", subject_id=order)
        await self.tap("cancel_sure", subject_id=order)
        await self.wait_for_message(f"#{order}: cancelled", "Released")

    async def wait_for_order_number(self, *words: str, timeout: float = MESSAGE_TIMEOUT_SECONDS) -> int:
        """Return the order number (#12) in a message that contains all of these words."""
        return int(await self.wait_for_match(ORDER_NUMBER_PATTERN, "#", *words, timeout=timeout))

    async def wait_for_pin(self, order: int) -> str:
        """Return the PIN that the customer tells the runner at the door."""
        return await self.wait_for_match(PIN_PATTERN, f"#{order}", "PIN:", timeout=MESSAGE_TIMEOUT_SECONDS)
