"""The invariants about purchases an admin closed: each breach is found."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

import pytest
from sqlalchemy import RowMapping

from domain.order import Bearer
from tests.audits import MODES, broken, read_modes
from tests.town import Town
from tests.workers.scenes import close
from workers.books import Books


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Clean books with a purchase that the platform bears and paid, and one that its runner bears."""

    books: Books
    ours: int
    hers: int

    def bent(self, rows: Sequence[Any], order_id: int, **changed: object) -> list[Any]:
        """The rows, with the order's own changed."""
        return [{**row, **changed} if row["order_id"] == order_id else row for row in rows]


@pytest.fixture(scope="module")
async def desks(shared_town: Town) -> dict[str, Desk]:
    """Them, as each mode of the audit reads them."""
    town = shared_town
    await town.delivered(await town.member(runner=True, ready=False, card=None))
    await town.drive()
    await town.control("clock", advance=3 * 24 * 60 * 60)
    closed = []
    for bearer in (Bearer.PLATFORM, Bearer.RUNNER):
        runner = await town.member(runner=True, card=None)
        order = await town.held_job(runner)
        await town.carry(runner, order)
        await close(town, order, bearer, "nobody opens")
        await town.drive()
        closed.append(order.id)
    read = await read_modes(town.database, town.workshop.stripe)
    return {mode: Desk(books=books, ours=closed[0], hers=closed[1]) for mode, books in read.items()}


@pytest.fixture(params=MODES)
def desk(desks: dict[str, Desk], request: pytest.FixtureRequest) -> Desk:
    """The desk of one mode."""
    return desks[request.param]


def closed_and_still_held(desk: Desk) -> Books:
    return replace(desk.books, holds=desk.bent(desk.books.holds, desk.hers, status="held"))


def closed_and_captured(desk: Desk) -> Books:
    return replace(desk.books, holds=desk.bent(desk.books.holds, desk.ours, status="captured", captured=1130))


def sent_though_she_bears_it(desk: Desk) -> Books:
    (sent,) = desk.books.transfers
    return replace(desk.books, transfers=[sent, {**sent, "transfer_group": f"order_{desk.hers}", "amount": 1}])


def sent_too_much(desk: Desk) -> Books:
    (sent,) = desk.books.transfers
    return replace(desk.books, transfers=[{**sent, "amount": sent["amount"] + 1}])


def sent_too_little(desk: Desk) -> Books:
    (sent,) = desk.books.transfers
    return replace(desk.books, transfers=[{**sent, "amount": sent["amount"] - 1}])


def owed_though_she_bears_it(desk: Desk) -> Books:
    (ours,) = [row for row in desk.books.payables if row["order_id"] == desk.ours]
    return replace(desk.books, payables=[*desk.books.payables, cast(RowMapping, {**ours, "order_id": desk.hers})])


def not_owed_though_we_bear_it(desk: Desk) -> Books:
    return replace(desk.books, payables=[row for row in desk.books.payables if row["order_id"] != desk.ours])


def owed_another_amount(desk: Desk) -> Books:
    return replace(desk.books, payables=desk.bent(desk.books.payables, desk.ours, amount=1))


def no_costs_in_the_ledger(desk: Desk) -> Books:
    kept = [row for row in desk.books.balances if not row["code"].startswith("platform_costs")]
    return replace(desk.books, balances=kept)


def owed_and_never_booked(desk: Desk) -> Books:
    return replace(desk.books, postings=[row for row in desk.books.postings if row["kind"] != "goodwill"])


def booked_as_if_captured(desk: Desk) -> Books:
    return replace(desk.books, payables=desk.bent(desk.books.payables, desk.ours, charge="ch_of_nobody"))


BREACHES: dict[Callable[[Desk], Books], str] = {
    closed_and_still_held: "I4",
    closed_and_captured: "I4",
    sent_though_she_bears_it: "I3",
    sent_too_much: "I3",
    sent_too_little: "I5",
    owed_though_she_bears_it: "I5",
    not_owed_though_we_bear_it: "I5",
    owed_another_amount: "I5",
    no_costs_in_the_ledger: "I6",
    owed_and_never_booked: "I9",
    booked_as_if_captured: "I9",
}


def test_closed_purchases_break_no_promise(desk: Desk) -> None:
    assert broken(desk.books) == {}
    (sent,) = desk.books.transfers
    assert sent["transfer_group"] == f"order_{desk.ours}"


@pytest.mark.parametrize(("bend", "name"), BREACHES.items(), ids=[bend.__name__ for bend in BREACHES])
def test_each_breach_is_found(desk: Desk, bend: Callable[[Desk], Books], name: str) -> None:
    assert name in broken(bend(desk))
