"""The control API under /sim: clock, faults, webhooks, actions of people, and queries of the sandbox's state."""

import json
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import asdict, fields

from aiohttp import web

from sandbox.stripe.back_dating import move_history_back
from sandbox.stripe.card_catalog import find_card
from sandbox.stripe.dashboard.acts import DASHBOARD_ACTS
from sandbox.stripe.documents import DUE_FIELD, Document, without_private_fields
from sandbox.stripe.platform_profile import change_profile, save_profile
from sandbox.stripe.resources import (
    account_resource,
    balance_resource,
    checkout_session_resource,
    dispute_resource,
    intent_authorization,
    payout_resource,
    refund_resource,
)
from sandbox.stripe.routes import apply_due_changes
from sandbox.stripe.stripe_faults import parse_stripe_fault
from sandbox.stripe.stripe_refusals import StripeRefusal
from sandbox.stripe.stripe_sandbox import STRIPE_SANDBOX, StripeSandbox
from sandbox.stripe.webhook_sender import WebhookReceiver

ControlFunction = Callable[[StripeSandbox, web.Request, Document], object]


def _json_endpoint(control: ControlFunction) -> Callable[[web.Request], Awaitable[web.Response]]:
    """Wrap a function as a JSON endpoint.

    It answers 400 with a message for an invalid request, and the refusal's status when Stripe refuses.
    """

    async def handle(request: web.Request) -> web.Response:
        sandbox = request.app[STRIPE_SANDBOX]
        apply_due_changes(sandbox.world)
        try:
            text = await request.text()
            body = json.loads(text) if text else {}
            return web.json_response(control(sandbox, request, body))
        except StripeRefusal as refused:
            return web.json_response({"error": refused.error}, status=refused.status)
        except (KeyError, TypeError, ValueError) as error:
            return web.json_response({"error": {"message": f"{type(error).__name__}: {error}"}}, status=400)
        finally:
            sandbox.commit()

    return handle


def show_stripe_time(sandbox: StripeSandbox, _request: web.Request, _body: Document) -> object:
    """GET /sim/clock."""
    return {"now": sandbox.world.now()}


def move_stripe_clock(sandbox: StripeSandbox, request: web.Request, body: Document) -> object:
    """POST /sim/clock {advance: seconds}: move the clock forward."""
    sandbox.world.clock.advance(float(body["advance"]))
    apply_due_changes(sandbox.world)
    return show_stripe_time(sandbox, request, body)


def make_history_older(sandbox: StripeSandbox, _request: web.Request, body: Document) -> object:
    """POST /sim/history {older: seconds}: let everything have happened earlier; what is due by then happens."""
    count = move_history_back(sandbox.world, int(body["older"]))
    apply_due_changes(sandbox.world)
    return {"objects": count}


def set_settlement_currencies(sandbox: StripeSandbox, _request: web.Request, body: Document) -> object:
    """POST /sim/settlement {currencies, rate?}: any other currency is converted to the first; none: all settle."""
    wanted: Document = {"settlement": list(body["currencies"]), "settlement_rate": float(body.get("rate", 0.5))}
    save_profile(sandbox.world.documents, change_profile(sandbox.world.profile, wanted))
    return {"ok": True}


def add_stripe_fault(sandbox: StripeSandbox, _request: web.Request, body: Document) -> object:
    """POST /sim/faults {kind, path?, key?, times?, before?, status?, code?, type?, param?, message?, seconds?, ...}."""
    sandbox.faults.add(parse_stripe_fault(body))
    return {"ok": True}


def show_stripe_faults(sandbox: StripeSandbox, _request: web.Request, _body: Document) -> object:
    """GET /sim/faults: list the faults that have not happened as often as ordered."""
    return sandbox.faults.pending()


def clear_stripe_faults(sandbox: StripeSandbox, _request: web.Request, _body: Document) -> object:
    """DELETE /sim/faults: remove all faults; calls that hang continue."""
    sandbox.faults.clear()
    return {"ok": True}


def set_webhooks(sandbox: StripeSandbox, _request: web.Request, body: Document) -> object:
    """POST /sim/webhooks: change the named settings of the receiver and keep the others."""
    receiver = sandbox.webhook_sender.receiver
    field_names = {field.name for field in fields(WebhookReceiver)}
    if unknown := body.keys() - field_names:
        raise ValueError(f"unknown: {', '.join(sorted(unknown))}")
    for name, value in body.items():
        setattr(receiver, name, value)
    return {name: getattr(receiver, name) for name in sorted(field_names) if "secret" not in name}


def complete_checkout_session(sandbox: StripeSandbox, request: web.Request, body: Document) -> object:
    """POST /sim/checkout/{session}/complete {card?, method?, wallet?, email?}: save a test card, by name or number."""
    card = find_card(str(body.get("card", "pm_card_visa")))
    if card is None:
        raise ValueError(f"no test card {body['card']}")
    session = sandbox.world.find("checkout.session", request.match_info["session"])
    method, wallet = str(body.get("method", "card")), body.get("wallet")
    checkout_session_resource.complete_session(
        sandbox.world, session, card, method=method, wallet=wallet, email=body.get("email")
    )
    return {"status": session["status"], "redirect": checkout_session_resource.success_url_of(session)}


def leave_checkout_session(sandbox: StripeSandbox, request: web.Request, _body: Document) -> object:
    """POST /sim/checkout/{session}/cancel: the person leaves the page; the session stays open."""
    session = sandbox.world.find("checkout.session", request.match_info["session"])
    return {"status": session["status"], "redirect": session["cancel_url"]}


def answer_bank_approval(sandbox: StripeSandbox, request: web.Request, body: Document) -> object:
    """POST /sim/approve/{intent} {ok}: the cardholder answers the bank."""
    intent = sandbox.world.find("payment_intent", request.match_info["intent"])
    intent_authorization.conclude_bank_approval(sandbox.world, intent, ok=bool(body["ok"]))
    return {"status": intent["status"], "redirect": intent["_return_url"]}


def answer_pending_refund(sandbox: StripeSandbox, request: web.Request, _body: Document) -> object:
    """POST /sim/refunds/{refund}: let the bank answer a pending refund now."""
    refund = sandbox.world.find("refund", request.match_info["refund"])
    if DUE_FIELD not in refund:
        raise ValueError(f"refund {refund['id']} does not wait for an answer")
    del refund[DUE_FIELD]
    refund_resource.conclude_refund(sandbox.world, refund)
    return without_private_fields(refund)


def complete_onboarding(sandbox: StripeSandbox, request: web.Request, body: Document) -> object:
    """POST /sim/onboard/{account} {finish}: the account's owner finishes onboarding, or leaves it unfinished."""
    account = sandbox.world.find("account", request.match_info["account"])
    if body["finish"]:
        account_resource.finish_onboarding(sandbox.world, account)
    return without_private_fields(account)


def change_account(sandbox: StripeSandbox, request: web.Request, body: Document) -> object:
    """POST /sim/accounts/{account} {transfers?: active|inactive, pay_out?, payout_fails?, deauthorize?: true}."""
    account = sandbox.world.find("account", request.match_info["account"])
    if body.get("transfers", "active") not in ("active", "inactive"):
        raise ValueError("transfers is active or inactive")
    if "transfers" in body:
        account_resource.set_transfers_capability(sandbox.world, account, body["transfers"])
    if {"due", "past_due", "payouts_enabled"} & body.keys():
        account_resource.change_requirements(sandbox.world, account, body)
    if body.get("pay_out"):
        payout_resource.create_payouts(sandbox.world, account)
    if body.get("payout_fails"):
        payout_resource.fail_newest_payout(sandbox.world, account)
    if body.get("deauthorize"):
        account_resource.deauthorize_account(sandbox.world, account)
    return without_private_fields(account)


def change_dispute(sandbox: StripeSandbox, request: web.Request, body: Document) -> object:
    """POST /sim/disputes/{charge}: open a dispute with {reason?, inquiry?}, or close it ({outcome: won|lost}).

    With {escalate: true} an inquiry becomes a dispute; with {warn: true} the issuer only suspects fraud.
    """
    world = sandbox.world
    charge = world.find("charge", request.match_info["charge"])
    if body.get("warn"):
        return dispute_resource.warn_of_fraud(world, charge)
    if not body.keys() & {"outcome", "escalate"}:
        reason, is_inquiry = str(body.get("reason", "product_not_received")), bool(body.get("inquiry"))
        return without_private_fields(
            dispute_resource.open_charge_dispute(world, charge, reason, is_inquiry=is_inquiry)
        )
    dispute = dispute_resource.find_blocking_dispute(world, charge)
    if dispute is None:
        raise ValueError("there is no dispute to change")
    if body.get("escalate"):
        dispute_resource.escalate_inquiry(world, dispute)
    else:
        dispute_resource.close_charge_dispute(world, dispute, str(body["outcome"]))
    return without_private_fields(dispute)


def act_at_dashboard(sandbox: StripeSandbox, request: web.Request, body: Document) -> object:
    """POST /sim/dashboard/{act}/{object} {amount?, reason?}: do what a person does at Stripe's dashboard."""
    name = request.match_info["act"]
    if name not in DASHBOARD_ACTS:
        raise ValueError(f"no act {name}; there are: {', '.join(DASHBOARD_ACTS)}")
    return without_private_fields(DASHBOARD_ACTS[name](sandbox.world, request.match_info["object"], body))


def show_objects(sandbox: StripeSandbox, request: web.Request, _body: Document) -> object:
    """GET /sim/objects?kind=payment_intent&order=1: list the objects of a kind, perhaps those of an order alone."""
    order, found = request.query.get("order"), sandbox.world.documents.all_of(request.query["kind"]).values()
    return [without_private_fields(one) for one in found if order in (None, one.get("metadata", {}).get("order"))]


def show_requests(sandbox: StripeSandbox, request: web.Request, _body: Document) -> object:
    """GET /sim/requests?after=SEQ: list the recorded calls with a greater sequence number."""
    return sandbox.call_log.after(int(request.query.get("after", "0")))


def show_summary(sandbox: StripeSandbox, _request: web.Request, _body: Document) -> object:
    """GET /sim/summary: balances net of Stripe's fees, pending and available together, and counts of objects."""
    world, documents = sandbox.world, sandbox.world.documents
    return {
        "balance": balance_resource.sum_movements(world, None),
        "connected": {id_: balance_resource.sum_movements(world, id_) for id_ in documents.all_of("account")},
        "payment_intents": Counter(one["status"] for one in documents.all_of("payment_intent").values()),
        "transfers": len(documents.all_of("transfer")),
        "refunds": len(documents.all_of("refund")),
    }


def change_platform(sandbox: StripeSandbox, _request: web.Request, body: Document) -> object:
    """POST /sim/platform: change the named parts of the platform's profile and keep the others; {} only reads it."""
    profile = change_profile(sandbox.world.profile, body)
    save_profile(sandbox.world.documents, profile)
    return asdict(profile)


CONTROL_ROUTES = (
    web.get("/sim/clock", _json_endpoint(show_stripe_time)),
    web.post("/sim/clock", _json_endpoint(move_stripe_clock)),
    web.post("/sim/history", _json_endpoint(make_history_older)),
    web.post("/sim/settlement", _json_endpoint(set_settlement_currencies)),
    web.post("/sim/faults", _json_endpoint(add_stripe_fault)),
    web.get("/sim/faults", _json_endpoint(show_stripe_faults)),
    web.delete("/sim/faults", _json_endpoint(clear_stripe_faults)),
    web.post("/sim/webhooks", _json_endpoint(set_webhooks)),
    web.post("/sim/checkout/{session}/complete", _json_endpoint(complete_checkout_session)),
    web.post("/sim/checkout/{session}/cancel", _json_endpoint(leave_checkout_session)),
    web.post("/sim/approve/{intent}", _json_endpoint(answer_bank_approval)),
    web.post("/sim/refunds/{refund}", _json_endpoint(answer_pending_refund)),
    web.post("/sim/onboard/{account}", _json_endpoint(complete_onboarding)),
    web.post("/sim/accounts/{account}", _json_endpoint(change_account)),
    web.post("/sim/disputes/{charge}", _json_endpoint(change_dispute)),
    web.post("/sim/dashboard/{act}/{object}", _json_endpoint(act_at_dashboard)),
    web.post("/sim/platform", _json_endpoint(change_platform)),
    web.get("/sim/objects", _json_endpoint(show_objects)),
    web.get("/sim/requests", _json_endpoint(show_requests)),
    web.get("/sim/summary", _json_endpoint(show_summary)),
)
