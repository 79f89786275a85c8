"""The lines of the dashboard's page: each object in words, with buttons for what may be done to it now."""

from collections.abc import Iterable, Iterator
from html import escape

from sandbox.stripe.documents import Document
from sandbox.stripe.page_frame import format_page_amount
from sandbox.stripe.resources.balance_resource import sum_movements
from sandbox.stripe.resources.charge_resource import unrefunded_amount
from sandbox.stripe.stripe_world import StripeWorld

MAX_SHOWN = 30  # of each kind
# The status of a payment -> what may be done to it.
PAYMENT_ACTS = {
    "requires_capture": ("capture_payment", "cancel_payment"),
    "requires_action": ("cancel_payment",),
    "succeeded": ("refund_payment",),
}
DISPUTE_ACTS = ("answer_dispute", "accept_dispute", "lose_dispute", "win_dispute")
ACTS_WITH_AMOUNT = frozenset(
    {"capture_payment", "refund_payment", "create_transfer", "reverse_transfer", "pay_out_platform", "top_up"}
)
ACTS_WITHOUT_ALL = frozenset({"top_up", "create_transfer"})  # acts that need an amount


def _newest(documents: Iterable[Document]) -> list[Document]:
    return [one for one in reversed(list(documents)) if "deleted" not in one][:MAX_SHOWN]


def _line(words: str, object_id: str, acts: Iterable[str]) -> str:
    buttons = "".join(_button(act, object_id) for act in acts)
    return f"<li id='{escape(object_id)}'><span>{escape(words)} <code>{escape(object_id)}</code></span>{buttons}</li>"


def _button(act: str, object_id: str) -> str:
    sample = "5.00" if act in ACTS_WITHOUT_ALL else "all"
    amount = f"<input name=amount inputmode=decimal placeholder={sample} aria-label=amount>"
    field = amount if act in ACTS_WITH_AMOUNT else ""
    label = escape(act.replace("_", " ").capitalize())
    action = escape(f"/dashboard/{act}/{object_id}")
    return f"<form method=post action='{action}'>{field}<button>{label}</button></form>"


def list_balance(world: StripeWorld) -> Iterator[str]:
    """Yield a line for each of the balance in each currency, with what may be done now."""
    available = sum_movements(world, None, "available")
    for currency, amount in sorted(sum_movements(world, None).items()) or [("sgd", 0)]:
        money, free = (format_page_amount(one, currency) for one in (amount, available.get(currency, 0)))
        yield _line(f"{money}, of which {free} available", currency, ("pay_out_platform", "top_up"))


def list_payments(world: StripeWorld) -> Iterator[str]:
    """Yield a line for each of the payments and their charges, with what may be done now."""
    for one in _newest(world.documents.all_of("payment_intent").values()):
        order, money = one["metadata"].get("order", "-"), format_page_amount(one["amount"], one["currency"])
        charge = world.documents.get("charge", one["latest_charge"] or "")
        kept = unrefunded_amount(charge) if charge and charge["captured"] else one["amount_received"]
        taken = format_page_amount(kept, one["currency"])
        words = f"order {order}: {money}, {one['status'].replace('_', ' ')}, {taken} kept"
        yield _line(words, one["id"], PAYMENT_ACTS.get(one["status"], ()))
        if charge and charge["captured"] and not charge["disputed"]:
            yield _line(f"the charge of order {order}", charge["id"], ("open_dispute",))


def list_transfers(world: StripeWorld) -> Iterator[str]:
    """Yield a line for each of the transfers, with what may be done now."""
    for one in _newest(world.documents.all_of("transfer").values()):
        money, back = (format_page_amount(one[name], one["currency"]) for name in ("amount", "amount_reversed"))
        acts = () if one["reversed"] else ("reverse_transfer",)
        yield _line(f"order {one['metadata'].get('order', '-')}: {money}, {back} reversed", one["id"], acts)


def list_disputes(world: StripeWorld) -> Iterator[str]:
    """Yield a line for each of the disputes, with what may be done now."""
    for one in _newest(world.documents.all_of("dispute").values()):
        acts = () if one["status"] in ("won", "lost") else DISPUTE_ACTS
        money = format_page_amount(one["amount"], one["currency"])
        yield _line(f"{money}, {one['reason'].replace('_', ' ')}: {one['status'].replace('_', ' ')}", one["id"], acts)


def list_accounts(world: StripeWorld) -> Iterator[str]:
    """Yield a line for each of the connected accounts, with what may be done now."""
    for one in _newest(world.documents.all_of("account").values()):
        state = one["capabilities"].get("transfers", "no transfers")
        words = f"person {one['metadata'].get('person', '-')}: transfers {state}"
        acts = ("create_transfer", "reject_account", "close_account")
        yield _line(words, one["id"], acts if state == "active" else acts[1:])


def list_customers(world: StripeWorld) -> Iterator[str]:
    """Yield a line for each of the customers, each with their cards, with what may be done now."""
    for one in _newest(world.documents.all_of("customer").values()):
        yield _line(f"person {one['metadata'].get('person', '-')}", one["id"], ("delete_customer",))
        for card in world.documents.all_of("payment_method").values():
            if card["customer"] == one["id"]:
                yield _line(f"{card['card']['brand']} {card['card']['last4']}", card["id"], ("detach_card",))
