"""The pages that Stripe and banks have for people: saving a card, approving or disputing a payment, onboarding."""

import re
from html import escape

from aiohttp import web

from sandbox.stripe.card_catalog import CARDS, Approval, Card, find_card
from sandbox.stripe.page_frame import (
    AUTO_CLOSE,
    BACK_BUTTON,
    TRY_AGAIN_TEXT,
    format_page_amount,
    redirect_after_failure,
    redirect_to,
    render_page,
    render_refusal_page,
)
from sandbox.stripe.resources import (
    account_resource,
    checkout_session_resource,
    dispute_resource,
    intent_authorization,
)
from sandbox.stripe.routes import apply_due_changes
from sandbox.stripe.stripe_refusals import StripeRefusal
from sandbox.stripe.stripe_sandbox import STRIPE_SANDBOX


async def show_checkout(request: web.Request) -> web.Response:
    """GET /pay/checkout/{session}: show a form to pick a test card."""
    world = request.app[STRIPE_SANDBOX].world
    apply_due_changes(world)
    session = world.documents.get("checkout.session", request.match_info["session"])
    if session is None or session["status"] != "open":
        words = f"<p>It was used already, or its time is up. {TRY_AGAIN_TEXT}</p>{BACK_BUTTON}"
        return render_page("This page is no longer open", words, status=410)
    options = "".join(f"<option value='{card.name}'>{describe_card(card)}</option>" for card in CARDS)
    here = escape(request.path)
    return render_page(
        "Save a card",
        f"<form method=post action='{here}/complete'>"
        f"<label>A test card<select name=card>{options}</select></label>"
        "<label>or a test card's number<input name=number inputmode=numeric autocomplete=off"
        " placeholder='4242 4242 4242 4242'></label>"
        "<label>Email, for receipts<input name=email type=email autocomplete=off></label>"
        "<button class=main>Save card</button></form>"
        f"<form method=post action='{here}/cancel'><button>Cancel</button></form>",
    )


def describe_card(card: Card) -> str:
    """Return one line about a test card: its number, and what saving it or paying with it leads to."""
    number = " ".join(card.number[start : start + 4] for start in range(0, len(card.number), 4))
    approval = "asks the bank" if card.approval is Approval.ALWAYS else ""
    decline_reason = (card.decline.decline_code or card.decline.code).replace("_", " ") if card.decline else ""
    card_name = re.sub(r"_|(?<=[a-z])(?=[A-Z])", " ", card.name.removeprefix("pm_card_")).lower()
    if not card.can_be_saved:
        return f"{number}: can't be saved ({decline_reason})"
    return f"{number}: " + (
        ", then ".join(filter(None, ("is saved", approval, decline_reason)))
        if approval or decline_reason
        else card_name
    )


async def submit_checkout(request: web.Request) -> web.Response:
    """POST /pay/checkout/{session}/complete: save the picked card."""
    sandbox = request.app[STRIPE_SANDBOX]
    form = await request.post()
    card = find_card(str(form.get("number") or form.get("card") or ""))
    page_url = f"/pay/checkout/{request.match_info['session']}"
    try:
        session = sandbox.world.find("checkout.session", request.match_info["session"])
        if card is None:
            return render_page(
                "Unknown card", f"<p>That is no test card.</p><p><a href='{escape(page_url)}'>Back</a></p>", status=400
            )
        email = str(form.get("email") or "") or None
        checkout_session_resource.complete_session(sandbox.world, session, card, email=email)
    except StripeRefusal as refusal:
        return render_refusal_page(refusal, page_url)
    finally:
        sandbox.commit()
    return redirect_to(
        checkout_session_resource.success_url_of(session),
        "Card saved",
        "The chat knows already: your order goes on there.",
    )


async def cancel_checkout(request: web.Request) -> web.Response:
    """POST /pay/checkout/{session}/cancel: go to the cancel address. As at Stripe, the session stays open."""
    session = request.app[STRIPE_SANDBOX].world.documents.get("checkout.session", request.match_info["session"])
    if session is not None and session["cancel_url"]:
        return redirect_to(session["cancel_url"], "Nothing saved", "The link in the chat works again when you want it.")
    return render_page("Nothing saved", f"<p>The link in the chat works again when you want it.</p>{AUTO_CLOSE}")


async def show_approval(request: web.Request) -> web.Response:
    """GET /pay/approve/{intent}: ask the cardholder, as the bank, to approve the payment."""
    intent = request.app[STRIPE_SANDBOX].world.documents.get("payment_intent", request.match_info["intent"])
    if intent is None or intent["status"] != "requires_action":
        return render_page(
            "Nothing to approve",
            f"<p>This payment does not wait for you. {TRY_AGAIN_TEXT}</p>{BACK_BUTTON}",
            status=410,
        )
    here = escape(request.path)
    money = escape(format_page_amount(intent["amount"], intent["currency"]))
    return render_page(
        "Your bank asks",
        f"<p>Approve a payment of {money}?</p><form method=post action='{here}'>"
        "<button class=main name=ok value=yes>Approve</button><button name=ok value=no>Say no</button></form>",
    )


async def answer_approval(request: web.Request) -> web.Response:
    """POST /pay/approve/{intent}: record the cardholder's answer."""
    sandbox = request.app[STRIPE_SANDBOX]
    form = await request.post()
    apply_due_changes(sandbox.world)
    try:
        intent = sandbox.world.find("payment_intent", request.match_info["intent"])
        intent_authorization.conclude_bank_approval(sandbox.world, intent, ok=form.get("ok") == "yes")
    except StripeRefusal as refusal:
        return render_refusal_page(refusal, request.path)
    finally:
        sandbox.commit()
    if intent["_return_url"]:
        return redirect_to(intent["_return_url"], "Your answer is in", "The chat says what came of it.")
    return render_page("Your answer is in", f"<p>The chat says what came of it.</p>{AUTO_CLOSE}")


async def show_onboarding(request: web.Request) -> web.Response:
    """GET /pay/onboarding/{token}: show the onboarding page once; later visits go to the refresh address."""
    sandbox = request.app[STRIPE_SANDBOX]
    try:
        account_resource.open_account_link(sandbox.world, request.match_info["token"])
    except StripeRefusal as refusal:
        if "refresh_url" in refusal.error:
            return redirect_after_failure(refusal.error["refresh_url"], "This link is used up")
        return render_page("This link does not work", f"<p>{TRY_AGAIN_TEXT}</p>{BACK_BUTTON}", status=refusal.status)
    finally:
        sandbox.commit()
    here = escape(request.path)
    return render_page(
        "Get paid",
        f"<p>Here Stripe would ask who you are and where your money goes.</p><form method=post action='{here}'>"
        "<button class=main name=finish value=yes>Finish onboarding</button>"
        "<button name=finish value=no>Leave unfinished</button></form>",
    )


async def answer_onboarding(request: web.Request) -> web.Response:
    """POST /pay/onboarding/{token}: record the answer. Status 404 when the onboarding page was never opened."""
    sandbox = request.app[STRIPE_SANDBOX]
    link = sandbox.world.documents.get("account_link", request.match_info["token"])
    if link is None or not link["_opened"]:
        return render_page("Unknown link", f"<p>{TRY_AGAIN_TEXT}</p>{BACK_BUTTON}", status=404)
    form = await request.post()
    finished = form.get("finish") == "yes"
    if finished:
        account_resource.finish_onboarding(sandbox.world, sandbox.world.find("account", link["_account"]))
        sandbox.commit()
    title = "You can be paid" if finished else "Left unfinished"
    return redirect_to(link["_return_url"], title, "The chat knows already.")


async def show_dispute(request: web.Request) -> web.Response:
    """GET /pay/disputes/{charge}: let the person at the bank dispute a payment, or decide a dispute."""
    world = request.app[STRIPE_SANDBOX].world
    charge = world.documents.get("charge", request.match_info["charge"])
    if charge is None:
        return render_page("There is no such payment", BACK_BUTTON, status=404)
    here, money = escape(request.path), escape(format_page_amount(charge["amount_captured"], charge["currency"]))
    dispute = dispute_resource.find_blocking_dispute(world, charge)
    if dispute is None:
        content = f"<p>A payment of {money}.</p>" + _form(here, ("fraudulent", "I did not pay this"))
        return render_page("The cardholder's bank", content)
    if dispute["status"] in dispute_resource.DECIDED_STATUSES:
        return render_page("The cardholder's bank", f"<p>Decided: the platform has {dispute['status']}.</p>")
    choices = (("lost", "The cardholder is right"), ("won", "The platform is right"))
    content = f"<p>A payment of {money} is disputed ({escape(dispute['reason'])}).</p>" + _form(here, *choices)
    return render_page("The cardholder's bank", content)


def _form(action: str, *choices: tuple[str, str]) -> str:
    buttons = "".join(f"<button name=decision value={value}>{escape(label)}</button>" for value, label in choices)
    return f"<form method=post action='{action}'>{buttons}</form>"


async def answer_dispute(request: web.Request) -> web.Response:
    """POST /pay/disputes/{charge}: open a dispute for this reason, or close it as won or lost."""
    sandbox = request.app[STRIPE_SANDBOX]
    form = await request.post()
    decision = str(form.get("decision", ""))
    try:
        charge = sandbox.world.find("charge", request.match_info["charge"])
        dispute = dispute_resource.find_blocking_dispute(sandbox.world, charge)
        if dispute is None:
            dispute_resource.open_charge_dispute(sandbox.world, charge, decision)
        else:
            dispute_resource.close_charge_dispute(sandbox.world, dispute, decision)
    except StripeRefusal as refusal:
        return render_refusal_page(refusal, request.path)
    finally:
        sandbox.commit()
    raise web.HTTPSeeOther(request.path)


PAGE_ROUTES = (
    web.get("/pay/checkout/{session}", show_checkout),
    web.post("/pay/checkout/{session}/complete", submit_checkout),
    web.post("/pay/checkout/{session}/cancel", cancel_checkout),
    web.get("/pay/approve/{intent}", show_approval),
    web.post("/pay/approve/{intent}", answer_approval),
    web.get("/pay/onboarding/{token}", show_onboarding),
    web.post("/pay/onboarding/{token}", answer_onboarding),
    web.get("/pay/disputes/{charge}", show_dispute),
    web.post("/pay/disputes/{charge}", answer_dispute),
)
