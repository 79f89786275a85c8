"""The scenario of a payout to a runner with a debt, for the tests that kill workers."""

from domain.orders.states import Bearer
from domain.refunds import use_cases as refunds_use_cases
from tests.scenarios.scenario_setup import SagaScenario, assert_paid_once, new_admin
from tests.stack.worker_stack import WorkerStack
from workers.engine.saga_engine import advance_saga


async def paying_off_a_debt(stack: WorkerStack) -> SagaScenario:
    """The scenario of pay_out_runner of a runner who owes a part of it for a refund that could not be reversed."""
    runner = await stack.add_member(runner=True, card=None)
    owing = await stack.delivered_order(runner)
    await stack.run_due()
    await stack.control_stripe(f"accounts/{runner.stripe_account}", pay_out=True)
    await stack.act(refunds_use_cases.start_refund, await new_admin(stack), owing.id, 300, Bearer.RUNNER, "cold")
    await stack.run_due()
    order = await stack.delivered_order(runner)
    await advance_saga(stack.context, (await stack.saga(order, "complete_order")).id)
    row = await stack.saga(order, "pay_out_runner")

    async def check() -> None:
        await assert_paid_once(stack, order.id)
        assert [one["amount"] for one in await stack.transfers(order.id)] == [730]
        assert await stack.rows_of(owing, "debt", "netted") == [(300,)]

    return SagaScenario(stack=stack, saga_id=row.id, check=check)
