"""Checks the money of a finished scene: what was charged, what was paid out, and that no hold is open."""

from sandbox.play.sandbox_client import PlayError, SandboxClient, json_integer, json_object, json_objects
from sandbox.play.scene_context import ExpectedMoney

HELD_STATUS = "requires_capture"


async def check_order_money(stripe: SandboxClient, expected: ExpectedMoney) -> str:
    """Compare Stripe's records of an order with `expected`, and return a sentence. Raise PlayError when they differ."""
    intents = [
        intent
        for intent in json_objects(await stripe.get("/sim/objects", kind="payment_intent"))
        if json_object(intent["metadata"]).get("order") == str(expected.order_id)
    ]
    charged = sum(json_integer(intent["amount_received"]) for intent in intents)
    transfers = [
        transfer
        for transfer in json_objects(await stripe.get("/sim/objects", kind="transfer"))
        if transfer["transfer_group"] == f"order_{expected.order_id}"
    ]
    paid_out = sum(json_integer(transfer["amount"]) for transfer in transfers)
    if any(intent["status"] == HELD_STATUS for intent in intents):
        raise PlayError(f"Order #{expected.order_id} is over, and money is still held for it.")
    if (charged, paid_out) != (expected.charged, expected.paid_out):
        raise PlayError(
            f"Order #{expected.order_id}: {charged} charged and {paid_out} paid out in {len(transfers)} transfers; "
            f"{expected.charged} and {expected.paid_out} were expected (minor units)."
        )
    for transfer in transfers:
        await _require_runner_balance(stripe, str(transfer["destination"]), json_integer(transfer["amount"]))
    return f"#{expected.order_id}: charged {charged / 100:.2f}, the runner has {paid_out / 100:.2f}, nothing is held"


async def _require_runner_balance(stripe: SandboxClient, account: str, amount: int) -> None:
    """Raise PlayError when the transfer did not reach the runner's own balance."""
    connected = json_object(json_object(await stripe.get("/sim/summary"))["connected"])
    balance = sum(json_integer(value) for value in json_object(connected[account]).values())
    if balance < amount:
        raise PlayError(f"The runner's account {account} holds {balance}, less than the {amount} that were sent.")
