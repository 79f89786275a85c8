"""The checks that lower rooms ask for: they read the facts, let the rules decide, and raise what the person reads."""

from domain.campuses.campus import Campus
from domain.campuses.people_repository import find_member
from domain.database.unit_of_work import UnitOfWork
from domain.messaging.outbox_repository import notify
from domain.orders.states import Order
from domain.risk.customer_rules import judge_charge, judge_order
from domain.risk.pay_rules import judge_pay
from domain.risk.refusals import build_refusal
from domain.risk.runner_rules import judge_claim, judge_given_back
from domain.risk.verdicts import Allow, Hold, Refuse
from domain.screening.customer_facts_repository import read_customer_facts
from domain.screening.notifications import gave_back_much, pay_held_for_review
from domain.screening.review_repository import open_review
from domain.screening.runner_facts_repository import read_delivery_facts, read_given_back, read_pair_deliveries


async def require_order_allowed(work: UnitOfWork, campus: Campus, person_id: int, ceiling: int) -> None:
    """Raise RiskRefused when the customer may not place an order of this ceiling (minor units) now."""
    facts = await read_customer_facts(work, campus, person_id)
    _require(judge_order(facts, campus.risk, ceiling, work.now), campus)


async def require_charge_allowed(work: UnitOfWork, campus: Campus, person_id: int, more: int) -> None:
    """Raise RiskRefused when the bank may not be asked for `more` minor units beyond the orders' ceilings now."""
    facts = await read_customer_facts(work, campus, person_id)
    _require(judge_charge(facts, campus.risk, more, work.now), campus)


async def require_claim_allowed(work: UnitOfWork, campus: Campus, order: Order) -> None:
    """Raise RiskRefused when the runner gave back too much, or brings this customer enough already, beside this order.

    The caller has locked the runner's membership.
    """
    given_back = await read_given_back(work, order.runner_id or 0)
    _require(judge_given_back(given_back, campus.risk, work.now), campus)
    pair = await read_pair_deliveries(work, order)
    _require(judge_claim(pair, campus.risk, order.price.ceiling, work.now), campus)


async def tell_given_back(work: UnitOfWork, campus: Campus, order: Order, runner_id: int) -> None:
    """Tell the admins, once in a day, of a runner who gave back so much that they claim nothing more."""
    given_back = await read_given_back(work, runner_id)
    verdict = judge_given_back(given_back, campus.risk, work.now)
    if isinstance(verdict, Refuse) and verdict.until is not None:
        runner = await find_member(work, campus.id, runner_id)
        await notify(work, gave_back_much(order, runner, verdict.most, verdict.until.astimezone(campus.zone)))


async def screen_pay(work: UnitOfWork, campus: Campus, order: Order) -> Allow | Hold:
    """Return whether the pay for a completed order waits; when it waits for a person, open its review and tell them."""
    facts = await read_delivery_facts(work, order, campus.risk)
    verdict = judge_pay(facts, campus.risk)
    if isinstance(verdict, Hold) and verdict.until is None:
        await open_review(work, campus.id, order.id, verdict.reason)
        customer = await find_member(work, campus.id, order.customer_id)
        runner = await find_member(work, campus.id, order.runner_id or 0)
        await notify(work, pay_held_for_review(order, verdict.reason, customer.first_name, runner.first_name))
    return verdict


def _require(verdict: Allow | Refuse, campus: Campus) -> None:
    if isinstance(verdict, Refuse):
        raise build_refusal(verdict, campus.currency, campus.zone)
