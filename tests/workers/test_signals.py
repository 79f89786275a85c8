"""Signals and hints: news reach a running saga as rows, are heard once, and never wake one that is over."""

import json

from domain.order import Order, OrderStatus
from domain.store.due import due_sagas
from domain.store.progress import send_signal
from tests.town import Town
from workers.engine import run_saga
from workers.hints import read_hint, read_hints

BANK_ASKS = "pm_card_authenticationRequired"


async def waiting(town: Town) -> Order:
    """An order whose bank was asked."""
    order = await town.place(await town.member(card=BANK_ASKS))
    await town.drive()
    return order


async def stored(town: Town, event: str, kind: str, **found: object) -> str:
    """An event of Stripe as the door stores it."""
    payload = json.dumps({"id": event, "type": kind, "data": {"object": found}})
    await town.sql(
        "INSERT INTO stripe_event (id, type, payload) VALUES (:id, :kind, CAST(:payload AS jsonb))",
        id=event,
        kind=kind,
        payload=payload,
    )
    return event


async def test_s8_late_signals_never_restart_a_saga_that_is_over(shared_town: Town) -> None:
    """S8: the original brought cancelled orders back to life."""
    town = shared_town
    order = await waiting(town)
    await town.cancel(await town.known(order.customer_id), order)
    await town.drive()
    ended, row = await town.order(order.id), await town.saga(order, "create_order")
    async with town.database() as work:
        for name in ("hold_made", "declined", "cancelled", "account_ready"):
            await send_signal(work, row.id, name)
    await town.hurry()
    await run_saga(town.workshop, row.id)
    assert await town.order(order.id) == ended
    assert await town.saga(order, "create_order") == row


async def test_a_signal_wakes_a_saga_that_rests(shared_town: Town) -> None:
    """Nobody waits for the next look."""
    town = shared_town
    order = await waiting(town)
    async with town.database() as work:
        assert await due_sagas(work.connection, 10) == []
    await town.cancel(await town.known(order.customer_id), order)
    async with town.database() as work:
        assert await due_sagas(work.connection, 10) == [(await town.saga(order, "create_order")).id]
    await town.drive()
    assert (await town.order(order.id)).status is OrderStatus.CANCELLED


async def test_a_signal_sent_twice_is_heard_once(shared_town: Town) -> None:
    town = shared_town
    order = await waiting(town)
    customer = await town.known(order.customer_id)
    for _ in range(3):
        await town.cancel(customer, order)
    await town.drive()
    assert await town.rows("SELECT count(*) FROM event WHERE order_id = :id AND event = 'unpaid'", id=order.id) == [
        (1,)
    ]


async def test_a_signal_that_is_read_does_not_keep_a_saga_awake(shared_town: Town) -> None:
    town = shared_town
    order = await waiting(town)
    async with town.database() as work:
        await send_signal(work, (await town.saga(order, "create_order")).id, "hint:nothing_new")
    await town.drive()
    async with town.database() as work:
        assert await due_sagas(work.connection, 10) == []
    assert (await town.order(order.id)).status is OrderStatus.PENDING


async def test_m13_a_hint_of_stripe_lets_the_saga_look_at_once(shared_town: Town) -> None:
    """M13: the event is believed in nothing but that it is worth a look."""
    town = shared_town
    order = await waiting(town)
    (intent,) = await town.intents(order.id)
    await town.control(f"approve/{intent['id']}", ok=True)
    await town.drive()
    assert (await town.order(order.id)).status is OrderStatus.PENDING
    kind = "payment_intent.amount_capturable_updated"
    event = await stored(town, "evt_true", kind, object="payment_intent", id=intent["id"])
    for _ in range(2):
        await read_hint(town.workshop, event)
    await town.drive()
    assert (await town.order(order.id)).status is OrderStatus.CREATED


async def test_a1_a_hint_that_lies_changes_nothing(shared_town: Town) -> None:
    """A1: it says the money is held; Stripe, asked, says it is not."""
    town = shared_town
    order = await waiting(town)
    (intent,) = await town.intents(order.id)
    lie = {"object": "payment_intent", "id": intent["id"], "status": "requires_capture", "metadata": {"order": "1"}}
    await stored(town, "evt_lie", "payment_intent.amount_capturable_updated", **lie)
    await stored(town, "evt_odd", "payment_intent.canceled", object="payment_intent", id="pi_of_nobody")
    await stored(town, "evt_other", "file.created", object="file", id="file_1")
    await read_hints(town.workshop, 50)
    await town.drive()
    assert (await town.order(order.id)).status is OrderStatus.PENDING
    assert await town.rows("SELECT count(*) FROM stripe_event WHERE handled_at IS NULL") == [(0,)]


async def test_s8_hints_for_what_is_over_change_nothing(shared_town: Town) -> None:
    """S8: replayed in any state."""
    town = shared_town
    order = await town.delivered(await town.member(runner=True, card=None))
    await town.drive()
    (intent,) = await town.intents(order.id)
    done, states = await town.order(order.id), await town.saga_states(order.id)
    for number, kind in enumerate(("payment_intent.canceled", "payment_intent.succeeded", "payment_intent.created")):
        await stored(town, f"evt_late{number}", kind, object="payment_intent", id=intent["id"])
    await read_hints(town.workshop, 50)
    await town.hurry()
    assert (await town.order(order.id), await town.saga_states(order.id)) == (done, states)


async def test_s6_looks_grow_rarer_but_never_pass_the_deadline(shared_town: Town) -> None:
    """S6: with every webhook lost, the look finds it."""
    town = shared_town
    order = await waiting(town)
    pauses = []
    for waited in (0, 100, 300, 890):
        await town.sql(
            "UPDATE saga SET waiting_until = now() + make_interval(secs => 900 - :w) WHERE order_id = :id",
            w=waited,
            id=order.id,
        )
        await town.hurry()
        ((pause,),) = await town.rows(
            "SELECT extract(epoch FROM wake_at - now()) FROM saga WHERE order_id = :id", id=order.id
        )
        pauses.append(round(float(pause)))
    assert pauses == [3, 10, 30, 10]


async def test_the_towns_books_are_right_after_all_this(shared_town: Town) -> None:
    assert await shared_town.breaches() == []


async def test_an_event_that_can_not_be_read_is_given_up_and_holds_up_no_other(shared_town: Town) -> None:
    town = shared_town
    order = await waiting(town)
    (intent,) = await town.intents(order.id)
    await town.sql(
        "INSERT INTO stripe_event (id, type, payload) VALUES ('evt_broken', 'odd', '{\"data\": {\"object\": []}}')"
    )
    await stored(town, "evt_behind", "payment_intent.canceled", object="payment_intent", id=intent["id"])
    await read_hints(town.workshop, 50)
    query = (
        "SELECT id, tries, handled_at IS NULL FROM stripe_event WHERE id IN ('evt_broken', 'evt_behind') ORDER BY id"
    )
    assert await town.rows(query) == [("evt_behind", 0, False), ("evt_broken", 1, True)]
    for _ in range(4):
        await read_hints(town.workshop, 50)
    assert await town.rows(query) == [("evt_behind", 0, False), ("evt_broken", 5, False)]
