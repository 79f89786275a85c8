"""Runners: a pay-out account at Stripe, and the delivery of an order up to the PIN."""

from dataclasses import dataclass

from sandbox.people.customer import DELIVERED_AND_PAID_TEXT, Customer
from sandbox.people.person import Person

RUNNER_AMOUNT = 730  # of the customer's order: laksa 5.50, and 90 % of the delivery fee of 2.00


@dataclass(slots=True, kw_only=True)
class Runner(Person):
    """A runner."""

    async def finish_onboarding(self) -> None:
        """Follow the link to Stripe's onboarding and finish it."""
        await self.submit_page("/pay/onboarding/", "Finish onboarding")

    async def set_up_payout_account(self) -> None:
        """Send /start and set up an account that can receive money."""
        await self.start_bot()
        await self.tap("deliver_food")
        await self.tap("set_up_payout")
        await self.finish_onboarding()
        await self.wait_for_message("pay-out is ready")

    async def bring_to_door(self, customer: Customer, order: int) -> str:
        """Buy and pick up a claimed order, bring it to the customer's door, and return the PIN."""
        for action in ("bought", "bought_estimate", "picked_up", "here"):
            await self.tap(action, subject_id=order)
        return await customer.wait_for_pin(order)

    async def bring_order(self, customer: Customer, order: int) -> None:
        """Buy, pick up and deliver a claimed order, with the PIN at the end."""
        await self.type_text(await self.bring_to_door(customer, order))
        await customer.wait_for_message(f"#{order}", DELIVERED_AND_PAID_TEXT)

    async def claim_and_bring(self, customer: Customer, order: int) -> None:
        """Claim an open order, deliver it, and wait until the money was sent."""
        await self.tap("claim", subject_id=order)
        await self.bring_order(customer, order)
        await self.wait_until_paid(order)

    async def wait_until_paid(self, order: int) -> None:
        """Wait until the order message says that the money was sent."""
        await self.wait_for_message(f"#{order}: delivered", "S$7.30 was sent")
