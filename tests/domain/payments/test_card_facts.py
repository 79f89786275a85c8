"""What is known of cards: Radar's outcome, and a card that somebody used who owes or is barred."""

import pytest

from domain.campuses.people import Member
from domain.orders.states import OrderStatus
from domain.payments.card_facts import CardFacts
from domain.payments.card_facts_repository import find_card_facts
from domain.payments.use_cases import saved_cards
from domain.restrictions.exemption_repository import insert_exemption
from domain.restrictions.model import RestrictionKind, RestrictionReason, RestrictionTerms
from domain.restrictions.use_cases import restrict_person
from tests.scenarios.customer_debt_setup import DECLINED_CARD, lapsed_order_at_drop_point, owed_order, pay_debt_with
from tests.scenarios.limit_setup import join_elsewhere
from tests.stack.worker_stack import WorkerStack

pytestmark = pytest.mark.drill


async def facts_of(stack: WorkerStack, order_id: int) -> CardFacts:
    async with stack.database() as work:
        found = await find_card_facts(work, order_id)
    assert found is not None
    return found


async def try_order(stack: WorkerStack, member: Member, card: str) -> CardFacts:
    """Place an order with this test card, and return what is known of the card then."""
    await stack.save_test_card(member.person_id, card)
    order = await stack.place_order(await stack.committed_member(member.person_id))
    await stack.run_due()
    return await facts_of(stack, order.id)


@pytest.mark.parametrize(
    ("card", "level", "score", "kind", "network"),
    [
        ("pm_card_visa", "normal", 25, "authorized", "approved_by_network"),
        ("pm_card_riskLevelElevated", "elevated", 68, "authorized", "approved_by_network"),
        ("pm_card_riskLevelHighest", "highest", 92, "blocked", "not_sent_to_network"),
    ],
)
async def test_radars_outcome_and_the_fingerprint_are_kept_on_the_hold(
    stack: WorkerStack, customer: Member, card: str, level: str, score: int, kind: str, network: str
) -> None:
    facts = await try_order(stack, customer, card)
    assert (facts.risk_level, facts.risk_score, facts.outcome_type, facts.network_status) == (
        level,
        score,
        kind,
        network,
    )
    assert facts.seller_message is not None
    assert facts.card_fingerprint is not None


@pytest.mark.parametrize(("card", "level"), [("pm_card_riskLevelElevated", "elevated"), (DECLINED_CARD, None)])
async def test_what_stripe_says_of_a_card_that_is_charged_anew_is_kept(
    stack: WorkerStack, customer: Member, runner: Member, card: str, level: str | None
) -> None:
    order = await lapsed_order_at_drop_point(stack, runner, customer)
    await stack.save_test_card(customer.person_id, card)
    await stack.hand_over(runner, order)
    await stack.run_due()
    held, charged = await stack.rows_of(order, "hold", "card_fingerprint, risk_level")
    assert (held[1], charged[1]) == ("normal", level)
    assert None not in (held[0], charged[0])
    assert held[0] != charged[0]


@pytest.mark.parametrize(
    ("card", "level"), [("pm_card_riskLevelElevated", "elevated"), ("pm_card_riskLevelHighest", "highest")]
)
async def test_what_stripe_says_of_a_card_that_pays_a_debt_is_kept(
    stack: WorkerStack, customer: Member, card: str, level: str
) -> None:
    order = await owed_order(stack, customer)
    await pay_debt_with(stack, customer, order, card)
    facts = await facts_of(stack, order.id)
    assert facts.risk_level == level
    assert facts.card_fingerprint is not None


async def save_card_on_page(stack: WorkerStack, member: Member, card: str) -> None:
    """Ask for the page, and enter this card on it."""
    run = await stack.act(saved_cards.start_card_setup, member)
    await stack.run_due()
    ((session,),) = await stack.rows("SELECT data ->> 'session' FROM saga WHERE id = :id", id=run.id)
    await stack.control_stripe(f"checkout/{session}/complete", card=card)
    await stack.run_now()


@pytest.mark.parametrize("bar", [False, True])
async def test_a_new_account_cannot_save_the_card_of_somebody_who_owes_or_is_barred_for_money(
    stack: WorkerStack, newcomer: Member, admin: Member, bar: bool
) -> None:
    card = "pm_card_amex" if bar else "pm_card_discover"
    former = await stack.add_member(card=None)
    await save_card_on_page(stack, former, card)
    assert (await stack.committed_member(former.person_id)).card is not None
    terms = RestrictionTerms(kind=RestrictionKind.BAR, reason=RestrictionReason.MONEY, note="disputes", until=None)
    if bar:
        await stack.act(restrict_person, admin, former.person_id, terms)
    else:
        await owed_order(stack, await stack.committed_member(former.person_id))
        await save_card_on_page(stack, await stack.committed_member(former.person_id), card)
    await save_card_on_page(stack, newcomer, card)
    assert (await stack.committed_member(newcomer.person_id)).card is None
    assert (await stack.notifications_to(newcomer))[-1] == "notification-card-refused"
    methods = await stack.inspect_stripe("objects", kind="payment_method")
    customer = (await stack.committed_member(newcomer.person_id)).stripe_customer
    assert [each for each in methods if each["customer"] == customer] == [], "it is detached at Stripe"
    await save_card_on_page(stack, newcomer, "pm_card_mastercard")
    assert (await stack.committed_member(newcomer.person_id)).card is not None
    assert (await stack.open_order(await stack.committed_member(newcomer.person_id))).status is OrderStatus.CREATED


async def test_a_card_of_somebody_whose_bar_does_not_hold_here_is_taken(
    stack: WorkerStack, newcomer: Member, admin: Member
) -> None:
    former = await stack.add_member(card=None)
    await save_card_on_page(stack, former, "pm_card_mastercard#exempt")
    south = await join_elsewhere(stack, former, newcomer)
    terms = RestrictionTerms(kind=RestrictionKind.BAR, reason=RestrictionReason.MONEY, note="disputes", until=None)
    bar = await stack.act(restrict_person, admin, former.person_id, terms)
    async with stack.database() as work:
        assert await insert_exemption(work, south.campus.id, bar, made_by=admin.person_id, why="known here")
    await save_card_on_page(south, newcomer, "pm_card_mastercard#exempt")
    assert (await stack.committed_member(newcomer.person_id)).card is not None
