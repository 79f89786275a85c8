"""The opening balance: what was on Stripe's balance before the books began, booked once."""

from collections.abc import Mapping

from domain.database.unit_of_work import UnitOfWork
from domain.ledger.postings_at_stripe import opening_posting
from domain.ledger.repository import BookedOpening, list_openings, lock_openings, post_to_ledger
from domain.money import format_money


class OpeningRefused(Exception):
    """No opening balance is booked; the sentence says why."""


def _say_booked(openings: list[BookedOpening]) -> str:
    amounts = ", ".join(format_money(one.amount, one.currency) for one in openings)
    return (
        f"The opening balance was booked on {openings[0].booked_at:%Y-%m-%d %H:%M} UTC: {amounts}. It is booked once."
        " What differs now came later: look at /differences."
    )


async def refuse_second_opening(work: UnitOfWork) -> None:
    """Raise OpeningRefused when an opening balance was booked."""
    if openings := await list_openings(work):
        raise OpeningRefused(_say_booked(openings))


async def book_opening(work: UnitOfWork, opening: Mapping[str, int]) -> None:
    """Book these minor units by currency. Raise OpeningRefused, and book nothing, when it was done before."""
    await lock_openings(work)
    await refuse_second_opening(work)
    for currency, amount in opening.items():
        await post_to_ledger(work, opening_posting(amount=amount, currency=currency), None)
