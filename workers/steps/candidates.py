"""Outside steps of replace_hold: what a candidate has of its own; else it is made, watched and released as any hold."""

from dataclasses import replace

from domain.buttons import Style
from domain.money import spell
from domain.payment import HoldEvent, HoldStatus
from domain.store.campuses import find_campus
from domain.store.messages import tell
from domain.store.money import find_hold, move_that_hold
from domain.store.orders import find_order
from domain.store.runs import Run
from domain.store.schema import hold
from domain.store.unit_of_work import UnitOfWork
from workers.steps.holds import AUTHORIZE_HOLD, record_hold
from workers.steps.step import OutsideStep, Params, Result, Sent
from workers.stripe_gateway import Stripe, cancel_intent


async def record_candidate(work: UnitOfWork, run: Run, result: Result) -> None:
    """As any hold; her order's card tells of the hold that counts, so the bank's link is a message of its own."""
    await record_hold(work, run, result)
    url = result["approval_url"]
    if result["status"] != "requires_action" or url is None:
        return
    campus, order = await find_campus(work, run.campus_id), await find_order(work, run.campus_id, run.order)
    await tell(
        work,
        campus_id=run.campus_id,
        chat_id=run.person,
        name=f"raise_approval:{run.id}",
        key="push-raise-approval",
        order_id=run.order,
        buttons=[{"key": "button-approve-with-bank", "url": url, "style": Style.SUCCESS}],
        words={
            "order": run.order,
            "wanted": spell(int(run.data["ceiling"]), order.price.currency),
            "ceiling": spell(order.price.ceiling, order.price.currency),
            "minutes": max(1, campus.windows.payment // 60),
        },
    )


async def plan_former(work: UnitOfWork, run: Run, _key: str) -> Params | None:
    """The hold whose place was taken; nothing to do where it lapsed by itself."""
    former = await find_hold(work, hold.c.id == int(run.data["former"]))
    if former is None or former.status is not HoldStatus.HELD:
        return None
    return {"payment_intent": former.payment_intent}


async def let_go(client: Stripe, sent: Sent) -> Result:
    """Cancel it."""
    return {"payment_intent": (await cancel_intent(client, sent.params["payment_intent"], sent.key))["id"]}


async def record_former(work: UnitOfWork, run: Run, _result: Result) -> None:
    """The money of the old hold is free."""
    await move_that_hold(work, hold.c.id == int(run.data["former"]), HoldEvent.RELEASED)


AUTHORIZE_CANDIDATE = replace(AUTHORIZE_HOLD, record=record_candidate)
RELEASE_FORMER = OutsideStep(plan=plan_former, call=let_go, record=record_former)
