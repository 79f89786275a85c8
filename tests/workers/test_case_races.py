"""A case and its order are worked on from both sides at the same instant: nobody waits for the other in a circle."""

import asyncio

from domain.aftercare import Case, ProblemKind
from domain.people import Member
from domain.store.use_cases import aftercare
from tests.town import Town
from tests.workers.scenes import new_admin

WAITING = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


async def test_who_adds_to_a_case_while_it_is_answered_does_not_wait_in_a_circle(shared_town: Town) -> None:
    town = shared_town
    order = await town.delivered(await town.member(runner=True, card=None))
    customer, admin = await town.known(order.customer_id), await new_admin(town)
    case = await _reported(town, customer, order.id)

    async def answer() -> None:
        async with town.database() as work:
            await aftercare.answer_case(work, town.campus, admin, case.id, "we look", in_admin_chat=True)

    async with town.database() as work:
        await aftercare.ask_about(work, town.campus, customer, order.id)
        answering = asyncio.create_task(answer())
        async with asyncio.timeout(5):
            while not answering.done() and not await town.rows(WAITING):
                continue
        await aftercare.add_to_case(work, town.campus, customer, case.id, "one more", None)
    await answering
    ((messages,),) = await town.rows("SELECT messages FROM problem_case WHERE id = :id", id=case.id)
    assert messages == 3


async def _reported(town: Town, customer: Member, order_id: int) -> Case:
    async with town.database() as work:
        return await aftercare.report(work, town.campus, customer, order_id, ProblemKind.COLD, "cold", None)
