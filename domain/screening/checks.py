"""The checks that lower rooms ask for: they read the facts, let the rules decide, and raise what the person reads."""

from domain.campuses.campus import Campus
from domain.campuses.people_repository import find_member
from domain.campuses.repository import find_campus
from domain.database.unit_of_work import UnitOfWork
from domain.messaging.outbox_repository import notify
from domain.orders.repository import find_order
from domain.risk.customer_rules import judge_charge, judge_order
from domain.risk.pay_rules import judge_pay
from domain.risk.refusals import build_refusal
from domain.risk.runner_rules import judge_claim
from domain.risk.verdicts import Allow, Hold, Refuse
from domain.screening.customer_facts_repository import read_customer_facts
from domain.screening.notifications import pay_held_for_review
from domain.screening.review_repository import open_review
from domain.screening.runner_facts_repository import read_delivery_facts, read_pair_deliveries


async def require_order_allowed(work: UnitOfWork, campus_id: int, person_id: int, ceiling: int) -> None:
    """Raise RiskRefused when the customer may not place an order of this ceiling (minor units) now."""
    campus = await find_campus(work, campus_id)
    facts = await read_customer_facts(work, campus_id, person_id)
    _require(judge_order(facts, campus.risk, ceiling, work.now), campus)


async def require_charge_allowed(work: UnitOfWork, campus_id: int, person_id: int, more: int) -> None:
    """Raise RiskRefused when the bank may not be asked for `more` minor units beyond the orders' ceilings now."""
    campus = await find_campus(work, campus_id)
    facts = await read_customer_facts(work, campus_id, person_id)
    _require(judge_charge(facts, campus.risk, more, work.now), campus)


async def require_claim_allowed(work: UnitOfWork, campus_id: int, runner_id: int, order_id: int) -> None:
    """Raise RiskRefused when the runner brings this customer enough already, beside this order.

    The caller has locked the runner's membership.
    """
    campus = await find_campus(work, campus_id)
    order = await find_order(work, campus_id, order_id)
    pair = await read_pair_deliveries(work, campus_id, runner_id, order.customer_id, but=order_id)
    _require(judge_claim(pair, campus.risk, order.price.ceiling, work.now), campus)


async def screen_pay(work: UnitOfWork, campus_id: int, order_id: int) -> Allow | Hold:
    """Return whether the pay for a completed order waits; when it waits for a person, open its review and tell them."""
    campus = await find_campus(work, campus_id)
    order = await find_order(work, campus_id, order_id)
    facts = await read_delivery_facts(work, order, campus.risk)
    verdict = judge_pay(facts, campus.risk)
    if isinstance(verdict, Hold) and verdict.until is None:
        await open_review(work, campus_id, order_id, verdict.reason)
        customer = await find_member(work, campus_id, order.customer_id)
        runner = await find_member(work, campus_id, order.runner_id or 0)
        await notify(work, pay_held_for_review(order, verdict.reason, customer.first_name, runner.first_name))
    return verdict


def _require(verdict: Allow | Refuse, campus: Campus) -> None:
    if isinstance(verdict, Refuse):
        raise build_refusal(verdict, campus.currency, campus.zone)
