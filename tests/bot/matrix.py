"""What the permission matrix acts upon: an order in every state, people of every standing, and their updates."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import count
from uuid import uuid4

from sqlalchemy import func, insert, update

from domain.buttons import Tap, pack
from domain.campus import Campus
from domain.draft import Expects
from domain.order import OrderEvent, OrderStatus
from domain.people import RunnerStatus
from domain.pricing import Item
from domain.store.campuses import drop_points_of, find_campus
from domain.store.drafts import change_draft, expect
from domain.store.events import SYSTEM
from domain.store.inbox import Arrival
from domain.store.orders import move
from domain.store.people import find_member
from domain.store.rows import items_to
from domain.store.schema import (
    campus,
    customer_debt,
    debt,
    difference,
    dispute,
    hold,
    membership,
    parked,
    payable,
    person,
    problem_case,
    rating,
    refund,
    saga,
    saved_card,
    timer,
)
from domain.store.timers import set_timer
from domain.store.unit_of_work import UnitOfWork
from domain.store.use_cases import ordering
from domain.timers import TimerKind, reopened_until
from tests.bot.rules import DRAFT, Place, Rule, Thing
from tests.bot.stage import IDENTITIES, Json, Stage

S, E = OrderStatus, OrderEvent
PATH = ((E.CLAIMED, S.ACCEPTED), (E.BOUGHT, S.PLACED), (E.PICKED_UP, S.ON_THE_WAY), (E.ARRIVED, S.ARRIVED))
STATES = (S.CREATED, S.ACCEPTED, S.PLACED, S.ON_THE_WAY, S.ARRIVED, S.DELIVERED, S.COMPLETED)
BASKET: dict[str, Json] = {"items": items_to((Item(name="Chicken rice", quantity=1, price=420),))}
BASKET |= {"store_name": "Koufu", "drop_point": "Library · door", "delivery_fee": 200}
CARD = {"payment_method": "pm_1", "brand": "visa", "last4": "4242", "exp_month": 12, "exp_year": 2030}
UPDATES = count(1)  # aiogram compares updates of one number with all it remembers
CHATS = {Place.DESK: -1_000_777_001, Place.FOREIGN: -1_000_777_002}


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What somebody is here."""

    runner_status: RunnerStatus
    is_admin: bool
    admitted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """People and what there is to act upon; one customer and one runner have an order in each state."""

    campus_id: int
    runner_group: int
    customer: int
    runner: int
    other: int
    orders: Mapping[OrderStatus, int]
    things: Mapping[Thing, int]

    def subject(self, rule: Rule) -> int:
        """The number of what a rule is about."""
        return self.orders[rule.about] if isinstance(rule.about, OrderStatus) else self.things[rule.about]

    def chat(self, person_id: int, place: Place) -> Json:
        """The chat of a place."""
        if place is Place.PRIVATE:
            return {"id": person_id, "type": "private", "first_name": "Somebody"}
        number = self.runner_group if place is Place.RUNNERS else CHATS[place]
        return {"id": number, "type": "supergroup", "title": "A group"}


async def set_scene(stage: Stage) -> Scene:
    """Everybody and everything, committed."""
    north = stage.campuses["north"]
    async with stage.work() as work:
        mei, ana, eve, ben, zoe = [await _somebody(work, north) for _ in range(5)]
        here = await find_campus(work, north)
        made = {status: await _order(work, here, mei, ana, status) for status in STATES}
        await stand(work, north, ana, Standing(runner_status=RunnerStatus.APPROVED, is_admin=False, admitted=True))
        await stand(work, north, ben, Standing(runner_status=RunnerStatus.ASKED, is_admin=False, admitted=True))
        await stand(work, north, zoe, Standing(runner_status=RunnerStatus.SUSPENDED, is_admin=False, admitted=True))
        case = await _delivered(work, north, mei, ana, made[S.DELIVERED])
        things = {Thing.NOTHING: 0, Thing.CEILING: 800, Thing.CARD: 4242, Thing.RUNNER: ana, Thing.ASKING: ben}
        things[Thing.DROP_POINT] = (await drop_points_of(work, north))[0].id
        things[Thing.DEBT] = await _completed(work, north, ana, ben, made[S.COMPLETED])
        things[Thing.OWED], things[Thing.CUSTOMERS_DEBT] = await _owed(work, here, mei, ana)
        things[Thing.DISPUTED] = await _disputed(work, here, mei, ana)
        things |= {Thing.SUSPENDED: zoe, Thing.CASE: case, Thing.SAGA: await _stuck(work, north)}
        things[Thing.DIFFERENCE] = await _difference(work, north)
        things[Thing.PARKED] = await _parked(work, north)
    return Scene(
        campus_id=north,
        runner_group=stage.groups["north"],
        customer=mei,
        runner=ana,
        other=eve,
        orders=made,
        things=things,
    )


async def _somebody(work: UnitOfWork, campus_id: int) -> int:
    number = next(IDENTITIES)
    await work.connection.execute(insert(person).values(id=number, first_name="Somebody", language="en"))
    joined = {"campus_id": campus_id, "person_id": number, "reachable": True, "default_place": "Library · door"}
    await work.connection.execute(insert(membership).values(joined))
    await work.connection.execute(insert(saved_card).values(person_id=number, **CARD))
    return number


async def _order(work: UnitOfWork, here: Campus, customer: int, runner: int, status: OrderStatus) -> int:
    member = await find_member(work, here.id, customer)
    draft = await change_draft(work, here.id, customer, **BASKET)
    placed = await ordering.place(work, here, member, version=draft.version, ceiling=draft.price(here.fees).ceiling)
    assert isinstance(placed, ordering.Placed)
    held = {"status": "held", "payment_intent": f"pi_matrix_{placed.order_id}"}
    await work.connection.execute(update(hold).where(hold.c.order_id == placed.order_id).values(**held))
    order = await move(work, SYSTEM, here.id, placed.order_id, E.PUBLISHED)
    if status is S.CREATED:
        await set_timer(work, order, TimerKind.EXPIRE, reopened_until(work.now, order.placed_at, here.windows))
    changes: Json = {
        E.CLAIMED: {"runner_id": runner, "pin": "4817", "claim": uuid4(), "hold_checked": True, "asked_limit": 610}
    }
    changes |= {E.BOUGHT: {"receipt": 420, "total": 700, "runner_share": 600}}
    for happened, _ in PATH[: STATES.index(status)]:
        await move(work, SYSTEM, here.id, order.id, happened, **changes.get(happened, {}))
    if status is S.ARRIVED:
        waited = {"kind": TimerKind.ABSENT, "status": "fired", "due_at": work.now}
        await work.connection.execute(insert(timer).values(campus_id=here.id, order_id=order.id, **waited))
    return order.id


async def _delivered(work: UnitOfWork, campus_id: int, customer: int, runner: int, order_id: int) -> int:
    """What a delivered order may have: photos, a thumb, an open case, money owed."""
    await move(work, SYSTEM, campus_id, order_id, E.DELIVERED, receipt_photo="receipt", proof_photo="proof")
    await work.connection.execute(insert(rating).values(order_id=order_id, good=True))
    owed = {"runner_id": runner, "amount": 600, "currency": "sgd", "refusal": "balance_insufficient"}
    await work.connection.execute(insert(payable).values(campus_id=campus_id, order_id=order_id, **owed))
    opened = insert(problem_case).values(campus_id=campus_id, order_id=order_id, opened_by=customer, kind="missing")
    return int((await work.connection.execute(opened.returning(problem_case.c.id))).scalar_one())


async def _completed(work: UnitOfWork, campus_id: int, runner: int, admin: int, order_id: int) -> int:
    """What a paid order may have: a refund, and the runner's debt for it."""
    for happened in (E.DELIVERED, E.COMPLETED):
        await move(work, SYSTEM, campus_id, order_id, happened)
    paid = update(hold).where(hold.c.order_id == order_id).values(status="captured", captured=700)
    await work.connection.execute(paid)
    for_what = {"campus_id": campus_id, "order_id": order_id, "runner_id": runner, "currency": "sgd", "amount": 100}
    agreed = {"status": "failed", "hers": 100, "asked_by": admin, "payment_intent": "pi", "reason": "cold"}
    made = await work.connection.execute(insert(refund).values(for_what | agreed).returning(refund.c.id))
    owed = insert(debt).values(for_what | {"refund_id": made.scalar_one(), "refusal": "balance_insufficient"})
    return int((await work.connection.execute(owed.returning(debt.c.id))).scalar_one())


async def _difference(work: UnitOfWork, campus_id: int) -> int:
    row = {"campus_id": campus_id, "kind": "unknown_intent", "subject": f"pi_{uuid4()}", "theirs": 5, "currency": "sgd"}
    return int((await work.connection.execute(insert(difference).values(row).returning(difference.c.id))).scalar_one())


async def _parked(work: UnitOfWork, campus_id: int) -> int:
    row = {
        "campus_id": campus_id,
        "kind": "event",
        "subject": f"evt_{uuid4()}",
        "shown": "?",
        "tries": 5,
        "error": "no",
    }
    return int((await work.connection.execute(insert(parked).values(row).returning(parked.c.id))).scalar_one())


async def _disputed(work: UnitOfWork, here: Campus, customer: int, runner: int) -> int:
    """A paid order whose money went back to the customer, and whose runner still waits for hers."""
    order_id = await _order(work, here, customer, runner, S.COMPLETED)
    for happened in (E.DELIVERED, E.COMPLETED):
        await move(work, SYSTEM, here.id, order_id, happened)
    about = {"campus_id": here.id, "order_id": order_id, "currency": "sgd"}
    owed = {"runner_id": runner, "amount": 600, "frozen": True}
    lost = {"dispute": f"dp_{order_id}", "status": "lost", "amount": 700, "reason": "fraudulent"}
    await work.connection.execute(insert(payable).values(about | owed))
    await work.connection.execute(insert(dispute).values(about | lost))
    return order_id


async def _owed(work: UnitOfWork, here: Campus, customer: int, runner: int) -> tuple[int, int]:
    """An order that was delivered and declined, long paid: who owes could order nothing. Its number, and the debt's."""
    order_id = await _order(work, here, customer, runner, S.COMPLETED)
    for happened in (E.DELIVERED, E.COMPLETED):
        await move(work, SYSTEM, here.id, order_id, happened)
    declined = update(hold).where(hold.c.order_id == order_id).values(status="refused")
    await work.connection.execute(declined)
    about = {"campus_id": here.id, "order_id": order_id, "customer_id": customer, "currency": "sgd", "amount": 700}
    paid = {"status": "paid", "ended_at": func.now(), "refusal": "declined"}
    made = insert(customer_debt).values(about | paid).returning(customer_debt.c.id)
    return order_id, int((await work.connection.execute(made)).scalar_one())


async def owe(work: UnitOfWork, scene: Scene, rule: Rule) -> None:
    """What a rule about a debt needs: it is open."""
    if rule.about in (Thing.OWED, Thing.CUSTOMERS_DEBT):
        this = update(customer_debt).where(customer_debt.c.id == scene.things[Thing.CUSTOMERS_DEBT])
        await work.connection.execute(this.values(status="open", ended_at=None))


async def _stuck(work: UnitOfWork, campus_id: int) -> int:
    row = {"id": uuid4(), "name": f"matrix:{uuid4()}", "kind": "let_card_go", "version": 1, "campus_id": campus_id}
    row |= {"status": "stuck", "position": 1, "error": "no", "failing_since": work.now}
    return int((await work.connection.execute(insert(saga).values(row).returning(saga.c.number))).scalar_one())


async def stand(work: UnitOfWork, campus_id: int, person_id: int, standing: Standing) -> None:
    """Somebody is this from now on."""
    hers = update(membership).where(membership.c.campus_id == campus_id, membership.c.person_id == person_id)
    values = {"runner_status": standing.runner_status, "is_admin": standing.is_admin, "admitted": standing.admitted}
    await work.connection.execute(hers.values(values))


async def furnish(work: UnitOfWork, scene: Scene, actor: int) -> None:
    """A campus that admits nobody by itself and has a desk; a basket for the actor."""
    here = update(campus).where(campus.c.id == scene.campus_id)
    await work.connection.execute(here.values(open_to_all=False, admin_chat=CHATS[Place.DESK], open_jobs=100))
    await change_draft(work, scene.campus_id, actor, version=DRAFT, **BASKET)


def tapped(scene: Scene, actor: int, place: Place, tap: Tap, rule: Rule) -> Arrival:
    """The update of a tap."""
    chat = scene.chat(actor, place)
    body = {
        "id": "1",
        "from": _sender(actor),
        "chat_instance": "1",
        "data": pack(tap, scene.subject(rule), rule.version),
    }
    return _arrival(scene, actor, {"callback_query": body | {"message": {"message_id": 1, "date": 1, "chat": chat}}})


def written(scene: Scene, actor: int, place: Place, text: str) -> Arrival:
    """The update of a line, perhaps a command."""
    message: Json = {"message_id": 2, "date": 1, "chat": scene.chat(actor, place), "from": _sender(actor), "text": text}
    if text.startswith("/"):
        message["entities"] = [{"type": "bot_command", "offset": 0, "length": len(text.split()[0])}]
    return _arrival(scene, actor, {"message": message})


async def ask(work: UnitOfWork, scene: Scene, actor: int, expects: Expects, rule: Rule) -> None:
    """The actor was asked this before."""
    await expect(work, scene.campus_id, actor, expects, scene.subject(rule), rule.detail)


def _sender(actor: int) -> Json:
    return {"id": actor, "is_bot": False, "first_name": "Somebody", "language_code": "en"}


def _arrival(scene: Scene, actor: int, body: Json) -> Arrival:
    number = next(UPDATES)
    return Arrival(campus_id=scene.campus_id, update_id=number, person_id=actor, payload={"update_id": number, **body})
