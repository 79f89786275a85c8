"""The parameters of accounts, links and pages, as a campus asks Stripe for them: for orders and for the check."""

from collections.abc import Mapping

from domain.campuses.campus import Campus
from workers.engine.external_step import StepParams

COURIER_MCC = "4215"  # Stripe's merchant category of courier services


def plan_account(campus: Campus, country: str | None, metadata: Mapping[str, str]) -> StepParams:
    """Return the parameters of a runner's account, with what Stripe need not ask; `country` is the platform's."""
    return {
        **({} if country is None else {"country": country}),
        "controller": {
            "losses": {"payments": "application"},
            "fees": {"payer": "application"},
            "stripe_dashboard": {"type": "express"},
            "requirement_collection": "stripe",
        },
        "capabilities": {"transfers": {"requested": True}},
        "business_type": "individual",
        "business_profile": {
            "mcc": COURIER_MCC,
            "product_description": f"Brings food to people at {campus.title}",
            "url": campus.chat_link,
        },
        "settings": {"payouts": {"schedule": {"interval": "weekly", "weekly_anchor": "monday"}}},
        "metadata": dict(metadata),
    }


def plan_onboarding(campus: Campus, account: str | None) -> StepParams:
    """Return the parameters of a link to what Stripe asks the owner of an account."""
    return {
        "account": account,
        "type": "account_onboarding",
        "refresh_url": f"{campus.chat_link}?start=payout",
        "return_url": f"{campus.chat_link}?start=payout_done",
    }


def plan_checkout(campus: Campus, customer: str | None, metadata: Mapping[str, str]) -> StepParams:
    """Return the parameters of a Checkout page that saves a card."""
    return {
        "mode": "setup",
        "customer": customer,
        "currency": campus.currency,
        "allowed_payment_method_types": ["card"],  # else Stripe's dashboard decides what the page offers
        "wallet_options": {"link": {"display": "never"}},
        "success_url": f"{campus.chat_link}?start=card",
        "cancel_url": f"{campus.chat_link}?start=card_later",
        "metadata": dict(metadata),
        "setup_intent_data": {"metadata": dict(metadata)},
    }
