"""Checks the money of an order that is over: what was charged, what was paid out, and that no hold is open."""

from dataclasses import dataclass

from sandbox.people.control_clients import Json, PlayError, StripeControl

HELD_STATUS = "requires_capture"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedMoney:
    """The expected money of an order at the end of a scene, in minor units."""

    order_id: int
    charged: int = 0
    paid_out: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderMoney:
    """Stripe's records of all orders."""

    intents: list[Json]
    transfers: list[Json]

    def intents_of(self, order: int) -> list[Json]:
        """Return the payment intents of an order."""
        return [intent for intent in self.intents if intent["metadata"].get("order") == str(order)]

    def transfers_of(self, order: int) -> list[Json]:
        """Return the transfers to the runner of an order."""
        return [transfer for transfer in self.transfers if transfer["transfer_group"] == f"order_{order}"]


async def read_order_money(stripe: StripeControl) -> OrderMoney:
    """Read the payment intents and the transfers of all orders."""
    return OrderMoney(intents=await stripe.objects("payment_intent"), transfers=await stripe.objects("transfer"))


async def check_order_money(stripe: StripeControl, expected: ExpectedMoney) -> str:
    """Compare Stripe's records of an order with `expected`, and return a sentence. Raise PlayError when they differ."""
    money = await read_order_money(stripe)
    intents, transfers = money.intents_of(expected.order_id), money.transfers_of(expected.order_id)
    charged = sum(intent["amount_received"] for intent in intents)
    paid_out = sum(transfer["amount"] for transfer in transfers)
    if any(intent["status"] == HELD_STATUS for intent in intents):
        raise PlayError(f"Order #{expected.order_id} is over, and money is still held for it.")
    if (charged, paid_out) != (expected.charged, expected.paid_out):
        raise PlayError(
            f"Order #{expected.order_id}: {charged} charged and {paid_out} paid out in {len(transfers)} transfers; "
            f"{expected.charged} and {expected.paid_out} were expected (minor units)."
        )
    connected = (await stripe.get("summary"))["connected"]
    for transfer in transfers:
        account, amount = transfer["destination"], transfer["amount"]
        balance = sum(connected[account].values())
        if balance < amount:
            raise PlayError(f"The runner's account {account} holds {balance}, less than the {amount} that were sent.")
    return f"#{expected.order_id}: charged {charged / 100:.2f}, the runner has {paid_out / 100:.2f}, nothing is held"
