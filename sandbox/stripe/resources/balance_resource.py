"""Balances and balance transactions of the platform and the connected accounts."""

from collections.abc import Iterable

from sandbox.stripe.documents import DUE_FIELD, Document
from sandbox.stripe.resources.list_pages import define_reading
from sandbox.stripe.settlement import Settled, settle
from sandbox.stripe.stripe_clock import SECONDS_PER_DAY
from sandbox.stripe.stripe_world import StripeCall, StripeWorld, define_endpoint, new_object

CARD_FEE_BASIS_POINTS = 340  # Stripe's fee for a card payment is 3.4 % ...
CARD_FEE_FIXED = 50  # ... plus 50 minor units
PAYMENTS = "payments"
SETTLING_SECONDS = 2 * SECONDS_PER_DAY  # until the money of a card payment is available


def card_fee(amount: int) -> int:
    """Return Stripe's fee for a card payment in minor units, with halves rounded up."""
    return (amount * CARD_FEE_BASIS_POINTS + 5_000) // 10_000 + CARD_FEE_FIXED


def post_balance_transaction(
    world: StripeWorld,
    type_: str,
    *,
    amount: int,
    currency: str,
    source: str | None,
    account: str | None = None,
    fee: int = 0,
    available_on: int | None = None,
    balance_type: str = PAYMENTS,
    category: str | None = None,
) -> Document:
    """Insert and return a balance transaction of `amount` minor units; a negative amount leaves the balance.

    On the platform's balance it arrives in a currency that settles. Another `balance_type` is not available or pending.
    """
    now = world.now()
    settled = Settled(currency=currency) if account is not None else settle(world, currency)
    amount, fee, currency = settled.convert(amount), settled.convert(fee), settled.currency
    ready = now if available_on is None else available_on
    movement: Document = {
        **new_object(world, "balance_transaction", "description"),
        "exchange_rate": settled.exchange_rate,
        "amount": amount,
        "available_on": ready,
        "balance_type": balance_type,
        "currency": currency,
        "fee": fee,
        "fee_details": _fee_details(fee, currency),
        "net": amount - fee,
        "reporting_category": category or type_,
        "source": source,
        "status": "pending" if ready > now else "available",
        "type": type_,
        "_account": account,
    }
    movement |= {DUE_FIELD: ready} if ready > now else {}
    world.save_and_record(movement)
    return movement


def _fee_details(fee: int, currency: str) -> list[Document]:
    described = {"application": None, "description": "Stripe processing fees", "type": "stripe_fee"}
    return [{"amount": fee, "currency": currency, **described}] if fee else []


def make_available(world: StripeWorld, movement: Document) -> None:
    """Make the money of a pending balance transaction available."""
    movement["status"] = "available"
    account = movement["_account"]
    world.save_and_record(movement)
    world.events.record("balance.available", build_balance(world, account), now=world.now(), account=account)


def movements_of(world: StripeWorld, account: str | None) -> Iterable[Document]:
    """Return all balance transactions of the platform (None) or of a connected account, oldest first."""
    return (one for one in world.documents.all_of("balance_transaction").values() if one["_account"] == account)


def sum_movements(world: StripeWorld, account: str | None, status: str | None = None) -> dict[str, int]:
    """Return net sums in minor units by currency, of all balance transactions or of those with `status`."""
    sums: dict[str, int] = {}
    for movement in movements_of(world, account):
        if status in (None, movement["status"]) and movement["balance_type"] == PAYMENTS:
            sums[movement["currency"]] = sums.get(movement["currency"], 0) + movement["net"]
    return sums


def build_balance(world: StripeWorld, account: str | None) -> Document:
    """Return the balance object of the platform (None) or of a connected account."""
    available, pending = sum_movements(world, account, "available"), sum_movements(world, account, "pending")
    own = world.profile.settlement if account is None else ()
    currencies = sorted({*available, *pending, *own}) or ["usd"]
    return {
        "object": "balance",
        "available": [_balance_part(available, currency) for currency in currencies],
        "connect_reserved": [{"amount": 0, "currency": currency} for currency in currencies],
        "livemode": False,
        "pending": [_balance_part(pending, currency) for currency in currencies],
    }


def _balance_part(sums: dict[str, int], currency: str) -> Document:
    amount = sums.get(currency, 0)
    return {"amount": amount, "currency": currency, "source_types": {"card": amount}}


def handle_retrieve_balance(call: StripeCall) -> Document:
    """GET /v1/balance."""
    return build_balance(call.world, call.account)


ENDPOINTS = (
    define_endpoint("GET /v1/balance", "balance_retrieve", handle_retrieve_balance, supports_connected_accounts=True),
    *define_reading(
        "/v1/balance_transactions", "balance_transaction", "created currency source type", account_field="_account"
    ),
)
