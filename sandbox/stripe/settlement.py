"""The currencies in which the platform's bank accounts receive money: a charge in any other one is converted."""

from dataclasses import dataclass

from sandbox.stripe.stripe_world import StripeWorld


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """An amount as it arrives on the balance; `exchange_rate` is None where nothing was converted."""

    currency: str
    exchange_rate: float | None = None

    def convert(self, amount: int) -> int:
        """Return minor units of `currency`."""
        return amount if self.exchange_rate is None else round(amount * self.exchange_rate)


def settle(world: StripeWorld, currency: str) -> Settled:
    """Return how an amount of this currency arrives."""
    profile = world.profile
    if not profile.settlement or currency in profile.settlement:
        return Settled(currency=currency)
    return Settled(currency=profile.settlement[0], exchange_rate=profile.settlement_rate)
