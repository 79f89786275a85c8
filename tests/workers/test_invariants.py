"""The invariants: each passes on clean books and says what is wrong with broken ones."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest
from sqlalchemy import RowMapping, Table, literal, select

from domain.store.schema import hold, payable, saga
from tests.audits import MODES, broken, read_modes
from tests.town import Town
from workers.books import Books
from workers.invariants import INVARIANTS

NAMES = [f"I{number}" for number in range(1, 11)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Clean books with an order of each end in them, and the means to bend a copy."""

    town: Town
    books: Books
    completed: int
    cancelled: int

    async def bent(self, table: Table, *, where: Any = None, **changed: object) -> Sequence[RowMapping]:
        """The table's rows as they are, with these columns changed in those that `where` picks (else in all)."""
        chosen = literal(True) if where is None else where
        columns = [
            literal(changed[column.name], column.type).label(column.name) if column.name in changed else column
            for column in table.c
        ]
        extra = [literal(None).label("overdue")] if table is saga else []
        async with self.town.database() as work:
            wrong = (await work.connection.execute(select(*columns, *extra).where(chosen))).mappings().all()
            right = (await work.connection.execute(select(*table.c, *extra).where(~chosen))).mappings().all()
        return [*wrong, *right]


@pytest.fixture(scope="module")
async def desks(shared_town: Town) -> dict[str, Desk]:
    """A completed order, a cancelled one, an open one: as each mode of the audit reads them."""
    town = shared_town
    completed = await town.delivered(await town.member(runner=True, card=None))
    await town.drive()
    customer = await town.member()
    cancelled = await town.open_job(customer)
    await town.cancel(customer, cancelled)
    await town.open_job()
    await town.drive()
    read = await read_modes(town.database, town.workshop.stripe)
    return {
        mode: Desk(town=town, books=books, completed=completed.id, cancelled=cancelled.id)
        for mode, books in read.items()
    }


@pytest.fixture(params=MODES)
def desk(desks: dict[str, Desk], request: pytest.FixtureRequest) -> Desk:
    """The desk of one mode."""
    return desks[request.param]


def test_the_invariants_are_the_ten_promised() -> None:
    empty = Books(
        orders=[],
        holds=[],
        payables=[],
        sagas=[],
        postings=[],
        balances=[],
        events=0,
        intents=[],
        transfers=[],
        refunds=[],
        stripe_balance={},
    )
    assert [invariant(empty).name for invariant in INVARIANTS] == NAMES
    assert broken(empty) == {}


def test_clean_books_break_none_and_something_was_counted(desk: Desk) -> None:
    assert broken(desk.books) == {}
    assert len(desk.books.orders) == len(desk.books.holds) == len(desk.books.intents) == 3
    assert len(desk.books.transfers) == len(desk.books.payables) == 1
    assert sum(desk.books.stripe_balance.values()) > 0


async def captured_too_much(desk: Desk) -> Books:
    return replace(desk.books, holds=await desk.bent(hold, where=hold.c.order_id == desk.completed, captured=99_999))


async def captured_otherwise(desk: Desk) -> Books:
    return replace(desk.books, holds=await desk.bent(hold, where=hold.c.order_id == desk.completed, captured=1))


async def two_holds_of_ours(desk: Desk) -> Books:
    return replace(desk.books, holds=[*desk.books.holds, *desk.books.holds])


async def two_holds_at_stripe(desk: Desk) -> Books:
    return replace(desk.books, intents=[*desk.books.intents, *desk.books.intents])


async def a_hold_beside_the_one_that_counts(desk: Desk) -> Books:
    return replace(
        desk.books, holds=await desk.bent(hold, where=hold.c.order_id == desk.cancelled, status="held", part="former")
    )


async def a_candidate_of_nobody(desk: Desk) -> Books:
    return replace(desk.books, holds=await desk.bent(hold, where=hold.c.order_id == desk.cancelled, part="candidate"))


async def paid_too_much(desk: Desk) -> Books:
    (sent,) = desk.books.transfers
    return replace(desk.books, transfers=[{**sent, "amount": sent["amount"] + 1}])


async def paid_for_nothing(desk: Desk) -> Books:
    (sent,) = desk.books.transfers
    return replace(desk.books, transfers=[sent, {**sent, "transfer_group": "order_0"}])


async def ended_with_a_hold(desk: Desk) -> Books:
    return replace(desk.books, holds=await desk.bent(hold, where=hold.c.order_id == desk.cancelled, status="held"))


async def ended_with_an_intent(desk: Desk) -> Books:
    intents = [{**one, "status": "requires_capture"} for one in desk.books.intents if one["status"] == "canceled"]
    return replace(desk.books, intents=intents)


async def completed_without_a_capture(desk: Desk) -> Books:
    bent = await desk.bent(hold, where=hold.c.order_id == desk.completed, captured=0, status="held")
    return replace(desk.books, holds=bent)


async def completed_without_a_payable(desk: Desk) -> Books:
    return replace(desk.books, payables=[])


async def owed_another_amount(desk: Desk) -> Books:
    return replace(desk.books, payables=await desk.bent(payable, amount=1))


async def paid_by_no_transfer(desk: Desk) -> Books:
    return replace(desk.books, transfers=[])


async def another_balance_at_stripe(desk: Desk) -> Books:
    return replace(desk.books, stripe_balance={"sgd": desk.books.stripe_balance["sgd"] + 1})


async def money_we_know_nothing_of(desk: Desk) -> Books:
    return replace(desk.books, stripe_balance={**desk.books.stripe_balance, "usd": 5})


async def refunded_too_much(desk: Desk) -> Books:
    (intent,) = [one for one in desk.books.intents if one["status"] == "succeeded"]
    return replace(desk.books, refunds=[{"payment_intent": intent["id"], "amount": intent["amount_received"] + 1}])


async def an_intent_of_nobody(desk: Desk) -> Books:
    stray = {"id": "pi_stray", "status": "requires_capture", "metadata": {}}
    return replace(desk.books, intents=[*desk.books.intents, stray])


async def one_call_two_transfers(desk: Desk) -> Books:
    (sent,) = desk.books.transfers
    return replace(desk.books, transfers=[{**sent, "amount": 1}, {**sent, "amount": 1, "id": "tr_twin"}])


async def a_hold_stripe_does_not_know(desk: Desk) -> Books:
    return replace(
        desk.books, holds=await desk.bent(hold, where=hold.c.order_id == desk.cancelled, payment_intent="pi_0")
    )


async def booked_twice(desk: Desk) -> Books:
    return replace(desk.books, postings=[*desk.books.postings, *desk.books.postings])


async def captured_and_not_booked(desk: Desk) -> Books:
    return replace(desk.books, postings=[row for row in desk.books.postings if row["kind"] != "capture"])


async def stuck_without_a_word(desk: Desk) -> Books:
    return replace(
        desk.books, sagas=await desk.bent(saga, where=saga.c.kind == "cancel_order", status="stuck", error="")
    )


BREACHES: dict[Callable[[Desk], Awaitable[Books]], str] = {
    captured_too_much: "I1",
    captured_otherwise: "I1",
    two_holds_of_ours: "I2",
    two_holds_at_stripe: "I2",
    a_hold_beside_the_one_that_counts: "I2",
    a_candidate_of_nobody: "I2",
    paid_too_much: "I3",
    paid_for_nothing: "I3",
    ended_with_a_hold: "I4",
    ended_with_an_intent: "I4",
    completed_without_a_capture: "I5",
    completed_without_a_payable: "I5",
    owed_another_amount: "I5",
    paid_by_no_transfer: "I5",
    another_balance_at_stripe: "I6",
    money_we_know_nothing_of: "I6",
    refunded_too_much: "I7",
    an_intent_of_nobody: "I8",
    one_call_two_transfers: "I8",
    a_hold_stripe_does_not_know: "I8",
    booked_twice: "I9",
    captured_and_not_booked: "I9",
    stuck_without_a_word: "I10",
}


@pytest.mark.parametrize(("bend", "name"), BREACHES.items(), ids=[bend.__name__ for bend in BREACHES])
async def test_each_invariant_finds_its_breach(desk: Desk, bend: Callable[[Desk], Awaitable[Books]], name: str) -> None:
    breaches = broken(await bend(desk))
    assert name in breaches
    assert all(breaches[name])


async def test_i10_a_saga_nobody_runs_is_found(desk: Desk) -> None:
    """I10: due for half a minute, in a database with workers, is too long."""
    town = desk.town
    await town.place(await town.member())
    await town.sql("UPDATE saga SET wake_at = now() - interval '31 seconds' WHERE status = 'running'")
    (finding,) = await town.breaches()
    assert finding.name == "I10"
    await town.drive()
    assert await town.breaches() == []


async def test_i4_and_i8_find_a_hold_somebody_made_by_hand(desk: Desk) -> None:
    """A real object at Stripe that no call of ours made, for an order that is over."""
    town = desk.town
    customer = (await town.member()).stripe_customer
    params: Any = {
        "amount": 500,
        "currency": "sgd",
        "customer": customer,
        "payment_method": "pm_card_visa",
        "capture_method": "manual",
        "confirm": True,
        "return_url": "https://t.me",
        "metadata": {"order": str(desk.cancelled)},
    }
    made = await town.workshop.stripe.v1.payment_intents.create_async(params)
    assert {finding.name for finding in await town.breaches()} == {"I4", "I8"}
    await town.workshop.stripe.v1.payment_intents.cancel_async(made.id)
    assert {finding.name for finding in await town.breaches()} == {"I8"}


async def test_orders_under_way_are_judged_when_they_are_done(desk: Desk) -> None:
    """I4 and I5 speak of orders without a running saga."""
    bent = await desk.bent(saga, where=saga.c.order_id == desk.completed, status="stuck", error="why")
    books = replace(desk.books, payables=[], postings=[], sagas=bent)
    assert "I5" not in broken(books)
