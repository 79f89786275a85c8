"""The dashboard's page: a list of objects, newest first, each with buttons for what a person may do to it now."""

from decimal import Decimal, InvalidOperation
from html import escape

from aiohttp import web

from sandbox.stripe.dashboard import object_lines
from sandbox.stripe.dashboard.acts import DASHBOARD_ACTS
from sandbox.stripe.page_frame import render_page, render_refusal_page
from sandbox.stripe.routes import apply_due_changes
from sandbox.stripe.stripe_refusals import StripeRefusal
from sandbox.stripe.stripe_sandbox import STRIPE_SANDBOX

MINOR_UNITS = 100
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
        ("Balance of the platform", object_lines.list_balance(world)),
        ("Payments", object_lines.list_payments(world)),
        ("Transfers to runners", object_lines.list_transfers(world)),
        ("Disputes", object_lines.list_disputes(world)),
        ("Accounts of runners", object_lines.list_accounts(world)),
        ("Customers and their cards", object_lines.list_customers(world)),
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


DASHBOARD_ROUTES = (
    web.get("/dashboard", show_dashboard),
    web.post("/dashboard/{act}/{object}", submit_act),
)
