"""The types of Stripe events, and what a worker does with each: the one table that others are compared with."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from domain.database.unit_of_work import UnitOfWork
from workers.stripe.event_sagas import (
    handle_account_access_event,
    handle_account_event,
    handle_bank_payout_event,
    handle_checkout_event,
    handle_dispute_event,
    handle_fraud_warning_event,
    handle_intent_event,
    handle_movement_event,
    handle_refund_event,
)
from workers.stripe.objects.event import ReceivedEvent

EventHandler = Callable[[UnitOfWork, ReceivedEvent], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Handled:
    """A type that a worker handles. One that no webhook is subscribed to comes only in Stripe's list of events.

    It tells nothing that the subscribed ones and our polling do not.
    """

    by: EventHandler
    is_subscribed: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Ignored:
    """A type that is kept in the inbox and not looked at."""

    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StripeEventRegister:
    """The types of events, bound at start. A type that is in no register is ignored: we do not know it."""

    types: Mapping[str, Handled | Ignored]


_FROM_INTENT = Ignored(because="the events of its payment intent say so too")
_OUR_CALL = Ignored(because="our own call made it, and its answer said so")
_LISTED_INTENT = Handled(by=handle_intent_event, is_subscribed=False)
_BANK_ACCOUNT = Ignored(because="account.updated says whether the account can still receive transfers")
_LISTED_MOVEMENT = Handled(by=handle_movement_event, is_subscribed=False)
_CARD_PAGE = Ignored(because="the events of the Checkout page say so too")

EVENT_TYPES: Mapping[str, Handled | Ignored] = MappingProxyType(
    {
        "payment_intent.amount_capturable_updated": Handled(by=handle_intent_event),
        "payment_intent.canceled": Handled(by=handle_intent_event),
        "payment_intent.payment_failed": Handled(by=handle_intent_event),
        "payment_intent.succeeded": Handled(by=handle_intent_event),
        "payment_intent.created": _LISTED_INTENT,
        "payment_intent.partially_funded": _LISTED_INTENT,
        "payment_intent.processing": _LISTED_INTENT,
        "payment_intent.requires_action": _LISTED_INTENT,
        "checkout.session.completed": Handled(by=handle_checkout_event),
        "checkout.session.expired": Handled(by=handle_checkout_event),
        "checkout.session.async_payment_failed": Handled(by=handle_checkout_event, is_subscribed=False),
        "checkout.session.async_payment_succeeded": Handled(by=handle_checkout_event, is_subscribed=False),
        "refund.created": Handled(by=handle_refund_event),
        "refund.updated": Handled(by=handle_refund_event),
        "refund.failed": Handled(by=handle_refund_event),
        "charge.refund.updated": Handled(by=handle_refund_event, is_subscribed=False),
        "charge.dispute.created": Handled(by=handle_dispute_event),
        "charge.dispute.updated": Handled(by=handle_dispute_event),
        "charge.dispute.closed": Handled(by=handle_dispute_event),
        "charge.dispute.funds_withdrawn": Handled(by=handle_dispute_event),
        "charge.dispute.funds_reinstated": Handled(by=handle_dispute_event),
        "radar.early_fraud_warning.created": Handled(by=handle_fraud_warning_event),
        "account.updated": Handled(by=handle_account_event),
        "account.application.deauthorized": Handled(by=handle_account_access_event),
        "account.application.authorized": Handled(by=handle_account_access_event, is_subscribed=False),
        "payout.failed": Handled(by=handle_bank_payout_event),
        "account.external_account.created": _BANK_ACCOUNT,
        "account.external_account.deleted": _BANK_ACCOUNT,
        "account.external_account.updated": _BANK_ACCOUNT,
        "capability.updated": Ignored(because="account.updated says so too"),
        "payout.canceled": _LISTED_MOVEMENT,
        "payout.created": _LISTED_MOVEMENT,
        "payout.paid": _LISTED_MOVEMENT,
        "payout.updated": _LISTED_MOVEMENT,
        "charge.captured": _FROM_INTENT,
        "charge.expired": _FROM_INTENT,
        "charge.failed": _FROM_INTENT,
        "charge.pending": _FROM_INTENT,
        "charge.succeeded": _FROM_INTENT,
        "charge.updated": _FROM_INTENT,
        "charge.refunded": Ignored(because="the events of the refund say so too"),
        "transfer.created": _OUR_CALL,
        "transfer.reversed": _LISTED_MOVEMENT,
        "file.created": _OUR_CALL,
        "transfer.updated": Ignored(because="only its description or metadata changed"),
        "topup.created": _LISTED_MOVEMENT,
        "topup.reversed": _LISTED_MOVEMENT,
        "topup.succeeded": _LISTED_MOVEMENT,
        "balance.available": Ignored(because="reconciliation compares the whole balance every day"),
        "customer.created": _OUR_CALL,
        "customer.updated": _OUR_CALL,
        "customer.deleted": Ignored(because="the next charge of the customer is refused, and the saga sees that"),
        "payment_method.attached": _CARD_PAGE,
        "payment_method.updated": Ignored(because="a renewed card keeps its id"),
        "payment_method.detached": Ignored(because="the next charge of the card is refused, and the saga sees that"),
        "setup_intent.canceled": _CARD_PAGE,
        "setup_intent.created": _CARD_PAGE,
        "setup_intent.setup_failed": _CARD_PAGE,
        "setup_intent.succeeded": _CARD_PAGE,
    }
)
