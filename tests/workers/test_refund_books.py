"""The invariants about money that went back: each breach is found."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest

from domain.order import Bearer
from tests.audits import MODES, broken, read_modes
from tests.town import Town
from tests.workers.refunding import completed, dispute, give_back, hear, late_answer
from workers.books import Books


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Clean books with refunds in them: taken back from the runner, owed by her, and one that failed."""

    books: Books
    taken: int
    owed: int
    failed: int

    def bent(self, rows: Sequence[Any], order_id: int, **changed: object) -> list[Any]:
        """The rows, with the order's own changed."""
        return [{**row, **changed} if row["order_id"] == order_id else row for row in rows]

    def without(self, prefix: str, order_id: int) -> Books:
        """The books without the order's postings of this kind."""
        kept = [row for row in self.books.postings if (row["kind"], row["order_id"]) != (prefix, order_id)]
        return replace(self.books, postings=kept)

    def balanced(self, account: str, more: int) -> Books:
        """The books with another balance of the accounts of this name."""
        rows: list[Any] = [
            {**row, "balance": row["balance"] + more} if row["code"].startswith(f"{account}:") else row
            for row in self.books.balances
        ]
        return replace(self.books, balances=rows)


@pytest.fixture(scope="module")
async def desks(shared_town: Town) -> dict[str, Desk]:
    """Them, as each mode of the audit reads them."""
    town = shared_town
    taken = await completed(town, await town.member(runner=True, card=None))
    await give_back(town, taken, 300, Bearer.RUNNER)
    runner = await town.member(runner=True, card=None)
    owed = await completed(town, runner)
    await town.control(f"accounts/{runner.stripe_account}", pay_out=True)
    await give_back(town, owed, None, Bearer.RUNNER)
    for outcome in (None, "won", "lost"):
        disputed = await completed(town, await town.member(runner=True, ready=False, card=None))
        await dispute(town, disputed)
        if outcome is not None:
            await dispute(town, disputed, outcome=outcome)
    failed = await completed(town, await town.member(runner=True, card=None), card="pm_card_refundFail")
    await give_back(town, failed, 200, Bearer.RUNNER)
    await town.drive()
    await hear(town, "evt_failed", await late_answer(town, failed))
    read = await read_modes(town.database, town.workshop.stripe)
    return {mode: Desk(books=books, taken=taken.id, owed=owed.id, failed=failed.id) for mode, books in read.items()}


@pytest.fixture(params=MODES)
def desk(desks: dict[str, Desk], request: pytest.FixtureRequest) -> Desk:
    """The desk of one mode."""
    return desks[request.param]


def never_taken_back(desk: Desk) -> Books:
    return replace(desk.books, transfers=[{**one, "amount_reversed": 0} for one in desk.books.transfers])


def annulled_though_something_is_due(desk: Desk) -> Books:
    return replace(desk.books, payables=desk.bent(desk.books.payables, desk.taken, sent=0, status="annulled"))


def withheld_for_no_refund(desk: Desk) -> Books:
    return replace(desk.books, refund_rows=[])


def borne_by_nobody(desk: Desk) -> Books:
    return replace(desk.books, refund_rows=desk.bent(desk.books.refund_rows, desk.taken, hers=301))


def a_debt_that_was_forgotten(desk: Desk) -> Books:
    return replace(desk.books, debts=[])


def costs_of_no_refund(desk: Desk) -> Books:
    return desk.balanced("refunds_borne", 1)


def a_debt_the_ledger_does_not_know(desk: Desk) -> Books:
    return desk.balanced("runner_debt", -1)


def pay_the_ledger_does_not_know(desk: Desk) -> Books:
    return desk.balanced("runner_payable", -1)


def a_dispute_nobody_wrote_down(desk: Desk) -> Books:
    return replace(desk.books, disputes=[])


def a_loss_that_is_none(desk: Desk) -> Books:
    rows: list[Any] = [{**row, "status": "lost"} for row in desk.books.disputes]
    return replace(desk.books, disputes=rows)


def disputed_and_not_booked(desk: Desk) -> Books:
    return replace(desk.books, postings=[row for row in desk.books.postings if row["kind"] != "dispute_won"])


def more_back_than_paid_at_stripe(desk: Desk) -> Books:
    return replace(desk.books, refunds=[{**one, "amount": 1131} for one in desk.books.refunds])


def more_back_than_paid_here(desk: Desk) -> Books:
    return replace(desk.books, refund_rows=desk.bent(desk.books.refund_rows, desk.taken, amount=1131))


def a_refund_by_hand(desk: Desk) -> Books:
    stray = {**desk.books.refunds[0], "id": "re_stray", "amount": 1, "metadata": {}}
    return replace(desk.books, refunds=[*desk.books.refunds, stray])


def one_call_two_refunds(desk: Desk) -> Books:
    twin = {**desk.books.refunds[0], "id": "re_twin", "amount": 1}
    return replace(desk.books, refunds=[*desk.books.refunds, twin])


def a_refund_stripe_does_not_know(desk: Desk) -> Books:
    return replace(desk.books, refunds=[])


def a_reversal_by_hand(desk: Desk) -> Books:
    stray = {"data": [{"id": "trr_stray", "amount": 1, "metadata": {}}]}
    return replace(desk.books, transfers=[{**one, "reversals": stray} for one in desk.books.transfers])


def refunded_and_not_booked(desk: Desk) -> Books:
    return desk.without("refund", desk.taken)


def failed_and_not_booked(desk: Desk) -> Books:
    return desk.without("refund_failed", desk.failed)


def taken_back_and_not_booked(desk: Desk) -> Books:
    return desk.without("reversal", desk.taken)


BREACHES: dict[Callable[[Desk], Books], str] = {
    never_taken_back: "I3",
    annulled_though_something_is_due: "I5",
    withheld_for_no_refund: "I5",
    borne_by_nobody: "I5",
    a_debt_that_was_forgotten: "I5",
    costs_of_no_refund: "I6",
    a_debt_the_ledger_does_not_know: "I6",
    pay_the_ledger_does_not_know: "I6",
    a_dispute_nobody_wrote_down: "I6",
    a_loss_that_is_none: "I6",
    disputed_and_not_booked: "I9",
    more_back_than_paid_at_stripe: "I7",
    more_back_than_paid_here: "I7",
    a_refund_by_hand: "I8",
    one_call_two_refunds: "I8",
    a_refund_stripe_does_not_know: "I8",
    a_reversal_by_hand: "I8",
    refunded_and_not_booked: "I9",
    failed_and_not_booked: "I9",
    taken_back_and_not_booked: "I9",
}


def test_refunds_break_no_promise(desk: Desk) -> None:
    assert broken(desk.books) == {}
    assert [row["status"] for row in desk.books.refund_rows] == ["succeeded", "succeeded", "failed"]
    assert [row["amount"] for row in desk.books.debts] == [1030]


@pytest.mark.parametrize(("bend", "name"), BREACHES.items(), ids=[bend.__name__ for bend in BREACHES])
def test_each_breach_is_found(desk: Desk, bend: Callable[[Desk], Books], name: str) -> None:
    assert name in broken(bend(desk))
