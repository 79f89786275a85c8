"""Who is barred or limited raises no price either: a small order would become as large as they like."""

from functools import partial

from domain.campuses.people import Member
from domain.restrictions.errors import OrderLimitReached, PersonBarred
from domain.restrictions.model import RestrictionKind, RestrictionReason, RestrictionTerms
from domain.restrictions.use_cases import lift_restrictions, restrict_person
from tests.scenarios.price_increase_setup import accept_increase, hold_parts, increase_fee, request_increase
from tests.stack.races import refusal_of
from tests.stack.worker_stack import WorkerStack

BAR = RestrictionTerms(kind=RestrictionKind.BAR, reason=RestrictionReason.MONEY, note="two disputes", until=None)


def limit_to(daily_sum: int) -> RestrictionTerms:
    """A limit to this sum of a day, in minor units."""
    return RestrictionTerms(
        kind=RestrictionKind.LIMIT,
        reason=RestrictionReason.MONEY,
        note="two disputes",
        until=None,
        daily_sum=daily_sum,
        currency="sgd",
    )


async def test_a_barred_customer_raises_neither_fee_nor_limit(
    stack: WorkerStack, admin: Member, runner: Member
) -> None:
    customer = await stack.add_member()
    waiting, claimed = await stack.open_order(customer), await stack.claimed_order(runner, customer)
    await request_increase(stack, runner, claimed, wanted := claimed.price.shop_limit + 500)
    await stack.act(restrict_person, admin, customer.person_id, BAR)
    higher = claimed.price.ceiling + wanted - claimed.price.shop_limit
    for raised in (
        partial(increase_fee, stack, customer, waiting),
        partial(accept_increase, stack, customer, claimed, higher),
    ):
        assert isinstance(await refusal_of(raised), PersonBarred)
    assert len(await hold_parts(stack, waiting)) == len(await hold_parts(stack, claimed)) == 1
    await stack.act(lift_restrictions, admin, customer.person_id, "settled")
    assert await refusal_of(partial(accept_increase, stack, customer, claimed, higher)) is None


async def test_a_limit_of_a_day_counts_higher_prices(stack: WorkerStack, admin: Member) -> None:
    customer = await stack.add_member()
    order = await stack.open_order(customer)
    made = await stack.act(restrict_person, admin, customer.person_id, limit_to(order.price.ceiling))
    refused = await refusal_of(partial(increase_fee, stack, customer, order))
    assert isinstance(refused, OrderLimitReached)
    assert refused.restriction_id == made.id, "another campus' admins are told why"
    await stack.act(lift_restrictions, admin, customer.person_id, "settled")
    await stack.act(restrict_person, admin, customer.person_id, limit_to(order.price.ceiling + 1_000))
    assert await refusal_of(partial(increase_fee, stack, customer, order)) is None
