"""Whether a scene ended as it must: what was charged, what was paid out, and that nothing is still held."""

from sandbox.play.stage import Ending
from sandbox.play.wire import PlayError, Wire, fields, rows, whole

HELD = "requires_capture"


async def judge(stripe: Wire, ending: Ending) -> str:
    """Compare Stripe's books with what the scene says of an order; returns a sentence, or PlayError."""
    intents = [
        intent
        for intent in rows(await stripe.get("/sim/objects", kind="payment_intent"))
        if fields(intent["metadata"]).get("order") == str(ending.order)
    ]
    charged = sum(whole(intent["amount_received"]) for intent in intents)
    transfers = [
        transfer
        for transfer in rows(await stripe.get("/sim/objects", kind="transfer"))
        if transfer["transfer_group"] == f"order_{ending.order}"
    ]
    paid_out = sum(whole(transfer["amount"]) for transfer in transfers)
    if any(intent["status"] == HELD for intent in intents):
        raise PlayError(f"Order #{ending.order} is over, and money is still held for it.")
    if (charged, paid_out) != (ending.charged, ending.paid_out):
        raise PlayError(
            f"Order #{ending.order}: {charged} charged and {paid_out} paid out in {len(transfers)} transfers; "
            f"{ending.charged} and {ending.paid_out} were expected (minor units)."
        )
    for transfer in transfers:
        await _require_received(stripe, str(transfer["destination"]), whole(transfer["amount"]))
    return f"#{ending.order}: charged {charged / 100:.2f}, the runner has {paid_out / 100:.2f}, nothing is held"


async def _require_received(stripe: Wire, account: str, amount: int) -> None:
    """The transfer must have reached the runner's own balance."""
    connected = fields(fields(await stripe.get("/sim/summary"))["connected"])
    balance = sum(whole(value) for value in fields(connected[account]).values())
    if balance < amount:
        raise PlayError(f"The runner's account {account} holds {balance}, less than the {amount} that were sent.")
