"""The levers under /sim: the clock, faults, webhooks, what people on the pages do, and a look inside."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import fields

from aiohttp import web

from sandbox.stripe.cards import find_card
from sandbox.stripe.delivery import Receiver
from sandbox.stripe.documents import DUE, Document, visible
from sandbox.stripe.faults import order_fault
from sandbox.stripe.refusals import Refusal
from sandbox.stripe.resources import accounts, authorizing, balances, checkout, disputes, payouts, refunds
from sandbox.stripe.routes import settle
from sandbox.stripe.sandbox import SANDBOX, Sandbox

Lever = Callable[[Sandbox, web.Request, Document], object]


def _lever(pull: Lever) -> Callable[[web.Request], Awaitable[web.Response]]:
    """A JSON endpoint: 400 with a sentence when the order makes no sense, the refusal's status when Stripe refuses."""

    async def handle(request: web.Request) -> web.Response:
        sandbox = request.app[SANDBOX]
        settle(sandbox.world)
        try:
            text = await request.text()
            order = json.loads(text) if text else {}
            return web.json_response(pull(sandbox, request, order))
        except Refusal as refused:
            return web.json_response({"error": refused.error}, status=refused.status)
        except (KeyError, TypeError, ValueError) as error:
            return web.json_response({"error": {"message": f"{type(error).__name__}: {error}"}}, status=400)
        finally:
            sandbox.commit()

    return handle


def tell_health(_sandbox: Sandbox, _request: web.Request, _order: Document) -> object:
    """GET /sim/healthz."""
    return {"ok": True}


def tell_time(sandbox: Sandbox, _request: web.Request, _order: Document) -> object:
    """GET /sim/clock."""
    return {"now": sandbox.world.now()}


def move_clock(sandbox: Sandbox, request: web.Request, order: Document) -> object:
    """POST /sim/clock {advance: seconds}."""
    sandbox.world.clock.advance(float(order["advance"]))
    settle(sandbox.world)
    return tell_time(sandbox, request, order)


def add_fault(sandbox: Sandbox, _request: web.Request, order: Document) -> object:
    """POST /sim/faults {path, kind, key?, times?, before?, status?, code?, seconds?, retry_after?, anyway?}."""
    sandbox.faults.add(order_fault(order))
    return {"ok": True}


def tell_faults(sandbox: Sandbox, _request: web.Request, _order: Document) -> object:
    """GET /sim/faults: those that have not struck yet, or not often enough."""
    return sandbox.faults.standing()


def clear_faults(sandbox: Sandbox, _request: web.Request, _order: Document) -> object:
    """DELETE /sim/faults: what hangs goes on."""
    sandbox.faults.clear()
    return {"ok": True}


def set_webhooks(sandbox: Sandbox, _request: web.Request, order: Document) -> object:
    """POST /sim/webhooks: only what is named changes."""
    receiver = sandbox.delivery.receiver
    known = {field.name for field in fields(Receiver)}
    if unknown := order.keys() - known:
        raise ValueError(f"unknown: {', '.join(sorted(unknown))}")
    for name, value in order.items():
        setattr(receiver, name, value)
    return {name: getattr(receiver, name) for name in sorted(known) if "secret" not in name}


def complete_checkout(sandbox: Sandbox, request: web.Request, order: Document) -> object:
    """POST /sim/checkout/{session}/complete {card}: a test card's name or number."""
    card = find_card(str(order.get("card", "pm_card_visa")))
    if card is None:
        raise ValueError(f"no test card {order['card']}")
    session = sandbox.world.find("checkout.session", request.match_info["session"])
    checkout.complete(sandbox.world, session, card)
    return {"status": session["status"], "redirect": checkout.success_page(session)}


def cancel_checkout(sandbox: Sandbox, request: web.Request, _order: Document) -> object:
    """POST /sim/checkout/{session}/cancel: the person leaves; the session stays open."""
    session = sandbox.world.find("checkout.session", request.match_info["session"])
    return {"status": session["status"], "redirect": session["cancel_url"]}


def approve(sandbox: Sandbox, request: web.Request, order: Document) -> object:
    """POST /sim/approve/{intent} {ok}."""
    intent = sandbox.world.find("payment_intent", request.match_info["intent"])
    authorizing.approve(sandbox.world, intent, ok=bool(order["ok"]))
    return {"status": intent["status"], "redirect": intent["_return_url"]}


def answer_refund(sandbox: Sandbox, request: web.Request, _order: Document) -> object:
    """POST /sim/refunds/{refund}: the bank that answers later answers now."""
    refund = sandbox.world.find("refund", request.match_info["refund"])
    if DUE not in refund:
        raise ValueError(f"nobody has to answer about {refund['id']} any more")
    del refund[DUE]
    refunds.hear_from_bank(sandbox.world, refund)
    return visible(refund)


def onboard(sandbox: Sandbox, request: web.Request, order: Document) -> object:
    """POST /sim/onboard/{account} {finish}."""
    account = sandbox.world.find("account", request.match_info["account"])
    if order["finish"]:
        accounts.onboard(sandbox.world, account)
    return visible(account)


def change_account(sandbox: Sandbox, request: web.Request, order: Document) -> object:
    """POST /sim/accounts/{account} {transfers?: active|inactive, pay_out?, payout_fails?, deauthorize?: true}."""
    account = sandbox.world.find("account", request.match_info["account"])
    if order.get("transfers", "active") not in ("active", "inactive"):
        raise ValueError("transfers is active or inactive")
    if "transfers" in order:
        accounts.set_transfers(sandbox.world, account, order["transfers"])
    if order.get("pay_out"):
        payouts.pay_out(sandbox.world, account)
    if order.get("payout_fails"):
        payouts.fail(sandbox.world, account)
    if order.get("deauthorize"):
        accounts.deauthorize(sandbox.world, account)
    return visible(account)


def change_dispute(sandbox: Sandbox, request: web.Request, order: Document) -> object:
    """POST /sim/disputes/{charge} {reason?} opens one; {outcome: won|lost} closes it."""
    world = sandbox.world
    charge = world.find("charge", request.match_info["charge"])
    if "outcome" not in order:
        return visible(disputes.open_dispute(world, charge, str(order.get("reason", "product_not_received"))))
    dispute = disputes.standing(world, charge)
    if dispute is None:
        raise ValueError("there is no dispute to close")
    disputes.close_dispute(world, dispute, str(order["outcome"]))
    return visible(dispute)


def tell_objects(sandbox: Sandbox, request: web.Request, _order: Document) -> object:
    """GET /sim/objects?kind=payment_intent."""
    return [visible(one) for one in sandbox.world.documents.of(request.query["kind"]).values()]


def tell_requests(sandbox: Sandbox, request: web.Request, _order: Document) -> object:
    """GET /sim/requests?after=SEQ."""
    return sandbox.record.after(int(request.query.get("after", "0")))


def tell_summary(sandbox: Sandbox, _request: web.Request, _order: Document) -> object:
    """GET /sim/summary: sums are net of Stripe's fees, pending and available together."""
    world, documents = sandbox.world, sandbox.world.documents
    return {
        "balance": balances.totals(world, None),
        "connected": {id_: balances.totals(world, id_) for id_ in documents.of("account")},
        "payment_intents": Counter(one["status"] for one in documents.of("payment_intent").values()),
        "transfers": len(documents.of("transfer")),
        "refunds": len(documents.of("refund")),
    }


CONTROLS = (
    web.get("/sim/healthz", _lever(tell_health)),
    web.get("/sim/clock", _lever(tell_time)),
    web.post("/sim/clock", _lever(move_clock)),
    web.post("/sim/faults", _lever(add_fault)),
    web.get("/sim/faults", _lever(tell_faults)),
    web.delete("/sim/faults", _lever(clear_faults)),
    web.post("/sim/webhooks", _lever(set_webhooks)),
    web.post("/sim/checkout/{session}/complete", _lever(complete_checkout)),
    web.post("/sim/checkout/{session}/cancel", _lever(cancel_checkout)),
    web.post("/sim/approve/{intent}", _lever(approve)),
    web.post("/sim/refunds/{refund}", _lever(answer_refund)),
    web.post("/sim/onboard/{account}", _lever(onboard)),
    web.post("/sim/accounts/{account}", _lever(change_account)),
    web.post("/sim/disputes/{charge}", _lever(change_dispute)),
    web.get("/sim/objects", _lever(tell_objects)),
    web.get("/sim/requests", _lever(tell_requests)),
    web.get("/sim/summary", _lever(tell_summary)),
)
