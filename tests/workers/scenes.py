"""Sagas that are about to run, one of each kind, and how one knows that each came to its right end."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from domain.order import Bearer, Order, OrderStatus
from domain.people import Member
from domain.store.progress import start_saga
from domain.store.runs import Start
from domain.store.use_cases import ordering, refunding, running, steering
from tests.town import Town
from workers.engine import run_saga
from workers.timers import fire_timers


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """A saga of a town, due and never run; `check` fails unless its effect was had exactly once."""

    town: Town
    saga_id: UUID
    check: Callable[[], Awaitable[None]]

    async def ended(self) -> bool:
        """Whether the saga is over."""
        ((status,),) = await self.town.rows("SELECT status FROM saga WHERE id = :id", id=self.saga_id)
        assert status != "stuck"
        return status in ("done", "undone")


async def order_scene(town: Town, order_id: int, kind: str, ends: OrderStatus, money: str) -> Scene:
    """A scene about one order with one intent, which ends with this status."""
    row = await town.saga(await town.order(order_id), kind)

    async def check() -> None:
        assert (await town.order(order_id)).status is ends
        assert [one["status"] for one in await town.intents(order_id)] == [money]

    return Scene(town=town, saga_id=row.id, check=check)


async def placing(town: Town) -> Scene:
    """create_order."""
    order = await town.place(await town.member())
    return await order_scene(town, order.id, "create_order", OrderStatus.CREATED, "requires_capture")


async def placing_in_vain(town: Town) -> Scene:
    """create_order with a card the bank refuses: it turns back."""
    order = await town.place(await town.member(card="pm_card_chargeCustomerFail"))
    return await order_scene(town, order.id, "create_order", OrderStatus.CANCELLED, "canceled")


async def claiming(town: Town) -> Scene:
    """accept_order."""
    order = await town.open_job()
    await town.claim(await town.member(runner=True, card=None), order)
    scene = await order_scene(town, order.id, "accept_order", OrderStatus.ACCEPTED, "requires_capture")

    async def check() -> None:
        await scene.check()
        assert (await town.order(order.id)).hold_checked

    return Scene(town=town, saga_id=scene.saga_id, check=check)


async def cancelling(town: Town) -> Scene:
    """cancel_order."""
    customer = await town.member()
    order = await town.open_job(customer)
    await town.cancel(customer, order)
    return await order_scene(town, order.id, "cancel_order", OrderStatus.CANCELLED, "canceled")


async def new_admin(town: Town) -> Member:
    """An admin of the town with no part in any order."""
    number = (await town.member(card=None)).person_id
    await town.sql("UPDATE membership SET is_admin = true WHERE person_id = :id", id=number)
    return await town.known(number)


async def close(town: Town, order: Order, bearer: Bearer, reason: str, *, admin: Member | None = None) -> Order:
    """An admin's word on what was bought and will not arrive."""
    who = admin or await new_admin(town)
    async with town.database() as work:
        return await steering.close_purchase(work, town.campus, who, order.id, bearer, reason)


async def closing(town: Town) -> Scene:
    """close_purchase, at the platform's cost; the runner has no account yet, so it stays owed."""
    runner = await town.member(runner=True, ready=False, card=None)
    order = await town.held_job(runner)
    await town.carry(runner, order)
    await close(town, order, Bearer.PLATFORM, "nobody opens")
    scene = await order_scene(town, order.id, "close_purchase", OrderStatus.CANCELLED, "canceled")

    async def check() -> None:
        await scene.check()
        assert await town.rows("SELECT status, charge FROM payable WHERE order_id = :id", id=order.id) == [
            ("open", None)
        ]

    return Scene(town=town, saga_id=scene.saga_id, check=check)


async def expiring(town: Town) -> Scene:
    """expire_order."""
    order = await town.open_job()
    await town.sql("UPDATE timer SET due_at = now() WHERE order_id = :id AND kind = 'expire'", id=order.id)
    await fire_timers(town.workshop)
    return await order_scene(town, order.id, "expire_order", OrderStatus.EXPIRED, "canceled")


async def completing(town: Town) -> Scene:
    """complete_order, up to the runner's money."""
    order = await town.delivered(await town.member(runner=True, card=None))
    scene = await order_scene(town, order.id, "complete_order", OrderStatus.COMPLETED, "succeeded")

    async def check() -> None:
        await scene.check()
        await paid_once(town, order.id)

    return Scene(town=town, saga_id=scene.saga_id, check=check)


async def paying(town: Town) -> Scene:
    """pay_out_runner."""
    order = await town.delivered(await town.member(runner=True, card=None))
    await run_saga(town.workshop, (await town.saga(order, "complete_order")).id)
    row = await town.saga(order, "pay_out_runner")

    async def check() -> None:
        await paid_once(town, order.id)

    return Scene(town=town, saga_id=row.id, check=check)


async def refunds_of(town: Town, order_id: int) -> list[dict[str, Any]]:
    """All refunds Stripe has for an order."""
    found = await town.look("objects", kind="refund")
    return [one for one in found if one["metadata"].get("order") == str(order_id)]


async def refunding_a_part(town: Town) -> Scene:
    """refund_order, of a part that the runner bears, and was sent already."""
    order = await town.delivered(await town.member(runner=True, card=None))
    await town.drive()
    async with town.database() as work:
        admin = await new_admin(town)
        run = await refunding.give(work, town.campus, admin, order.id, 300, Bearer.RUNNER, "cold")

    async def check() -> None:
        assert [one["amount"] for one in await refunds_of(town, order.id)] == [300]
        assert [one["amount_reversed"] for one in await town.transfers(order.id)] == [300]
        found = "SELECT status, withheld, sent FROM payable WHERE order_id = :id"
        assert await town.rows(found, id=order.id) == [("paid", 300, 730)]

    return Scene(town=town, saga_id=run.id, check=check)


async def hearing_of_a_failed_refund(town: Town) -> Scene:
    """check_refund, of what the runner bore: it is hers again, and sent again."""
    runner = await town.member(runner=True, card=None)
    order = await town.held_job(runner, await town.member(card="pm_card_refundFail"))
    await town.carry(runner, order)
    await town.hand_over(runner, order)
    await town.drive()
    async with town.database() as work:
        await refunding.give(work, town.campus, await new_admin(town), order.id, 300, Bearer.RUNNER, "cold")
    await town.drive()
    await town.control("clock", advance=61)
    ((row_id,),) = await town.rows("SELECT id FROM refund WHERE order_id = :id", id=order.id)
    name, data = f"check_refund:{row_id}:evt_1", {"refund_row": row_id}
    start = Start(kind="check_refund", name=name, campus_id=town.campus.id, order_id=order.id, data=data)
    async with town.database() as work:
        run = await start_saga(work, start)

    async def check() -> None:
        await town.drive()
        assert [one["status"] for one in await refunds_of(town, order.id)] == ["failed"]
        sent = [one["amount"] - one["amount_reversed"] for one in await town.transfers(order.id)]
        assert sent == [730, 300]

    return Scene(town=town, saga_id=run.id, check=check)


async def hearing_of_a_dispute(town: Town) -> Scene:
    """follow_dispute, of an order whose runner was not paid yet."""
    order = await town.delivered(await town.member(runner=True, ready=False, card=None))
    await town.drive()
    (intent,) = await town.intents(order.id)
    opened = await town.control(f"disputes/{intent['latest_charge']}")
    name, data = f"follow_dispute:{opened['id']}:evt_1", {"dispute": opened["id"]}
    start = Start(kind="follow_dispute", name=name, campus_id=town.campus.id, order_id=order.id, data=data)
    async with town.database() as work:
        run = await start_saga(work, start)

    async def check() -> None:
        assert await town.rows("SELECT frozen FROM payable WHERE order_id = :id", id=order.id) == [(True,)]
        assert (await town.told(order, town.campus.admin_chat)).count("push-dispute") == 1

    return Scene(town=town, saga_id=run.id, check=check)


async def hearing_of_a_well_account(town: Town) -> Scene:
    """follow_account, of somebody with money waiting: all of it is sent."""
    runner = await town.member(runner=True, card=None)
    await town.sql("UPDATE person SET payouts_ready = false WHERE id = :id", id=runner.person_id)
    order = await town.delivered(runner)
    await town.drive()
    name, data = f"follow_account:{runner.person_id}:evt_1", {"account": runner.stripe_account}
    start = Start(kind="follow_account", name=name, campus_id=town.campus.id, person_id=runner.person_id, data=data)
    async with town.database() as work:
        run = await start_saga(work, start)

    async def check() -> None:
        await paid_once(town, order.id)

    return Scene(town=town, saga_id=run.id, check=check)


async def saving_a_card(town: Town) -> Scene:
    """save_card, of somebody Stripe does not know; the person fills in the page as soon as there is one."""
    member = await town.member(card=None)
    async with town.database() as work:
        run = await ordering.add_card(work, town.campus, member)

    async def check() -> None:
        known = await town.known(member.person_id)
        assert known.card is not None
        links = "SELECT count(*) FROM push WHERE key = 'push-card-link' AND chat_id = :id"
        assert await town.rows(links, id=member.person_id) == [(1,)]
        customers = await town.look("objects", kind="customer")
        assert len([one for one in customers if one["metadata"].get("person") == str(member.person_id)]) == 1

    return Scene(town=town, saga_id=run.id, check=check)


async def onboarding(town: Town) -> Scene:
    """onboard_runner, of somebody with money waiting."""
    runner = await town.member(runner=True, ready=False, card=None)
    order = await town.delivered(runner)
    await town.drive()
    async with town.database() as work:
        run = await running.set_up_payout(work, town.campus, runner)

    async def check() -> None:
        assert (await town.known(runner.person_id)).payouts_ready
        accounts = await town.look("objects", kind="account")
        assert len([one for one in accounts if one["metadata"].get("person") == str(runner.person_id)]) == 1
        await town.drive()
        await paid_once(town, order.id)

    return Scene(town=town, saga_id=run.id, check=check)


async def paid_once(town: Town, order_id: int) -> None:
    """One transfer, and the payable says which."""
    (transfer,) = await town.transfers(order_id)
    assert await town.rows("SELECT status, transfer FROM payable WHERE order_id = :id", id=order_id) == [
        ("paid", transfer["id"])
    ]


async def people_act(town: Town, saga_id: UUID) -> None:
    """What the person behind a card set-up or an onboarding does at Stripe's page, if there is one by now."""
    ((data,),) = await town.rows("SELECT data FROM saga WHERE id = :id", id=saga_id)
    if "session" in data and "card" not in data:
        (found,) = [one for one in await town.look("objects", kind="checkout.session") if one["id"] == data["session"]]
        if found["status"] == "open":
            await town.control(f"checkout/{data['session']}/complete", card="pm_card_visa")
    if "account" in data:
        await town.control(f"onboard/{data['account']}", finish=True)


SCENES: Mapping[str, Callable[[Town], Awaitable[Scene]]] = {
    scene.__name__: scene
    for scene in (
        placing,
        placing_in_vain,
        claiming,
        cancelling,
        closing,
        expiring,
        completing,
        paying,
        refunding_a_part,
        hearing_of_a_failed_refund,
        hearing_of_a_dispute,
        hearing_of_a_well_account,
        saving_a_card,
        onboarding,
    )
}
