"""The acts of a person at Stripe's dashboard, each as one function of an object's id and the form they filled in.

They do what the API does, with the same refusals and the same balance transactions. What they make has no metadata,
and their events name no request, because no caller sent one.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import get_args

import stripe

from sandbox.stripe.documents import Document
from sandbox.stripe.resources import (
    account_resource,
    balance_resource,
    customer_resource,
    dispute_resource,
    intent_endings,
    payment_method_resource,
    payout_resource,
    refund_resource,
    topup_resource,
    transfer_resource,
    transfer_reversal_resource,
)
from sandbox.stripe.stripe_world import EndpointFunction, StripeCall, StripeWorld

DashboardAct = Callable[[StripeWorld, str, Document], Document]

# Every type of the API version that the SDK pins.
BALANCE_TRANSACTION_TYPES: frozenset[str] = frozenset(
    get_args(get_args(stripe.BalanceTransaction.__annotations__["type"])[0])
)
CANCELLATION_REASON = "requested_by_customer"  # what the dashboard's form of a cancellation offers first


def capture_payment(world: StripeWorld, id_: str, form: Document) -> Document:
    """[Capture] of a held payment: all of it, or `amount`; the rest is released."""
    return _call(world, intent_endings.handle_capture_intent, id_, _amount(form, "amount_to_capture"))


def cancel_payment(world: StripeWorld, id_: str, form: Document) -> Document:
    """[Cancel payment], with a `reason`."""
    reason = form.get("reason", CANCELLATION_REASON)
    return _call(world, intent_endings.handle_cancel_intent, id_, {"cancellation_reason": reason})


def refund_payment(world: StripeWorld, id_: str, form: Document) -> Document:
    """[Refund] of a captured payment: all that is left of it, or `amount`."""
    params = {"payment_intent": id_, "reason": form.get("reason", CANCELLATION_REASON)}
    return _call(world, refund_resource.handle_create_refund, "", params | _amount(form))


def create_transfer(world: StripeWorld, id_: str, form: Document) -> Document:
    """[Send funds] to the account: `amount`, from a charge as `source_transaction`, or from the balance.

    The `currency` is that of which most is available, if the form says nothing else.
    """
    available = balance_resource.sum_movements(world, None, "available")
    currency = max(available, key=available.__getitem__, default="usd")
    params = {"destination": id_, "currency": currency, **form}
    return _call(world, transfer_resource.handle_create_transfer, "", params)


def reverse_transfer(world: StripeWorld, id_: str, form: Document) -> Document:
    """[Reverse transfer]: all that is left of it, or `amount`."""
    return _call(world, transfer_reversal_resource.handle_create_transfer_reversal, id_, _amount(form))


def delete_customer(world: StripeWorld, id_: str, _form: Document) -> Document:
    """[Delete customer]: their cards are detached, and holds stay."""
    return _call(world, customer_resource.handle_delete_customer, id_, {})


def detach_card(world: StripeWorld, id_: str, _form: Document) -> Document:
    """[Remove] a card of a customer."""
    return _call(world, payment_method_resource.handle_detach_payment_method, id_, {})


def reject_account(world: StripeWorld, id_: str, form: Document) -> Document:
    """[Reject account]: it can receive and pay out nothing any more."""
    account = world.find("account", id_)
    account_resource.reject_account(world, account, str(form.get("reason", "other")))
    return account


def close_account(world: StripeWorld, id_: str, _form: Document) -> Document:
    """[Delete account]: the platform knows it no longer; refused while it has a balance."""
    account = world.find("account", id_)
    account_resource.close_account(world, account)
    return account


def make_older(world: StripeWorld, id_: str, _form: Document) -> Document:
    """Let a captured payment be that of an older shop: a charge that belongs to no payment intent."""
    charge = world.find("charge", world.find("payment_intent", id_)["latest_charge"])
    charge["payment_intent"] = None
    world.documents.remove("payment_intent", id_)
    world.save_and_record(charge)
    return charge


def open_dispute(world: StripeWorld, id_: str, form: Document) -> Document:
    """Open a dispute of a charge, as the cardholder at their bank."""
    reason = str(form.get("reason", "product_not_received"))
    return dispute_resource.open_charge_dispute(world, world.find("charge", id_), reason)


def answer_dispute(world: StripeWorld, id_: str, _form: Document) -> Document:
    """[Submit evidence]: the bank looks at it."""
    return dispute_resource.submit_evidence(world, world.find("dispute", id_))


def accept_dispute(world: StripeWorld, id_: str, _form: Document) -> Document:
    """[Accept dispute]: it is lost at once."""
    return _decide(world, id_, "lost")


def lose_dispute(world: StripeWorld, id_: str, _form: Document) -> Document:
    """Let the bank decide for the cardholder."""
    return _decide(world, id_, "lost")


def win_dispute(world: StripeWorld, id_: str, _form: Document) -> Document:
    """Let the bank decide for the platform."""
    return _decide(world, id_, "won")


def pay_out_platform(world: StripeWorld, id_: str, form: Document) -> Document:
    """[Pay out] of the platform's available balance in the currency `id_`: all of it, or `amount`."""
    return payout_resource.pay_out_platform(world, id_, form.get("amount"))


def top_up(world: StripeWorld, id_: str, form: Document) -> Document:
    """[Add to balance]: `amount` in the currency `id_` comes from the platform's bank."""
    return topup_resource.create_topup(world, id_, int(form["amount"]))


def fail_payout(world: StripeWorld, id_: str, _form: Document) -> Document:
    """Let the bank send a payout of the platform back."""
    return payout_resource.fail_payout(world, world.find("payout", id_))


def cancel_payout(world: StripeWorld, id_: str, _form: Document) -> Document:
    """[Cancel] a payout of the platform."""
    return payout_resource.cancel_payout(world, world.find("payout", id_))


def move_balance(world: StripeWorld, id_: str, form: Document) -> Document:
    """Let Stripe move `amount` in the currency `id_`, as a balance transaction of any `type` of the API.

    With a `balance_type`, another balance than that of payments. With a `source`, that object is said to cause it.
    """
    if form["type"] not in BALANCE_TRANSACTION_TYPES:
        raise ValueError(f"the API has no balance transactions of the type {form['type']}")
    return balance_resource.post_balance_transaction(
        world,
        form["type"],
        amount=int(form["amount"]),
        currency=id_,
        source=form.get("source"),
        balance_type=form.get("balance_type", balance_resource.PAYMENTS),
    )


def _decide(world: StripeWorld, id_: str, outcome: str) -> Document:
    dispute = world.find("dispute", id_)
    dispute_resource.close_charge_dispute(world, dispute, outcome)
    return dispute


def _amount(form: Document, name: str = "amount") -> Document:
    return {name: form["amount"]} if form.get("amount") is not None else {}


def _call(world: StripeWorld, endpoint: EndpointFunction, id_: str, params: Document) -> Document:
    return endpoint(StripeCall(world=world, ids=(id_,), params=params, account=None, base_url=""))


DASHBOARD_ACTS: Mapping[str, DashboardAct] = MappingProxyType(
    {
        act.__name__: act
        for act in (
            capture_payment,
            cancel_payment,
            refund_payment,
            create_transfer,
            reverse_transfer,
            delete_customer,
            detach_card,
            reject_account,
            close_account,
            make_older,
            open_dispute,
            answer_dispute,
            accept_dispute,
            lose_dispute,
            win_dispute,
            pay_out_platform,
            top_up,
            fail_payout,
            cancel_payout,
            move_balance,
        )
    }
)
