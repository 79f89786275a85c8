"""The limits against fraud in tests: which count, orders of any size, and what a refused person reads."""

import json
from dataclasses import replace

from domain.campuses.people import Member
from domain.campuses.people_repository import ensure_member
from domain.orders.drafts.draft import Draft
from domain.orders.drafts.repository import change_draft
from domain.orders.states import Order
from domain.orders.use_cases import ordering
from domain.risk.refusals import RiskRefused
from domain.words import say_plain
from tests.stack.rows import ROOMY_RISK
from tests.stack.started_worker_stack import found_campus
from tests.stack.worker_stack import WorkerStack

MAX_ANSWER_LENGTH = 200  # of a tap, at Telegram


async def state_limits(stack: WorkerStack, **limits: int) -> None:
    """Let these limits count on all campuses; the shipped ones where a name is missing."""
    await stack.sql("UPDATE campus SET risk = CAST(:risk AS jsonb)", risk=json.dumps(limits))


async def state_roomy_limits(stack: WorkerStack, **limits: int) -> None:
    """Let these limits count on all campuses; roomy ones where a name is missing."""
    await state_limits(stack, **ROOMY_RISK | limits)


def read(refusal: object) -> str:
    """What the person reads of a refusal."""
    assert isinstance(refusal, RiskRefused)
    said = say_plain("en", refusal.key, **refusal.arguments)
    assert len(said) <= MAX_ANSWER_LENGTH
    return said


async def basket_of(stack: WorkerStack, customer: Member, price: int) -> Draft:
    """Fill a basket with one dish at this price."""
    await stack.fill_basket(customer)
    async with stack.database() as work:
        dish = [{"name": "a feast", "quantity": 1, "price": price}]
        return await change_draft(work, stack.campus.id, customer.person_id, items=dish)


async def place_order_of(stack: WorkerStack, customer: Member, price: int) -> Order:
    """Place an order of one dish at this price; the ceiling is 2.80 above it, and the headroom of 1.00 to 5.00."""
    draft = await basket_of(stack, customer, price)
    placed = await stack.submit_draft(await stack.committed_member(customer.person_id), draft)
    assert isinstance(placed, ordering.OrderPlaced)
    await stack.run_due()
    return await stack.order(placed.order_id)


async def join_elsewhere(stack: WorkerStack, *people: Member, currency: str = "sgd") -> WorkerStack:
    """Found another campus of the deployment, with the shipped limits, and let these people be members there too."""
    campus = await found_campus(stack.database)
    await stack.sql("UPDATE campus SET risk = '{}', currency = :own WHERE id = :id", own=currency, id=campus.id)
    async with stack.database() as work:
        for each in people:
            await ensure_member(
                work, campus.id, each.person_id, first_name=each.first_name, username=None, language="en"
            )
    fees = replace(campus.fees, currency=currency)
    return replace(stack, campus=replace(campus, currency=currency, fees=fees), regular_customer=None)
