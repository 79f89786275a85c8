"""Stripe's validation of amounts and currencies: supported currencies, smallest and largest charge, multiples.

Written from docs.stripe.com/currencies, apart from the product's own table.
"""

from sandbox.stripe.documents import Document
from sandbox.stripe.stripe_refusals import bad_parameter

MIN_CHARGE = 50  # minor units, where the table below has none
MIN_CHARGES = {
    "aed": 200, "czk": 1500, "dkk": 250, "gbp": 30, "hkd": 400, "huf": 17500, "mxn": 1000, "myr": 200, "nok": 300,
    "pln": 200, "ron": 200, "sek": 300, "thb": 1000,
}  # fmt: skip
MULTIPLES = {"isk": 100, "ugx": 100, "bhd": 10, "jod": 10, "kwd": 10, "omr": 10, "tnd": 10}
MAX_CHARGE = 99_999_999
CURRENCY_CODES = (
    "usd aed afn all amd ars aud awg azn bam bbd bdt bgn bhd bif bmd bnd bob brl bsd bwp byn bzd cad cdf chf clp cny "
    "cop crc cve czk djf dkk dop dzd egp etb eur fjd fkp gbp gel gip gmd gnf gtq gyd hkd hnl htg huf idr ils inr isk "
    "jmd jod jpy kes kgs khr kmf krw kwd kyd kzt lak lbp lkr lrd lsl mad mdl mga mkd mmk mnt mop mur mvr mwk mxn myr "
    "mzn nad ngn nio nok npr nzd omr pab pen pgk php pkr pln pyg qar ron rsd rub rwf sar sbd scr sek sgd shp sle sos "
    "srd std szl thb tjs tnd top try ttd twd tzs uah ugx uyu uzs vnd vuv wst xaf xcd xof xpf yer zar zmw"
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
    """Return `amount` (minor units); raise StripeRefusal when no card can be charged with it."""
    _at_least_one(amount, "amount")
    smallest = MIN_CHARGES.get(currency, MIN_CHARGE)
    if amount < smallest:
        raise bad_parameter(
            f"Amount must be at least {smallest / 100:.2f} {currency}", param="amount", code="amount_too_small"
        )
    if amount > MAX_CHARGE:
        raise bad_parameter(
            f"Amount must be no more than {MAX_CHARGE / 100:,.2f} {currency}", param="amount", code="amount_too_large"
        )
    _multiple(amount, currency, "amount")
    return amount


def read_positive(params: Document, name: str, currency: str) -> int | None:
    """Return the parameter `name` in minor units, or None when it is absent; raise StripeRefusal for a wrong one."""
    amount: int | None = params.get(name)
    if amount is not None:
        _at_least_one(amount, name)
        _multiple(amount, currency, name)
    return amount


def _at_least_one(amount: int, name: str) -> None:
    if amount < 1:
        raise bad_parameter(
            "This value must be greater than or equal to 1.", param=name, code="parameter_invalid_integer"
        )


def _multiple(amount: int, currency: str, name: str) -> None:
    multiple = MULTIPLES.get(currency, 1)
    if amount % multiple:
        raise bad_parameter(f"Invalid {name}: an amount in {currency} must be divisible by {multiple}.", param=name)
