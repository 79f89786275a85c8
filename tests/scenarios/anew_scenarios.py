"""Scenarios of sagas whose object at Stripe vanishes while they wait: they end, and another one makes it anew."""

from collections.abc import Awaitable, Callable, Mapping

from domain.campuses.people import Member
from domain.payments.use_cases import saved_cards
from domain.payouts import use_cases as payouts_use_cases
from domain.saga.run import SagaRun
from tests.scenarios.scenario_setup import SagaScenario
from tests.stack.worker_stack import WorkerStack


async def opening_another_page(stack: WorkerStack) -> SagaScenario:
    """The scenario of save_card whose page Stripe does not know any more."""
    member = await stack.add_member(card=None)
    run = await stack.act(saved_cards.start_card_setup, member)
    await stack.run_due()
    await stack.sql("UPDATE saga SET data = jsonb_set(data, '{session}', '\"cs_gone\"') WHERE id = :id", id=run.id)
    return _scenario(stack, run, member, "notification-card-link")


async def making_another_account(stack: WorkerStack) -> SagaScenario:
    """The scenario of onboard_runner whose account is disconnected before it is ready."""
    runner = await stack.add_member(runner=True, ready=False, card=None)
    run = await stack.act(payouts_use_cases.start_payout_setup, runner)
    await stack.run_due()
    first = (await stack.committed_member(runner.person_id)).stripe_account
    await stack.control_stripe(f"accounts/{first}", deauthorize=True)
    return _scenario(stack, run, runner, "notification-payout-link")


def _scenario(stack: WorkerStack, run: SagaRun, member: Member, link: str) -> SagaScenario:
    async def check() -> None:
        query = "SELECT status FROM saga WHERE kind = :kind AND person_id = :id ORDER BY number"
        found = await stack.rows(query, kind=run.kind, id=member.person_id)
        assert [row.status for row in found] == ["compensated", "running"]
        assert await stack.notifications_to(member) == [link] * 2

    return SagaScenario(stack=stack, saga_id=run.id, check=check)


ANEW_SCENARIOS: Mapping[str, Callable[[WorkerStack], Awaitable[SagaScenario]]] = {
    scenario.__name__: scenario for scenario in (opening_another_page, making_another_account)
}
