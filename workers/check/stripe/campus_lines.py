"""Whether the platform at Stripe can serve a campus: in its currency, and in its country."""

from collections.abc import Iterator
from functools import cache
from importlib import resources

from workers.check.line import CheckLine, broken, note, works
from workers.check.stripe.stripe_facts import StripeFacts, Unread

DASHBOARD = "https://dashboard.stripe.com"
COUNTRY_COLUMN, ZONE_COLUMN = 0, 2  # of zone.tab and zone1970.tab


def judge_campus(campus: str, currency: str, time_zone: str, facts: StripeFacts) -> Iterator[CheckLine]:
    """Yield the lines about a campus at this platform."""
    yield judge_currency(campus, currency, facts)
    country = None if isinstance(facts.account, Unread) else facts.account.country
    if country is not None:
        yield judge_country(campus, time_zone, country)


def judge_currency(campus: str, currency: str, facts: StripeFacts) -> CheckLine:
    """Return the line about the currency of a campus: a payment in any other one is converted."""
    subject, shown = f"{campus}: currency", currency.upper()
    if not facts.settled:
        return note(subject, f"Whether the platform receives {shown} is not known: {_why_unknown(facts)}.")
    if currency in facts.settled:
        return works(subject, f"The platform receives {shown} without a conversion.")
    known = ", ".join(sorted(each.upper() for each in facts.settled))
    return broken(
        subject,
        f"The platform receives {known}, and would get {shown} converted, so that no runner can be paid: add a bank"
        f" account in {shown} at {DASHBOARD}/settings/payouts.",
    )


def _why_unknown(facts: StripeFacts) -> str:
    unread = [each.why for each in (facts.account, facts.balance_currencies) if isinstance(each, Unread)]
    return unread[0] if unread else "Stripe names no currency"


def judge_country(campus: str, time_zone: str, country: str) -> CheckLine:
    """Return the line about the country of a campus, told by its time zone: runners get accounts of the platform's."""
    subject, countries = f"{campus}: country", countries_of(time_zone)
    if not countries or country in countries:
        return works(subject, f"Its runners get accounts in {country}, as the platform has.")
    return broken(
        subject,
        f"{time_zone} is in {' or '.join(sorted(countries))}, and the platform in {country}: Stripe would give its"
        f" runners accounts in {country}, which they cannot set up. It needs a platform in its own country.",
    )


@cache
def _countries_by_zone() -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for table in ("zone1970.tab", "zone.tab"):  # the second names one country for a zone, the one it is named after
        text = resources.files("tzdata.zoneinfo").joinpath(table).read_text(encoding="utf-8")
        for row in (line.split("\t") for line in text.splitlines() if not line.startswith("#")):
            found[row[ZONE_COLUMN]] = frozenset(row[COUNTRY_COLUMN].split(","))
    return found


def countries_of(time_zone: str) -> frozenset[str]:
    """Return the countries in which a time zone holds, by their codes; empty for one of no country, such as UTC."""
    return _countries_by_zone().get(time_zone, frozenset())
