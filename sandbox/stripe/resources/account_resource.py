"""Connected accounts and their onboarding links."""

from sandbox.stripe.documents import Document, new_id, without_private_fields
from sandbox.stripe.object_metadata import merge_metadata
from sandbox.stripe.platform_profile import refuse_account
from sandbox.stripe.resources.balance_resource import sum_movements
from sandbox.stripe.resources.list_pages import list_object
from sandbox.stripe.stripe_refusals import (
    StripeRefusal,
    account_not_accessible,
    bad_parameter,
    invalid_request,
    not_supported,
)
from sandbox.stripe.stripe_world import StripeCall, StripeWorld, define_endpoint, new_object

LINK_TTL_SECONDS = 300
SUPPORTED_CAPABILITIES = ("transfers", "card_payments")
BUSINESS_DETAILS = ("business_profile.mcc", "business_profile.product_description", "business_profile.url")
REQUIRED_DETAILS = ["external_account", "individual.dob.day", "individual.first_name", "tos_acceptance.date"]


def handle_create_account(call: StripeCall) -> Document:
    """POST /v1/accounts with `controller`; capabilities stay inactive until onboarding is finished."""
    params, world = call.params, call.world
    if "controller" not in params:
        raise not_supported("accounts without `controller`", param="controller")
    capabilities = params.get("capabilities") or {}
    for name in capabilities:
        if name not in SUPPORTED_CAPABILITIES:
            raise not_supported(f"the capability {name}", param=f"capabilities[{name}]")
    wanted = [name for name, requested in capabilities.items() if requested and requested.get("requested")]
    refusal = refuse_account(world.profile, wanted)
    if refusal is not None:
        raise refusal
    controller = _controller(params["controller"])
    common = new_object(world, "account")
    account: Document = {
        **common,
        "business_profile": params.get("business_profile") or {},
        "business_type": params.get("business_type"),
        "capabilities": dict.fromkeys(wanted, "inactive"),
        "charges_enabled": False,
        "controller": controller,
        "country": params.get("country", world.profile.country),
        "default_currency": params.get("default_currency", "usd"),
        "details_submitted": False,
        "email": params.get("email"),
        "external_accounts": list_object([], f"/v1/accounts/{common['id']}/external_accounts"),
        "future_requirements": list_requirements([]),
        "metadata": merge_metadata({}, params),
        "payouts_enabled": False,
        "requirements": list_requirements(_required_details(params)),
        "settings": {"payouts": {"debit_negative_balances": True, "schedule": _payout_schedule(params)}},
        "tos_acceptance": {"date": None, "ip": None, "user_agent": None},
        "type": "express" if controller["stripe_dashboard"]["type"] == "express" else "none",
    }
    world.save_and_record(account)
    return account


def _required_details(params: Document) -> list[str]:
    """Return what Stripe asks the owner: what the platform has not given already."""
    profile = params.get("business_profile") or {}
    missing = [name for name in BUSINESS_DETAILS if name.partition(".")[2] not in profile]
    return [*missing, *([] if params.get("business_type") else ["business_type"]), *REQUIRED_DETAILS]


def _payout_schedule(params: Document) -> Document:
    asked = params.get("settings", {}).get("payouts", {}).get("schedule", {})
    if asked.get("interval") == "weekly" and not {"weekly_anchor", "weekly_payout_days"} & asked.keys():
        raise bad_parameter(
            "You must provide `weekly_anchor` when `interval` is `weekly`.",
            param="settings[payouts][schedule][weekly_anchor]",
        )
    return {"delay_days": 2, "interval": "daily", **asked}


def _controller(requested: Document) -> Document:
    return {
        "fees": {"payer": requested.get("fees", {}).get("payer", "account")},
        "is_controller": True,
        "losses": {"payments": requested.get("losses", {}).get("payments", "stripe")},
        "requirement_collection": requested.get("requirement_collection", "stripe"),
        "stripe_dashboard": {"type": requested.get("stripe_dashboard", {}).get("type", "full")},
        "type": "application",
    }


def list_requirements(due: list[str]) -> Document:
    return {
        "alternatives": [],
        "current_deadline": None,
        "currently_due": due,
        "disabled_reason": "requirements.past_due" if due else None,
        "errors": [],
        "eventually_due": due,
        "past_due": due,
        "pending_verification": [],
    }


def finish_onboarding(world: StripeWorld, account: Document) -> None:
    """Complete the account's details, so that it can receive transfers and payouts."""
    if not account["external_accounts"]["data"]:
        account["external_accounts"]["data"].append(_bank_account(account))
    account.update(
        details_submitted=True,
        payouts_enabled=True,
        requirements=list_requirements([]),
        tos_acceptance={"date": world.now(), "ip": None, "user_agent": None},
    )
    set_transfers_capability(world, account, "active")


def set_transfers_capability(world: StripeWorld, account: Document, status: str) -> None:
    """Set the status of the capability to receive transfers and record the events."""
    account["capabilities"]["transfers"] = status
    world.save_and_record(account, "account.updated", account=account["id"])
    capability: Document = {
        "id": "transfers",
        "object": "capability",
        "account": account["id"],
        "future_requirements": account["future_requirements"],
        "requested": True,
        "requested_at": account["created"],
        "requirements": account["requirements"],
        "status": status,
    }
    world.events.record("capability.updated", capability, now=world.now(), account=account["id"])


def reject_account(world: StripeWorld, account: Document, reason: str) -> None:
    """Reject the account for good: it can receive and pay out nothing any more."""
    account.update(payouts_enabled=False, charges_enabled=False)
    account["requirements"] = {**account["requirements"], "disabled_reason": f"rejected.{reason}"}
    set_transfers_capability(world, account, "inactive")


def close_account(world: StripeWorld, account: Document) -> None:
    """Delete the account, which the platform then knows no longer; raise StripeRefusal while it has a balance."""
    if any(sum_movements(world, account["id"]).values()):
        raise invalid_request(f"The account {account['id']} has a balance, and cannot be deleted.")
    deauthorize_account(world, account)


def deauthorize_account(world: StripeWorld, account: Document) -> None:
    """Disconnect the account from the platform, which can then neither use nor read it."""
    application: Document = {"id": "ca_sandbox", "object": "application", "name": "Sandbox"}
    world.events.record("account.application.deauthorized", application, now=world.now(), account=account["id"])
    world.documents.remove("account", account["id"])


def _bank_account(account: Document) -> Document:
    return {
        "id": new_id("bank_account"),
        "object": "bank_account",
        "account": account["id"],
        "bank_name": "STRIPE TEST BANK",
        "country": account["country"],
        "currency": account["default_currency"],
        "default_for_currency": True,
        "last4": "6789",
        "routing_number": "110000000",
        "status": "new",
    }


def handle_retrieve_account(call: StripeCall) -> Document:
    """GET /v1/accounts/{id}; as at Stripe, an unknown account and another platform's get the same refusal."""
    account = call.world.documents.get("account", call.ids[0])
    if account is None:
        raise account_not_accessible("sk_test_", call.ids[0])
    return account


def handle_create_login_link(call: StripeCall) -> Document:
    """POST /v1/accounts/{id}/login_links: a link to the owner's Express dashboard, once they are through."""
    account = handle_retrieve_account(call)
    if not account["details_submitted"]:
        raise invalid_request("Cannot create a login link for an account that has not completed onboarding.")
    url = f"{call.base_url}/pay/express/{account['id']}"
    return {"object": "login_link", "created": call.world.now(), "url": url}


def change_requirements(world: StripeWorld, account: Document, body: Document) -> None:
    """Let Stripe ask the owner for something (`due`, `past_due`), or stop paying out to the bank; and record it."""
    past_due = list(body.get("past_due", []))
    account["requirements"] = {
        **list_requirements([*body.get("due", []), *past_due]),
        "past_due": past_due,
        "disabled_reason": "requirements.past_due" if past_due else None,
    }
    account["payouts_enabled"] = bool(body.get("payouts_enabled", not past_due))
    world.save_and_record(account, "account.updated", account=account["id"])


def handle_update_account(call: StripeCall) -> Document:
    """POST /v1/accounts/{id}: change what we keep of a connected account."""
    account = handle_retrieve_account(call)
    account["metadata"] = merge_metadata(account["metadata"], call.params)
    call.world.save_and_record(account, "account.updated", account=account["id"])
    return account


def handle_delete_account(call: StripeCall) -> Document:
    """DELETE /v1/accounts/{id}: only one without a balance can be deleted."""
    account = handle_retrieve_account(call)
    close_account(call.world, account)
    return {"id": account["id"], "object": "account", "deleted": True}


def handle_create_account_link(call: StripeCall) -> Document:
    """POST /v1/account_links: create an onboarding link that can be opened once within five minutes."""
    params, world = call.params, call.world
    if params["type"] != "account_onboarding":
        raise not_supported(f"account links of type {params['type']}", param="type")
    for name in ("refresh_url", "return_url"):
        if name not in params:
            raise bad_parameter(f"Missing required param: {name}.", param=name, code="parameter_missing")
        if "://" not in params[name]:
            raise bad_parameter("Not a valid URL", param=name, code="url_invalid")
    account = world.documents.get("account", params["account"])
    if account is None:
        raise invalid_request(f"No such account: '{params['account']}'", code="resource_missing", param="account")
    token = new_id("card_token")[4:]
    link: Document = {
        "id": token,
        "object": "account_link",
        "created": world.now(),
        "expires_at": world.now() + LINK_TTL_SECONDS,
        "url": f"{call.base_url}/pay/onboarding/{token}",
        "_account": account["id"],
        "_opened": False,
        "_refresh_url": params["refresh_url"],
        "_return_url": params["return_url"],
    }
    world.save_and_record(link)
    return {key: value for key, value in without_private_fields(link).items() if key != "id"}


def open_account_link(world: StripeWorld, token: str) -> Document:
    """Mark a link as opened; raise StripeRefusal 410 with `refresh_url` in its error if it was used or has expired."""
    link = world.find("account_link", token)
    if link["_opened"] or link["expires_at"] <= world.now():
        message = "This link has been used or has expired."
        raise StripeRefusal(
            410, {"message": message, "type": "invalid_request_error", "refresh_url": link["_refresh_url"]}
        )
    link["_opened"] = True
    world.save_and_record(link)
    return link


CREATE_PARAMETERS = (
    "controller capabilities country email metadata business_type business_profile default_currency settings"
)
ENDPOINTS = (
    define_endpoint("POST /v1/accounts", "account_create", handle_create_account, CREATE_PARAMETERS),
    define_endpoint("GET /v1/accounts/*", "account_retrieve", handle_retrieve_account),
    define_endpoint("POST /v1/accounts/*", "account_update", handle_update_account, "metadata"),
    define_endpoint("DELETE /v1/accounts/*", "account_delete", handle_delete_account),
    define_endpoint("POST /v1/accounts/*/login_links", "account_login_link_create", handle_create_login_link),
    define_endpoint(
        "POST /v1/account_links",
        "account_link_create",
        handle_create_account_link,
        "account type refresh_url return_url collection_options",
    ),
)
