"""One effect an update: doubled, re-ordered, failing, forgotten by a killed process, too many at once."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from itertools import count

import pytest
from sqlalchemy import func

from bot.inbox import Inbox, finish_unfinished, handle, receive
from bot.limits import BURST, Limit, limit_here
from bot.lines import Lines
from bot.measures import new_measures
from bot.replies import Answer, NewMessage, Replies, Screen
from domain.buttons import Tap, pack
from domain.errors import OrderClosed
from domain.parking import MOST_TRIES
from domain.store.inbox import Arrival, store_updates
from domain.store.orders import customers_orders
from domain.store.schema import draft, parked, telegram_update
from domain.store.unit_of_work import UnitOfWork
from tests.bot.stage import Json, Stage, until
from tests.frozen import Freezing, freeze

NUMBERS = count(5_000_000)


@dataclass(slots=True)
class Notebook:
    """A handler that writes down what it was given, and the words that were said."""

    order: list[int] = field(default_factory=list)
    said: list[tuple[int, Replies]] = field(default_factory=list)
    broken: set[int] = field(default_factory=set)
    refused: set[int] = field(default_factory=set)

    async def dispatch(self, work: UnitOfWork, arrival: Arrival) -> Replies:
        """Leave a trace in the database, then break off, refuse or answer."""
        changed = draft.insert().values(campus_id=arrival.campus_id, person_id=arrival.person_id, note="x")
        await work.connection.execute(changed)
        self.order.append(arrival.update_id)
        await asyncio.sleep(0)
        if arrival.update_id in self.broken:
            raise RuntimeError("out of paper")
        if arrival.update_id in self.refused:
            raise OrderClosed
        await work.connection.execute(draft.delete().where(draft.c.person_id == arrival.person_id))
        return (NewMessage(Screen("done")),)

    async def speak(self, arrival: Arrival, replies: Replies) -> None:
        """Write down the words."""
        self.said.append((arrival.update_id, replies))


@pytest.fixture
def notebook() -> Notebook:
    """An empty one."""
    return Notebook()


@pytest.fixture
async def person(stage: Stage) -> AsyncIterator[int]:
    """Somebody whose updates go to the notebook."""
    one = await stage.somebody()
    yield one.id


def inbox_of(stage: Stage, notebook: Notebook, limit: Limit | None = None) -> Inbox:
    """An inbox as another process would have it: the same database, everything else its own."""
    return Inbox(
        database=stage.work,
        dispatch=notebook.dispatch,
        speak=notebook.speak,
        limit=limit or limit_here(),
        lines=Lines(),
        slots=asyncio.Semaphore(3),
        measures=new_measures(),
    )


def tap(stage: Stage, person: int, update_id: int | None = None) -> Arrival:
    """A tap of this person, on a campus that the running bot does not serve: nobody else takes it up."""
    number = next(NUMBERS) if update_id is None else update_id
    sender = {"id": person, "is_bot": False, "first_name": "Mei", "language_code": "en"}
    chat = {"id": person, "type": "private", "first_name": "Mei"}
    query = {"id": str(number), "from": sender, "data": pack(Tap.HOME), "message": {"message_id": 1, "chat": chat}}
    payload = {"update_id": number, "callback_query": query}
    return Arrival(campus_id=stage.campuses["west"], update_id=number, person_id=person, payload=payload)


async def kept(stage: Stage, arrival: Arrival) -> Json:
    """The row of an update."""
    rows = await stage.rows(telegram_update, telegram_update.c.update_id == arrival.update_id)
    return rows[0]


async def test_s9_a_duplicate_update_has_no_second_effect_and_is_still_answered(
    stage: Stage, notebook: Notebook, person: int
) -> None:
    inbox, arrival = inbox_of(stage, notebook), tap(stage, person)
    assert await asyncio.gather(*(receive(inbox, arrival) for _ in range(4))) == [True] * 4
    assert notebook.order == [arrival.update_id]
    assert sorted(len(replies) for _, replies in notebook.said) == [0, 0, 0, 1]


async def test_s9_duplicates_in_two_processes_have_one_effect(stage: Stage, notebook: Notebook, person: int) -> None:
    first, second, arrival = inbox_of(stage, notebook), inbox_of(stage, notebook), tap(stage, person)
    await asyncio.gather(*(receive(inbox, arrival) for inbox in (first, second)))
    assert notebook.order == [arrival.update_id]


async def test_s9_a_redelivered_order_is_placed_once(stage: Stage) -> None:
    mei = await stage.customer()
    await mei.order_food()
    updates = await stage.rows(telegram_update, telegram_update.c.person_id == mei.id)
    for row in updates:
        await stage.sim("redeliver", bot="north_bot", update_id=row["update_id"])
    await stage.quiet()
    async with stage.work() as work:
        orders, _ = await customers_orders(work, stage.campuses["north"], mei.id, 0)
    assert len(orders) == 1


async def test_updates_of_one_person_run_one_after_the_other_across_processes(
    stage: Stage, notebook: Notebook, person: int
) -> None:
    inboxes = [inbox_of(stage, notebook) for _ in range(3)]
    arrivals = [tap(stage, person) for _ in range(9)]
    pairs = [(inboxes[number % 3], arrival) for number, arrival in enumerate(arrivals)]
    # Two at once would both insert the person's basket, and one would break on it.
    assert all(await asyncio.gather(*(receive(inbox, arrival) for inbox, arrival in pairs)))
    assert sorted(notebook.order) == [arrival.update_id for arrival in arrivals]


async def test_a_later_update_waits_for_an_earlier_one_that_is_stored_but_not_handled(
    stage: Stage, notebook: Notebook, person: int
) -> None:
    earlier, later = tap(stage, person), tap(stage, person)
    async with stage.work() as work:
        await store_updates(work, [earlier])
    assert await receive(inbox_of(stage, notebook), later)
    assert notebook.order == [earlier.update_id, later.update_id]
    assert [update_id for update_id, _ in notebook.said] == notebook.order


async def test_reordered_updates_each_have_their_effect(stage: Stage, notebook: Notebook, person: int) -> None:
    inbox, arrivals = inbox_of(stage, notebook), [tap(stage, person) for _ in range(3)]
    for arrival in reversed(arrivals):
        assert await receive(inbox, arrival)
    assert sorted(notebook.order) == [arrival.update_id for arrival in arrivals]


async def test_a_failing_update_leaves_nothing_is_tried_five_times_and_then_parked_with_one_word(
    stage: Stage, notebook: Notebook, person: int
) -> None:
    inbox, arrival = inbox_of(stage, notebook), tap(stage, person)
    notebook.broken.add(arrival.update_id)
    assert [await receive(inbox, arrival) for _ in range(MOST_TRIES)] == [False] * (MOST_TRIES - 1) + [True]
    row = await kept(stage, arrival)
    assert (row["tries"], row["parked"], row["handled_at"]) == (MOST_TRIES, True, None)
    assert "out of paper" in row["error"]
    (aside,) = await stage.rows(parked, parked.c.subject == f"{arrival.campus_id}:{arrival.update_id}")
    assert (aside["kind"], aside["tries"], aside["ended_at"]) == ("update", MOST_TRIES, None)
    assert "out of paper" in aside["error"]
    assert [replies[0] for _, replies in notebook.said if isinstance(replies[0], Answer)] == [
        Answer(
            "Something went wrong on our side, and nothing was done. Please try it once more from the start.",
            alert=True,
        )
    ]
    assert await stage.rows(draft, draft.c.person_id == person) == []
    assert await receive(inbox, arrival)
    assert len(notebook.order) == MOST_TRIES


async def test_a_failing_update_holds_back_the_later_ones_of_its_person_only_until_it_is_parked(
    stage: Stage, notebook: Notebook, person: int
) -> None:
    other = await stage.somebody()
    inbox, poison, later = inbox_of(stage, notebook), tap(stage, person), tap(stage, person)
    notebook.broken.add(poison.update_id)
    assert not await receive(inbox, poison)
    assert not await receive(inbox, later)
    assert await receive(inbox, tap(stage, other.id))
    while not await handle(inbox, later):
        assert later.update_id not in notebook.order
    assert (await kept(stage, poison))["parked"]
    assert notebook.order[-1] == later.update_id


async def test_a_refusal_rolls_back_is_kept_and_told_once(stage: Stage, notebook: Notebook, person: int) -> None:
    inbox, arrival = inbox_of(stage, notebook), tap(stage, person)
    notebook.refused.add(arrival.update_id)
    assert await receive(inbox, arrival)
    assert await receive(inbox, arrival)
    assert notebook.order == [arrival.update_id]
    assert notebook.said == [
        (arrival.update_id, (Answer("This order is not open for that any more."),)),
        (arrival.update_id, ()),
    ]
    row = await kept(stage, arrival)
    assert (row["handled_at"] is not None, row["error"]) == (True, "error-order-closed")
    assert await stage.rows(draft, draft.c.person_id == person) == []


async def test_a_refusal_of_a_process_that_wakes_late_changes_nothing_about_an_update_that_had_its_effect(
    stage: Stage, notebook: Notebook, person: int
) -> None:
    arrival, ice = tap(stage, person), Freezing(database=stage.work, through=1)
    notebook.refused.add(arrival.update_id)
    late = await freeze(ice, handle(replace(inbox_of(stage, notebook), database=ice.work), arrival))
    notebook.refused.clear()
    assert await handle(inbox_of(stage, notebook), arrival)
    before = await kept(stage, arrival)
    await late.wake()
    assert await kept(stage, arrival) == before
    assert notebook.said == [(arrival.update_id, (NewMessage(Screen("done")),)), (arrival.update_id, ())]


async def test_an_update_left_behind_by_a_killed_process_is_taken_up_again(stage: Stage) -> None:
    mei = await stage.somebody()
    before = len(await mei.messages())
    sender = {"id": mei.id, "is_bot": False, "first_name": "Mei", "language_code": "en"}
    chat = {"id": mei.id, "type": "private", "first_name": "Mei"}
    message = {"message_id": 1, "date": 1, "chat": chat, "from": sender, "text": "/start"}
    number = next(NUMBERS)
    async with stage.work() as work:
        payload = {"update_id": number, "message": message}
        arrival = Arrival(campus_id=stage.campuses["north"], update_id=number, person_id=mei.id, payload=payload)
        await store_updates(work, [arrival])
    older = func.now() - func.make_interval(0, 0, 0, 0, 0, 0, 10)
    await stage.change(telegram_update, telegram_update.c.update_id == number, received_at=older)

    async def answered() -> bool:
        return len(await mei.messages()) > before

    await until(answered)
    assert (await kept(stage, arrival))["handled_at"] is not None


async def test_what_failed_is_tried_again_by_itself(stage: Stage, notebook: Notebook, person: int) -> None:
    inbox, arrival = inbox_of(stage, notebook), tap(stage, person)
    notebook.broken.add(arrival.update_id)
    assert not await receive(inbox, arrival)
    notebook.broken.clear()
    again = asyncio.create_task(finish_unfinished(inbox, lambda: [arrival.campus_id]))

    async def handled() -> bool:
        return (await kept(stage, arrival))["handled_at"] is not None

    await until(handled)
    again.cancel()


async def test_too_many_actions_are_held_off_and_every_tap_is_answered(
    stage: Stage, notebook: Notebook, person: int
) -> None:
    inbox = inbox_of(stage, notebook)
    arrivals = [tap(stage, person) for _ in range(BURST + 3)]
    for arrival in arrivals:
        assert await receive(inbox, arrival)
    assert len(notebook.order) == BURST
    held_off = [replies for update_id, replies in notebook.said if update_id not in notebook.order]
    assert len(held_off) == 3
    assert all(isinstance(reply, Answer) and "wait a few seconds" in reply.text for (reply,) in held_off)


async def test_a_forged_tap_is_answered_and_changes_nothing(stage: Stage) -> None:
    mei = await stage.somebody()
    before = await mei.messages()
    for data in ("v1:home", "v2:home:0:0", "v1:fly:0:0", "x", "v1:home:0:0:0", "v1:place:-1:0"):
        answer = await mei.forge(data)
        assert "out of date" in answer["text"], data
    assert await mei.messages() == before
