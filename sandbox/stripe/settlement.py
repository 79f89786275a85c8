"""The currencies in which the platform's bank accounts receive money: a charge in any other one is converted."""

from dataclasses import dataclass

from sandbox.stripe.stripe_world import StripeWorld

SETTLEMENT_KIND = "sandbox.settlement"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """An amount as it arrives on the balance; `exchange_rate` is None where nothing was converted."""

    currency: str
    exchange_rate: float | None = None

    def convert(self, amount: int) -> int:
        """Return minor units of `currency`."""
        return amount if self.exchange_rate is None else round(amount * self.exchange_rate)


def set_settlement(world: StripeWorld, currencies: list[str], rate: float) -> None:
    """Let only these currencies settle; any other one is converted to the first of them at this rate."""
    document = {"id": SETTLEMENT_KIND, "currencies": currencies, "rate": rate}
    world.documents.put(SETTLEMENT_KIND, document)


def settlement_currencies(world: StripeWorld) -> list[str]:
    """Return the currencies that were set; empty: every currency settles as it is."""
    found = world.documents.get(SETTLEMENT_KIND, SETTLEMENT_KIND)
    return found["currencies"] if found else []


def settle(world: StripeWorld, currency: str) -> Settled:
    """Return how an amount of this currency arrives."""
    found = world.documents.get(SETTLEMENT_KIND, SETTLEMENT_KIND)
    if not found or not found["currencies"] or currency in found["currencies"]:
        return Settled(currency=currency)
    return Settled(currency=found["currencies"][0], exchange_rate=found["rate"])
