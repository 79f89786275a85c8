"""Brings an order into each state of the table; the usual people do it."""

from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType

from domain.orders.states import Bearer
from domain.orders.use_cases import photos, running
from tests.scenarios.customer_debt_setup import APPROVAL_CARD, owed_order, pay_debt_with
from tests.scenarios.held_payout_setup import left_order, sweep_held_payouts
from tests.scenarios.price_increase_setup import increase_fee
from tests.scenarios.refund_setup import complete_refund, deliver_dispute, refund_order
from tests.scenarios.scenario_setup import new_admin
from tests.stack.photos import new_photo
from tests.stack.worker_stack import WorkerStack
from tests.workers.dashboard.dashboard_cases import PART
from tests.workers.dashboard.usual_people import Drill
from workers.engine.saga_engine import advance_saga

Bring = Callable[[Drill], Awaitable[None]]

# A card whose money is available at once, so that the platform may be paid out.
AVAILABLE_CARD = "pm_card_bypassPending"
PLATFORM_FUNDS = 5_000  # minor units


async def bring_into(stack: WorkerStack, state: str) -> Drill:
    """Return a new order in this state of the table, with its people."""
    base, _, ending = state.partition(", then ")
    card = APPROVAL_CARD if base == "waits for the bank" else AVAILABLE_CARD
    customer = await stack.add_member(card=card)
    runner = await stack.add_member(runner=True, card=None, ready=base != "runner without account")
    drill = Drill(
        stack=stack, customer=customer, runner=runner, admin=await new_admin(stack), ending=ending or "delivered"
    )
    await BRING[base](drill)
    return drill


async def _place(drill: Drill) -> None:
    order = await drill.stack.open_order(drill.customer)
    drill.order_id = order.id


async def _claim(drill: Drill) -> None:
    drill.order_id = (await drill.stack.claimed_order(drill.runner, drill.customer)).id


async def _begin_cancelling(drill: Drill) -> None:
    await _place(drill)
    await drill.stack.cancel(drill.customer, await drill.order())


async def _begin_claiming(drill: Drill) -> None:
    await _place(drill)
    await drill.stack.claim(drill.runner, await drill.order())


async def _begin_increase(drill: Drill) -> None:
    await _place(drill)
    await increase_fee(drill.stack, drill.customer, await drill.order())


async def _increase(drill: Drill) -> None:
    await _begin_increase(drill)
    await drill.stack.run_due()


async def _buy(drill: Drill) -> None:
    await _claim(drill)
    await drill.stack.act(photos.save_receipt_photo, drill.runner, drill.order_id, new_photo())
    await drill.stack.act(running.mark_bought, drill.runner, drill.order_id, 850)


async def _arrive(drill: Drill) -> None:
    await _claim(drill)
    await drill.stack.bring_to_drop_point(drill.runner, await drill.order())


async def _hand_over(drill: Drill) -> None:
    await _claim(drill)
    await drill.stack.deliver(drill.runner, await drill.order())


async def _capture(drill: Drill) -> None:
    await _hand_over(drill)
    await advance_saga(drill.stack.context, (await drill.stack.saga(await drill.order(), "complete_order")).id)


async def _pay(drill: Drill) -> None:
    await _hand_over(drill)
    await drill.stack.run_due()


async def _cash_out(drill: Drill) -> None:
    await _pay(drill)
    await drill.stack.control_stripe(f"accounts/{drill.runner.stripe_account}", pay_out=True)


async def _leave(drill: Drill) -> None:
    drill.stack.regular_customer = drill.customer
    drill.order_id = (await left_order(drill.stack, drill.runner)).id


async def _begin_refund(drill: Drill) -> None:
    await _pay(drill)
    await refund_order(drill.stack, await drill.order(), PART, Bearer.PLATFORM, admin=drill.admin)


async def _refund(drill: Drill) -> None:
    await _pay(drill)
    await complete_refund(drill.stack, await drill.order(), PART, Bearer.RUNNER)


async def _dispute(drill: Drill) -> None:
    await _pay(drill)
    await deliver_dispute(drill.stack, await drill.order())


async def _dispute_early(drill: Drill) -> None:
    """Let the dispute freeze what waits for the account, which is ready right after: nothing was sent to it."""
    ready = "UPDATE person SET payouts_ready = :ready WHERE id = :id"
    await drill.stack.sql(ready, ready=False, id=drill.runner.person_id)
    await _pay(drill)
    await deliver_dispute(drill.stack, await drill.order())
    await drill.stack.sql(ready, ready=True, id=drill.runner.person_id)


async def _owe(drill: Drill) -> None:
    await drill.stack.control_stripe("dashboard/top_up/sgd", amount=PLATFORM_FUNDS)  # the platform pays the runner
    drill.order_id = (await owed_order(drill.stack, drill.customer, runner=drill.runner)).id
    await drill.stack.sql("UPDATE payable SET held_until = now() WHERE order_id = :id", id=drill.order_id)
    await sweep_held_payouts(drill.stack)


async def _pay_debt(drill: Drill) -> None:
    await _owe(drill)
    await pay_debt_with(drill.stack, drill.customer, await drill.order())


async def _wait_for_bank(drill: Drill) -> None:
    drill.order_id = (await drill.stack.place_order(drill.customer)).id
    await drill.stack.run_due()


BRING: Mapping[str, Bring] = MappingProxyType(
    {
        "waits for the bank": _wait_for_bank,
        "offered": _place,
        "being cancelled": _begin_cancelling,
        "being claimed": _begin_claiming,
        "claimed": _claim,
        "raised": _increase,
        "being raised": _begin_increase,
        "bought": _buy,
        "at the door": _arrive,
        "handed over": _hand_over,
        "captured": _capture,
        "paid": _pay,
        "cashed out": _cash_out,
        "runner without account": _pay,
        "pay held": _leave,
        "being refunded": _begin_refund,
        "refunded in part": _refund,
        "disputed": _dispute,
        "disputed before the payout": _dispute_early,
        "owed by the customer": _owe,
        "debt paid": _pay_debt,
    }
)
