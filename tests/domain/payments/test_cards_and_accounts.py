"""Set-ups of cards and Stripe accounts: one link each, a deadline, and orders and payouts that wait for them."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Engine, event

from domain.campuses.people import Member
from domain.errors import CampusGError, NotAllowed, OrdersPaused, OrdersPausedBecause
from domain.orders.drafts.repository import change_draft, find_draft
from domain.orders.states import OrderStatus
from domain.payments.sagas.save_card import build_card_setup_start
from domain.payments.use_cases import saved_cards
from domain.payouts import use_cases as payouts_use_cases
from domain.risk.refusals import TooManyPayoutLinks
from domain.saga.start import start_saga
from tests.cases import case
from tests.stack.worker_stack import WorkerStack

Meanwhile = Callable[[WorkerStack, Member], Awaitable[None]]


async def submit_order_without_card(stack: WorkerStack, member: Member) -> str:
    """Tap [Place order] without a card, and return the Checkout session that is opened."""
    await stack.submit_draft(member, await stack.fill_basket(member))
    await stack.run_due()
    ((session,),) = await stack.rows(
        "SELECT data ->> 'session' FROM saga WHERE person_id = :id ORDER BY number DESC LIMIT 1", id=member.person_id
    )
    return str(session)


async def start_another_set_up(stack: WorkerStack, member: Member) -> None:
    """Start a second set-up beside the first, as former releases did, and as two campuses do."""
    async with stack.database() as work:
        start = build_card_setup_start(campus_id=stack.campus.id, person_id=member.person_id, now=work.now)
        await start_saga(work, start)


async def enter_card(stack: WorkerStack, *sessions: str) -> None:
    """Enter a card on Stripe's pages of these Checkout sessions, and let the workers notice it."""
    for session in sessions:
        await stack.control_stripe(f"checkout/{session}/complete", card="pm_card_visa")
    await stack.run_now()


async def order_statuses(stack: WorkerStack, member: Member) -> list[OrderStatus]:
    """The statuses of a person's orders."""
    rows = await stack.rows("SELECT status FROM orders WHERE customer_id = :id", id=member.person_id)
    return [OrderStatus(row.status) for row in rows]


async def change_nothing(stack: WorkerStack, member: Member) -> None:
    """Leave the basket as it was when it was placed."""


async def change_tip(stack: WorkerStack, member: Member) -> None:
    async with stack.database() as work:
        await change_draft(work, stack.campus.id, member.person_id, tip=500)


async def let_time_pass(stack: WorkerStack, member: Member) -> None:
    late = "UPDATE draft SET asked_at = now() - interval '31 minutes' WHERE person_id = :id"
    await stack.sql(late, id=member.person_id)


@case(30)
@pytest.mark.parametrize(
    ("meanwhile", "statuses", "told"),
    [
        (change_nothing, [OrderStatus.CREATED], "notification-card-saved-placing"),
        (change_tip, [], "notification-card-saved"),
        (let_time_pass, [], "notification-card-saved"),
    ],
)
async def test_a_saved_card_places_only_the_order_that_waited_for_nothing_else(
    stack: WorkerStack, newcomer: Member, meanwhile: Meanwhile, statuses: list[OrderStatus], told: str
) -> None:
    """Nobody is charged for a basket that they did not confirm (M12), or that they forgot."""
    session = await submit_order_without_card(stack, newcomer)
    await meanwhile(stack, newcomer)
    await enter_card(stack, session)
    assert await order_statuses(stack, newcomer) == statuses
    assert await stack.notifications_to(newcomer) == ["notification-card-link", told]


async def test_who_comes_back_from_stripe_waits_for_no_webhook_and_no_poll(
    stack: WorkerStack, newcomer: Member
) -> None:
    """The pauses between polls grow to an hour; the link of Stripe's page leads back to the chat."""
    session = await submit_order_without_card(stack, newcomer)
    await stack.control_stripe(f"checkout/{session}/complete", card="pm_card_visa")
    await stack.sql("UPDATE saga SET wake_at = now() + interval '1 hour' WHERE person_id = :id", id=newcomer.person_id)
    await stack.run_due()
    assert await order_statuses(stack, newcomer) == []
    async with stack.database() as work:
        await saved_cards.poll_card_page(work, stack.campus, newcomer)
    await stack.run_due()
    assert await order_statuses(stack, newcomer) == [OrderStatus.CREATED]


async def test_a_runner_who_comes_back_from_stripe_hears_at_once(stack: WorkerStack) -> None:
    runner = await stack.add_member(runner=True, card=None, ready=False)
    async with stack.database() as work:
        await payouts_use_cases.start_payout_setup(work, stack.campus, runner)
    await stack.run_due()
    account = (await stack.committed_member(runner.person_id)).stripe_account
    await stack.control_stripe(f"onboard/{account}", finish=True)
    await stack.sql("UPDATE saga SET wake_at = now() + interval '1 hour' WHERE person_id = :id", id=runner.person_id)
    async with stack.database() as work:
        await payouts_use_cases.poll_payout_setup(work, stack.campus, runner)
    await stack.run_due()
    assert (await stack.committed_member(runner.person_id)).payouts_ready


CLOSED_TODAY = """hours = jsonb_build_object(to_char(now() + interval '3 days', 'dy'), '["12:00", "12:01"]'::jsonb)"""


@pytest.mark.parametrize(
    ("closing", "refusal"),
    [
        (CLOSED_TODAY, OrdersPaused),
        ("paused = true", OrdersPaused),
        ("paused = true, pause_reason = 'fire drill'", OrdersPausedBecause),
    ],
)
async def test_a_campus_that_closes_while_the_card_is_entered_places_nothing_and_says_why(
    stack: WorkerStack, closing: str, refusal: type[CampusGError], newcomer: Member
) -> None:
    """[Place order] was allowed, and the guard of placing is asked again when the order is really placed."""
    session = await submit_order_without_card(stack, newcomer)
    await stack.sql(f"UPDATE campus SET {closing}")
    await enter_card(stack, session)
    assert await order_statuses(stack, newcomer) == []
    assert await stack.rows("SELECT kind FROM saga WHERE person_id = :id", id=newcomer.person_id) == [("save_card",)]
    saved = await stack.committed_member(newcomer.person_id)
    assert saved.card is not None, "the card is kept, and so is the basket"
    intents = await stack.inspect_stripe("objects", kind="payment_intent")
    assert [one for one in intents if one["customer"] == saved.stripe_customer] == [], "nothing is held"
    told = ["notification-card-link", "notification-card-saved-placing", refusal.key]
    assert await stack.notifications_to(newcomer) == told
    async with stack.database() as work:
        assert await find_draft(work, stack.campus.id, newcomer.person_id) is not None


@contextmanager
def count_draft_locks() -> Iterator[list[str]]:
    """Collect the statements that lock a draft."""
    locks: list[str] = []

    def see(_: object, __: object, statement: str, *___: object) -> None:
        if "FROM draft" in statement and "FOR UPDATE" in statement:
            locks.append(statement)

    event.listen(Engine, "before_cursor_execute", see)
    try:
        yield locks
    finally:
        event.remove(Engine, "before_cursor_execute", see)


async def test_each_way_to_an_order_locks_the_draft_once(stack: WorkerStack, newcomer: Member) -> None:
    """So the guard of placing is asked once, where the answer counts."""
    with count_draft_locks() as locks:
        await stack.place_order(await stack.add_member())
    assert len(locks) == 1, "placed by the tap"
    with count_draft_locks() as locks:
        session = await submit_order_without_card(stack, newcomer)
    assert len(locks) == 1, "a card is missing"
    await stack.control_stripe(f"checkout/{session}/complete", card="pm_card_visa")
    with count_draft_locks() as locks:
        await stack.run_now()
    assert await order_statuses(stack, newcomer) == [OrderStatus.CREATED]
    assert len(locks) == 1, "placed by itself"


async def test_a_person_has_one_open_page_and_reads_its_link_again(stack: WorkerStack, newcomer: Member) -> None:
    """Each page is looked at for a day, so their number must not be up to the person."""
    first = await submit_order_without_card(stack, newcomer)
    for _ in range(3):
        await stack.act(saved_cards.start_card_setup, newcomer)
        await stack.run_due()
    assert await stack.notifications_to(newcomer) == ["notification-card-link"] * 4
    sessions = await stack.rows("SELECT data ->> 'session' FROM saga WHERE person_id = :id", id=newcomer.person_id)
    assert sessions == [(first,)]
    old = "UPDATE saga SET data = data || jsonb_build_object('opened_at', 0) WHERE person_id = :id"
    await stack.sql(old, id=newcomer.person_id)
    await stack.act(saved_cards.start_card_setup, newcomer)
    await stack.run_due()
    assert len(await stack.rows("SELECT 1 FROM saga WHERE person_id = :id", id=newcomer.person_id)) == 2
    await enter_card(stack, first)
    assert await order_statuses(stack, newcomer) == [OrderStatus.CREATED]


@case(30)
async def test_s9_two_completed_card_pages_place_one_order(stack: WorkerStack, newcomer: Member) -> None:
    """The customer asked for two links and saved a card on both pages."""
    first = await submit_order_without_card(stack, newcomer)
    await start_another_set_up(stack, newcomer)
    await stack.run_due()
    ((second,),) = await stack.rows(
        "SELECT data ->> 'session' FROM saga WHERE person_id = :id AND data ->> 'session' <> :first",
        id=newcomer.person_id,
        first=first,
    )
    await enter_card(stack, first, second)
    assert await order_statuses(stack, newcomer) == [OrderStatus.CREATED]


async def test_s6_a_card_set_up_that_nobody_completes_is_compensated(stack: WorkerStack, newcomer: Member) -> None:
    await submit_order_without_card(stack, newcomer)
    await stack.sql("UPDATE saga SET waiting_until = now() WHERE person_id = :id", id=newcomer.person_id)
    await stack.run_now()
    statuses = await stack.rows("SELECT status FROM saga WHERE person_id = :id", id=newcomer.person_id)
    assert statuses == [("compensated",)]
    assert (await stack.committed_member(newcomer.person_id)).card is None, "no card was saved"


async def test_s17_two_set_ups_at_once_keep_one_customer(stack: WorkerStack, newcomer: Member) -> None:
    """The set-up that finishes first decides the customer."""
    await stack.act(saved_cards.start_card_setup, newcomer)
    await start_another_set_up(stack, newcomer)
    await stack.run_due()
    ((stripe_customer,),) = await stack.rows("SELECT stripe_customer FROM person WHERE id = :id", id=newcomer.person_id)
    used = await stack.rows("SELECT data ->> 'customer' FROM saga WHERE person_id = :id", id=newcomer.person_id)
    assert used == [(stripe_customer,), (stripe_customer,)]


async def test_s17_two_onboardings_at_once_keep_one_account(stack: WorkerStack, new_runner: Member) -> None:
    """A runner with two accounts could onboard one while payouts go to the other (M5)."""
    runs = await asyncio.gather(*(stack.act(payouts_use_cases.start_payout_setup, new_runner) for _ in range(2)))
    await stack.run_due()
    ((kept,),) = await stack.rows("SELECT stripe_account FROM person WHERE id = :id", id=new_runner.person_id)
    used = await stack.rows("SELECT data ->> 'account' FROM saga WHERE id = ANY(:ids)", ids=[run.id for run in runs])
    assert used == [(kept,), (kept,)]


async def test_m5_a_link_goes_to_the_runner_alone_and_a_ready_account_needs_none(stack: WorkerStack) -> None:
    runner = await stack.add_member(runner=True, ready=False, card=None)
    await stack.act(payouts_use_cases.start_payout_setup, runner)
    await stack.run_due()
    assert await stack.notifications_to(runner) == ["notification-payout-link"]
    account = (await stack.committed_member(runner.person_id)).stripe_account
    await stack.control_stripe(f"onboard/{account}", finish=True)
    await stack.run_now()
    assert await stack.notifications_to(runner) == ["notification-payout-link", "notification-payouts-ready"]
    await stack.act(payouts_use_cases.start_payout_setup, await stack.committed_member(runner.person_id))
    await stack.run_due()
    assert (await stack.notifications_to(runner)).count("notification-payout-link") == 1


async def test_a_runner_gets_six_links_in_a_day(stack: WorkerStack, new_runner: Member) -> None:
    for _ in range(6):
        await stack.act(payouts_use_cases.start_payout_setup, new_runner)
    with pytest.raises(TooManyPayoutLinks):
        await stack.act(payouts_use_cases.start_payout_setup, new_runner)
    await stack.sql(
        "UPDATE saga SET started_at = started_at - interval '1 day' WHERE person_id = :id", id=new_runner.person_id
    )
    await stack.act(payouts_use_cases.start_payout_setup, new_runner)


async def test_a2_only_an_approved_runner_gets_an_account_and_only_their_own(stack: WorkerStack) -> None:
    """The use case takes no account as a parameter, so it cannot set up the account of another person."""
    with pytest.raises(NotAllowed):
        await stack.act(payouts_use_cases.start_payout_setup, await stack.add_member())
