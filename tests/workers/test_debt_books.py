"""The invariants about orders that were delivered and not paid: each breach is found."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest

from tests.audits import MODES, broken, read_modes
from tests.town import Town
from tests.workers.owing import owed_order, pay
from tests.workers.scenes import new_admin
from tests.workers.test_debt_ends import forgive
from workers.books import Books


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Clean books with three debts in them: open, paid, let go."""

    books: Books
    owed: int
    paid: int
    let_go: int

    def bent(self, order_id: int, **changed: object) -> Books:
        """The books with the order's debt changed."""
        rows: list[Any] = [
            {**row, **changed} if row["order_id"] == order_id else row for row in self.books.customer_debts
        ]
        return replace(self.books, customer_debts=rows)

    def without(self, kind: str) -> Books:
        """The books without postings of this kind."""
        return replace(self.books, postings=[row for row in self.books.postings if row["kind"] != kind])


@pytest.fixture(scope="module")
async def desks(shared_town: Town) -> dict[str, Desk]:
    """Them, as each mode of the audit reads them."""
    town = shared_town
    owed = await owed_order(town, await town.member())
    customer = await town.member()
    paid = await owed_order(town, customer)
    await town.give_card(customer.person_id, "pm_card_visa")
    await pay(town, customer, paid)
    await town.drive()
    let_go = await owed_order(town, await town.member())
    await forgive(town, await new_admin(town), let_go)
    read = await read_modes(town.database, town.workshop.stripe)
    return {mode: Desk(books=books, owed=owed.id, paid=paid.id, let_go=let_go.id) for mode, books in read.items()}


@pytest.fixture(params=MODES)
def desk(desks: dict[str, Desk], request: pytest.FixtureRequest) -> Desk:
    """The desk of one mode."""
    return desks[request.param]


def a_debt_that_was_forgotten(desk: Desk) -> Books:
    return replace(desk.books, customer_debts=[])


def a_debt_of_another_amount(desk: Desk) -> Books:
    return desk.bent(desk.owed, amount=1)


def owed_though_it_was_captured(desk: Desk) -> Books:
    return desk.bent(desk.paid, status="open")


def paid_though_nothing_was_captured(desk: Desk) -> Books:
    return desk.bent(desk.owed, status="paid")


def owed_for_an_order_under_way(desk: Desk) -> Books:
    rows: list[Any] = [{**row, "status": "ARRIVED"} for row in desk.books.orders]
    return replace(desk.books, orders=rows)


def let_go_and_not_booked(desk: Desk) -> Books:
    return desk.without("forgiven")


def owed_and_not_booked(desk: Desk) -> Books:
    return desk.without("unpaid")


def paid_and_not_booked(desk: Desk) -> Books:
    return desk.without("settled")


def let_go_though_the_ledger_says_owed(desk: Desk) -> Books:
    return desk.bent(desk.owed, status="let_go")


def costs_of_nobodys_debt(desk: Desk) -> Books:
    rows: list[Any] = [
        {**row, "balance": row["balance"] + (1 if row["code"].startswith("bad_debts:") else 0)}
        for row in desk.books.balances
    ]
    return replace(desk.books, balances=rows)


BREACHES: dict[Callable[[Desk], Books], Sequence[str]] = {
    a_debt_that_was_forgotten: ("I5", "I6", "I9"),
    a_debt_of_another_amount: ("I5", "I6"),
    owed_though_it_was_captured: ("I5", "I6", "I9"),
    paid_though_nothing_was_captured: ("I5", "I6", "I9"),
    owed_for_an_order_under_way: ("I5",),
    let_go_and_not_booked: ("I9",),
    owed_and_not_booked: ("I9",),
    paid_and_not_booked: ("I9",),
    let_go_though_the_ledger_says_owed: ("I6", "I9"),
    costs_of_nobodys_debt: ("I6",),
}


def test_debts_break_no_promise(desk: Desk) -> None:
    assert broken(desk.books) == {}
    assert [row["status"] for row in desk.books.customer_debts] == ["open", "paid", "let_go"]


@pytest.mark.parametrize(("bend", "names"), BREACHES.items(), ids=[bend.__name__ for bend in BREACHES])
def test_each_breach_is_found(desk: Desk, bend: Callable[[Desk], Books], names: Sequence[str]) -> None:
    assert set(names) <= broken(bend(desk)).keys()
