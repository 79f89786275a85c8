"""Customers: the first order through all menus and Stripe's page, every further one by [Order again]."""

import asyncio
import time
from dataclasses import dataclass
from functools import partial

from sandbox.play.scenes.parts import ASKS_THE_BANK, DECLINED_LATER, GOOD_CARD, INVITATION
from sandbox.play.wire import PlayError
from sandbox.soak.city import OVER, NotSettled
from sandbox.soak.somebody import Seen, Somebody

BASKET = (  # each button, and the one that shows that it was understood
    ("order_food", "store"),
    ("store", "menu_item"),
    ("menu_item", "items_done"),
    ("items_done", "drop_point"),
    ("drop_point", "place"),
)
CARDS = (*(GOOD_CARD,) * 6, DECLINED_LATER, ASKS_THE_BANK)  # whose turn it is by the customer's place in the row
CARD_WITHIN = 25.0  # seconds from a saved card to the order
NEXT_LOOK = 1.0  # seconds between two looks into the database, for those who can't see their card


@dataclass(slots=True, kw_only=True)
class Customer(Somebody):
    """Somebody who orders, one order after the other."""

    card: str
    last: int = 0  # her newest order
    blocking: bool = False

    async def comes_in(self) -> None:
        """Follow the campus' link."""
        expected = f"customer {self.number} is greeted"
        await self.city.persist(
            lambda: self.says(f"/start {INVITATION}"), lambda: self.button("order_food"), self.places, expected
        )

    async def orders(self) -> int:
        """Place an order and return its number."""
        while (number := self.reads_number(self.last)) is None:
            if self.last == 0:
                await self._fills_basket()
            else:
                await self._sees_offer(f"customer {self.number} sees the review of another #{self.last}")
            if number := await self._places():
                break
        self.last = number
        self.city.placed.add(number)
        return number

    async def _fills_basket(self) -> None:
        for action, follows in BASKET:
            expected = f"customer {self.number} sees a button to {follows}"
            await self.city.persist(
                partial(self._chooses, action), partial(self._sees_either, follows), self.places, expected
            )

    def _sees_either(self, follows: str) -> Seen | None:
        return self.button(follows) or self.button("place")

    async def _chooses(self, action: str) -> None:
        """The first thing on offer; its number is on the button, so it has to be there."""
        if self.button(action) is None:
            await self.says("/start")
        else:
            await self.press(action)

    async def _sees_offer(self, expected: str) -> None:
        before = {self.button("place"), self.button("instead")}

        def seen() -> Seen | int | None:
            offers = (self.button("place"), self.button("instead"))
            return next((one for one in offers if one not in before), None) or self.reads_number(self.last)

        before.add(None)
        again = partial(self.press, "try_again", self.last)
        await self.city.persist(again, seen, self.places, expected, known=self._known)

    async def _places(self) -> int:
        """Tap [Place order]; the first time the card is asked for. 0 when nothing came of it."""

        def seen() -> int | str | None:
            return self.reads_number(self.last) or self.link("/pay/checkout/")

        expected = f"customer {self.number} has placed"
        found: int | str = await self.city.persist(self._taps_place, seen, self.places, expected, known=self._known)
        if isinstance(found, int):
            return found
        await self.follows(found, "Save card", number=self.card)
        try:
            number: int | None = await self.city.eyes.until(
                lambda: self.reads_number(self.last), expected, self.places, within=CARD_WITHIN
            )
        except PlayError:
            number = await self._known()
        return number or 0

    async def _taps_place(self) -> None:
        offers = (("place", self.button("place")), ("instead", self.button("instead")))
        standing = [(seen.message, action) for action, seen in offers if seen is not None]
        if standing:
            await self.press(max(standing)[1])
        else:
            await self.press("try_again", self.last) if self.last else await self.press("order_food")

    async def _known(self) -> int | None:
        """An order of hers that she has not heard of."""
        query = "SELECT min(id) AS id FROM orders WHERE customer_id = $1 AND id > $2"
        found: int | None = (await self.city.ask(query, self.number, self.last))[0]["id"]
        return found

    def over(self, order: int) -> bool | None:
        """Whether her card offers the same again: the order has ended."""
        return self.button("try_again", order) is not None or None

    async def sees_the_end(self, order: int) -> None:
        """Wait until the order is over; at the bank she says yes when she is asked."""

        def seen() -> bool | None:
            return self.over(order) or (True if self.link("/pay/approve/") else None)

        while not (self.over(order) or await self.is_over(order)):
            known = partial(self.is_over, order)
            await self.city.persist(self.says_yes, seen, self.places, f"#{order} ends", order=order, known=known)

    async def says_yes(self) -> None:
        """Approve at the bank, if it asks."""
        link = self.link("/pay/approve/")
        if link is not None:
            await self.follows(link, "Approve")

    async def is_over(self, order: int) -> bool | None:
        """Whether the order has ended, by the books."""
        return (await self.city.order(order))["status"] in OVER or None

    async def waits_blind(self, order: int) -> None:
        """Wait for the end without seeing anything: she has blocked the bot."""
        while not await self.is_over(order):
            if time.monotonic() > self.city.give_up_at:
                raise NotSettled(f"#{order} does not end", order)
            await asyncio.sleep(NEXT_LOOK)
