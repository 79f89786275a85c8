"""The dashboard's page: a list of objects, newest first, each with buttons for what a person may do to it now."""

from collections.abc import Iterable, Iterator
from decimal import Decimal, InvalidOperation
from html import escape

from aiohttp import web

from sandbox.stripe.dashboard.acts import DASHBOARD_ACTS
from sandbox.stripe.documents import Document
from sandbox.stripe.page_frame import format_page_amount, render_page, render_refusal_page
from sandbox.stripe.resources.balance_resource import sum_movements
from sandbox.stripe.routes import apply_due_changes
from sandbox.stripe.stripe_refusals import StripeRefusal
from sandbox.stripe.stripe_sandbox import STRIPE_SANDBOX
from sandbox.stripe.stripe_world import StripeWorld

MAX_SHOWN = 30  # of each kind
MINOR_UNITS = 100
# The status of a payment -> what may be done to it.
PAYMENT_ACTS = {
    "requires_capture": ("capture_payment", "cancel_payment"),
    "requires_action": ("cancel_payment",),
    "succeeded": ("refund_payment",),
}
DISPUTE_ACTS = ("answer_dispute", "accept_dispute", "lose_dispute", "win_dispute")
ACTS_WITH_AMOUNT = frozenset({"capture_payment", "refund_payment", "reverse_transfer", "pay_out_platform", "top_up"})
PAGE_STYLE = """
body{place-items:start center}main{width:min(60em,100vw - 2em)}h2{font-size:1.05em;margin:1.4em 0 .3em}
li{display:flex;flex-wrap:wrap;gap:.5em;align-items:center;padding:.45em 0;border-top:1px solid var(--line)}
ul{list-style:none;margin:0;padding:0}li>span{flex:1 1 20em}code{font-size:.85em;color:var(--quiet)}
form{display:flex;gap:.3em}button,input{width:auto;margin:0;padding:.35em .6em;font-size:.9em}input{width:5.5em}
"""


async def show_dashboard(request: web.Request) -> web.Response:
    """GET /dashboard: show the objects and what may be done to them."""
    world = request.app[STRIPE_SANDBOX].world
    apply_due_changes(world)
    sections = (
        ("Balance of the platform", _balance(world)),
        ("Payments", _payments(world)),
        ("Transfers to runners", _transfers(world)),
        ("Disputes", _disputes(world)),
        ("Accounts of runners", _accounts(world)),
        ("Customers and their cards", _customers(world)),
    )
    listed = "".join(_section(title, list(lines)) for title, lines in sections)
    intro = "<p>What you do here, a person does in Stripe's dashboard: watch what the chats say.</p>"
    return render_page("Stripe's dashboard", f"<style>{PAGE_STYLE}</style>{intro}{listed}")


async def submit_act(request: web.Request) -> web.Response:
    """POST /dashboard/{act}/{object} amount=5.00: do it, and show the dashboard again."""
    sandbox = request.app[STRIPE_SANDBOX]
    name, object_id = request.match_info["act"], request.match_info["object"]
    typed = str((await request.post()).get("amount", "")).strip()
    if name not in DASHBOARD_ACTS:
        raise web.HTTPNotFound
    try:
        amount = int(Decimal(typed) * MINOR_UNITS) if typed else None
        DASHBOARD_ACTS[name](sandbox.world, object_id, {} if amount is None else {"amount": amount})
    except StripeRefusal as refusal:
        return render_refusal_page(refusal, "/dashboard")
    except (InvalidOperation, KeyError):
        return render_page(
            "Which amount?", "<p>Write it like 5.00.</p><p><a href='/dashboard'>Back</a></p>", status=400
        )
    finally:
        sandbox.commit()
    raise web.HTTPSeeOther("/dashboard")


def _section(title: str, lines: list[str]) -> str:
    return f"<h2>{escape(title)}</h2><ul>{''.join(lines) or '<li><span>none yet</span></li>'}</ul>"


def _newest(documents: Iterable[Document]) -> list[Document]:
    return [one for one in reversed(list(documents)) if "deleted" not in one][:MAX_SHOWN]


def _line(words: str, object_id: str, acts: Iterable[str]) -> str:
    buttons = "".join(_button(act, object_id) for act in acts)
    return f"<li id='{escape(object_id)}'><span>{escape(words)} <code>{escape(object_id)}</code></span>{buttons}</li>"


def _button(act: str, object_id: str) -> str:
    sample = "5.00" if act == "top_up" else "all"
    amount = f"<input name=amount inputmode=decimal placeholder={sample} aria-label=amount>"
    field = amount if act in ACTS_WITH_AMOUNT else ""
    label = escape(act.replace("_", " ").capitalize())
    action = escape(f"/dashboard/{act}/{object_id}")
    return f"<form method=post action='{action}'>{field}<button>{label}</button></form>"


def _balance(world: StripeWorld) -> Iterator[str]:
    available = sum_movements(world, None, "available")
    for currency, amount in sorted(sum_movements(world, None).items()) or [("sgd", 0)]:
        money, free = (format_page_amount(one, currency) for one in (amount, available.get(currency, 0)))
        yield _line(f"{money}, of which {free} available", currency, ("pay_out_platform", "top_up"))


def _payments(world: StripeWorld) -> Iterator[str]:
    for one in _newest(world.documents.all_of("payment_intent").values()):
        order, money = one["metadata"].get("order", "-"), format_page_amount(one["amount"], one["currency"])
        charge = world.documents.get("charge", one["latest_charge"] or "")
        back = charge["amount_refunded"] if charge and charge["captured"] else 0
        taken = format_page_amount(one["amount_received"] - back, one["currency"])
        words = f"order {order}: {money}, {one['status'].replace('_', ' ')}, {taken} kept"
        yield _line(words, one["id"], PAYMENT_ACTS.get(one["status"], ()))
        if charge and charge["captured"] and not charge["disputed"]:
            yield _line(f"the charge of order {order}", charge["id"], ("open_dispute",))


def _transfers(world: StripeWorld) -> Iterator[str]:
    for one in _newest(world.documents.all_of("transfer").values()):
        money, back = (format_page_amount(one[name], one["currency"]) for name in ("amount", "amount_reversed"))
        acts = () if one["reversed"] else ("reverse_transfer",)
        yield _line(f"order {one['metadata'].get('order', '-')}: {money}, {back} reversed", one["id"], acts)


def _disputes(world: StripeWorld) -> Iterator[str]:
    for one in _newest(world.documents.all_of("dispute").values()):
        acts = () if one["status"] in ("won", "lost") else DISPUTE_ACTS
        money = format_page_amount(one["amount"], one["currency"])
        yield _line(f"{money}, {one['reason'].replace('_', ' ')}: {one['status'].replace('_', ' ')}", one["id"], acts)


def _accounts(world: StripeWorld) -> Iterator[str]:
    for one in _newest(world.documents.all_of("account").values()):
        state = one["capabilities"].get("transfers", "no transfers")
        words = f"person {one['metadata'].get('person', '-')}: transfers {state}"
        yield _line(words, one["id"], ("reject_account", "close_account"))


def _customers(world: StripeWorld) -> Iterator[str]:
    for one in _newest(world.documents.all_of("customer").values()):
        yield _line(f"person {one['metadata'].get('person', '-')}", one["id"], ("delete_customer",))
        for card in world.documents.all_of("payment_method").values():
            if card["customer"] == one["id"]:
                yield _line(f"{card['card']['brand']} {card['card']['last4']}", card["id"], ("detach_card",))


DASHBOARD_ROUTES = (
    web.get("/dashboard", show_dashboard),
    web.post("/dashboard/{act}/{object}", submit_act),
)
