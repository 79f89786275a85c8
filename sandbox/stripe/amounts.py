"""Stripe's validation of amounts and currencies: minor units, supported currencies, smallest and largest charge."""

from sandbox.stripe.documents import Document
from sandbox.stripe.stripe_refusals import bad_parameter

MIN_CHARGE = 50
MAX_CHARGE = 99_999_999
CURRENCY_CODES = (
    "usd aed all amd ars aud awg azn bam bbd bdt bgn bif bmd bnd bob brl bsd bwp byn bzd cad cdf chf clp cny cop crc"
    " cve czk djf dkk dop dzd egp etb eur fjd fkp gbp gel gip gmd gnf gtq gyd hkd hnl htg huf idr ils inr isk jmd jpy"
    " kes kgs khr kmf krw kyd kzt lak lbp lkr lrd lsl mad mdl mga mkd mmk mnt mop mur mvr mwk mxn myr mzn nad ngn nio"
    " nok npr nzd pab pen pgk php pkr pln pyg qar ron rsd rub rwf sar sbd scr sek sgd shp sle sos srd std szl thb tjs"
    " tnd top try ttd twd tzs uah ugx uyu uzs vnd vuv wst xaf xcd xof xpf yer zar zmw"
)
CURRENCIES = frozenset(CURRENCY_CODES.split())


def require_currency(params: Document) -> str:
    """Return the `currency` parameter in lower case; raise StripeRefusal when Stripe does not support it."""
    currency: str = params["currency"].lower()
    if currency not in CURRENCIES:
        raise bad_parameter(
            f"Invalid currency: {currency}. Stripe currently supports these currencies:"
            f" {CURRENCY_CODES.replace(' ', ', ')}",
            param="currency",
        )
    return currency


def require_chargeable(amount: int, currency: str) -> int:
    """Return `amount` (minor units); raise StripeRefusal when it is below MIN_CHARGE or above MAX_CHARGE."""
    _at_least_one(amount, "amount")
    if amount < MIN_CHARGE:
        raise bad_parameter(
            f"Amount must be at least {MIN_CHARGE / 100:.2f} {currency}", param="amount", code="amount_too_small"
        )
    if amount > MAX_CHARGE:
        raise bad_parameter(
            f"Amount must be no more than {MAX_CHARGE / 100:,.2f} {currency}", param="amount", code="amount_too_large"
        )
    return amount


def read_positive(params: Document, name: str) -> int | None:
    """Return the parameter `name` in minor units, or None when it is absent; raise StripeRefusal when it is below 1."""
    amount: int | None = params.get(name)
    if amount is not None:
        _at_least_one(amount, name)
    return amount


def _at_least_one(amount: int, name: str) -> None:
    if amount < 1:
        raise bad_parameter(
            "This value must be greater than or equal to 1.", param=name, code="parameter_invalid_integer"
        )
