"""The permission matrix: its people, an order in every state, all that an act may be about, and the updates."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from uuid import uuid4

from sqlalchemy import func, update

from domain.campuses.campus import Campus
from domain.campuses.people import RunnerStatus
from domain.campuses.people_repository import find_member
from domain.campuses.repository import find_campus, list_drop_points
from domain.campuses.tables import campus, membership, saved_card
from domain.database.actors import SYSTEM
from domain.database.unit_of_work import UnitOfWork
from domain.inbox.repository import IncomingUpdate
from domain.messaging.buttons import Tap
from domain.orders.drafts.draft import PendingInput
from domain.orders.drafts.repository import change_draft, set_pending_input
from domain.orders.pricing import Item
from domain.orders.repository import move_order
from domain.orders.rows import items_to_json
from domain.orders.states import MAX_PIN_TRIES, OrderEvent, OrderStatus
from domain.orders.tables import orders, timer
from domain.orders.timers.model import TimerKind, reopened_deadline
from domain.orders.timers.repository import set_timer
from domain.orders.use_cases import ordering
from domain.payments.tables import customer_debt, hold
from domain.payouts.tables import debt, payable
from domain.refunds.tables import dispute, refund
from domain.saga.tables import saga
from domain.screening.tables import review
from domain.support.tables import problem_case, rating
from tests.bot.conversation.permission_restrictions import insert_restrictions
from tests.bot.conversation.permission_rules import DRAFT_VERSION, ChatKind, Rule, SubjectKind
from tests.bot.conversation.permission_troubles import insert_dead_letter, insert_discrepancy, insert_transfer
from tests.stack.bot_stack import PERSON_IDS, BotStack, Json
from tests.stack.raw_updates import incoming_update, message_content, private_chat, tap_content
from tests.stack.rows import insert_member, insert_row

S, E = OrderStatus, OrderEvent
ORDER_PATH = ((E.CLAIMED, S.ACCEPTED), (E.BOUGHT, S.PLACED), (E.PICKED_UP, S.ON_THE_WAY), (E.ARRIVED, S.ARRIVED))
STATES = (S.CREATED, S.ACCEPTED, S.PLACED, S.ON_THE_WAY, S.ARRIVED, S.DELIVERED, S.COMPLETED)
BASKET: dict[str, Json] = {"items": items_to_json((Item(name="Chicken rice", quantity=1, price=420),))}
BASKET |= {"store_name": "Koufu", "drop_point": "Library · door", "delivery_fee": 200}
SAVED_CARD = {"payment_method": "pm_1", "brand": "visa", "last4": "4242", "exp_month": 12, "exp_year": 2030}
GROUP_CHAT_IDS = {ChatKind.ADMIN_CHAT: -1_000_777_001, ChatKind.FOREIGN_GROUP: -1_000_777_002}


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleState:
    """The roles of a person on this campus."""

    runner_status: RunnerStatus
    is_admin: bool
    admitted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MatrixScenario:
    """People and the subjects of acts; one customer and one runner have an order in each state."""

    campus_id: int
    runner_group: int
    customer: int
    runner: int
    other: int
    orders: Mapping[OrderStatus, int]
    subjects: Mapping[SubjectKind, int]

    def subject_of(self, rule: Rule) -> int:
        """The number of the subject of a rule."""
        return self.orders[rule.subject] if isinstance(rule.subject, OrderStatus) else self.subjects[rule.subject]

    def chat_at(self, person_id: int, chat_kind: ChatKind) -> Json:
        """A chat of this kind, as updates of this person show it."""
        if chat_kind is ChatKind.PRIVATE:
            return private_chat(person_id)
        number = self.runner_group if chat_kind is ChatKind.RUNNER_GROUP else GROUP_CHAT_IDS[chat_kind]
        return {"id": number, "type": "supergroup", "title": "A group"}


async def make_scenario(stack: BotStack) -> MatrixScenario:
    """Insert and commit the people and all subjects of the permission matrix."""
    north = stack.campuses["north"]
    async with stack.work() as work:
        mei, ana, eve, ben, zoe = [await _insert_person(work, north) for _ in range(5)]
        here = await find_campus(work, north)
        made = {status: await _insert_order(work, here, mei, ana, status) for status in STATES}
        for runner, status in (
            (ana, RunnerStatus.APPROVED),
            (ben, RunnerStatus.ASKED),
            (zoe, RunnerStatus.SUSPENDED),
        ):
            await set_role_state(work, north, runner, RoleState(runner_status=status, is_admin=False, admitted=True))
        subjects = {
            SubjectKind.NOTHING: 0,
            SubjectKind.CEILING: 800,
            SubjectKind.SAVED_CARD: 4242,
            SubjectKind.RUNNER: ana,
            SubjectKind.APPLICANT: ben,
            SubjectKind.SUSPENDED_RUNNER: zoe,
            SubjectKind.CASE: await _deliver_order(work, north, mei, ana, made[S.DELIVERED]),
            SubjectKind.RUNNER_DEBT: await _complete_order(work, north, ana, ben, made[S.COMPLETED]),
        }
        subjects |= await _insert_other_subjects(work, here, mei, ana, made[S.PLACED])
    return MatrixScenario(
        campus_id=north,
        runner_group=stack.groups["north"],
        customer=mei,
        runner=ana,
        other=eve,
        orders=made,
        subjects=subjects,
    )


async def _insert_other_subjects(
    work: UnitOfWork, here: Campus, customer: int, runner: int, order_id: int
) -> dict[SubjectKind, int]:
    owed_order, customer_debt_number = await _insert_owed_order(work, here, customer, runner)
    reviewed = await _insert_reviewed_order(work, here, customer, runner)
    return {
        SubjectKind.DROP_POINT: (await list_drop_points(work, here.id))[0].id,
        SubjectKind.OWED_ORDER: owed_order,
        SubjectKind.CUSTOMER_DEBT: customer_debt_number,
        SubjectKind.LOCKED_ORDER: await _insert_locked_order(work, here, customer, runner),
        SubjectKind.REVIEWED_ORDER: reviewed,
        SubjectKind.UNANSWERED_ORDER: await _insert_disputed_order(work, here, customer, runner, "open"),
        SubjectKind.DISPUTED_ORDER: await _insert_disputed_order(work, here, customer, runner, "lost"),
        SubjectKind.SAGA: await _insert_stuck_saga(work, here.id, order_id),
        SubjectKind.DISCREPANCY: await insert_discrepancy(work, here.id, order_id, "unknown_intent"),
        SubjectKind.TRANSFER: await insert_transfer(work, here.id, reviewed),
        SubjectKind.PROPOSED_RESTRICTION: await insert_restrictions(work, here.id, runner, customer),
        SubjectKind.DEAD_LETTER: await insert_dead_letter(work, here.id, order_id),
    }


async def _insert_person(work: UnitOfWork, campus_id: int) -> int:
    number = next(PERSON_IDS)
    about = {"reachable": True, "default_place": "Library · door"}
    await insert_member(work, campus_id, number, "Mei", **about)
    await insert_row(work, saved_card, person_id=number, **SAVED_CARD)
    return number


async def _insert_order(work: UnitOfWork, here: Campus, customer: int, runner: int, status: OrderStatus) -> int:
    member = await find_member(work, here.id, customer)
    draft = await change_draft(work, here.id, customer, **BASKET)
    placed = await ordering.submit_order(
        work, here, member, version=draft.version, ceiling=draft.price(here.fees).ceiling
    )
    assert isinstance(placed, ordering.OrderPlaced)
    held = {"status": "held", "payment_intent": f"pi_matrix_{placed.order_id}"}
    await work.connection.execute(update(hold).where(hold.c.order_id == placed.order_id).values(**held))
    order = await move_order(work, SYSTEM, here.id, placed.order_id, E.PUBLISHED)
    if status is S.CREATED:
        await set_timer(work, order, TimerKind.EXPIRE, reopened_deadline(work.now, order.placed_at, here.windows))
    changes: Json = {
        E.CLAIMED: {"runner_id": runner, "pin": "4817", "claim": uuid4(), "hold_checked": True, "asked_limit": 610}
    }
    changes |= {E.BOUGHT: {"receipt": 420, "total": 700, "runner_share": 600}}
    for happened, _ in ORDER_PATH[: STATES.index(status)]:
        await move_order(work, SYSTEM, here.id, order.id, happened, **changes.get(happened, {}))
    if status is S.ARRIVED:
        waited = {"kind": TimerKind.ABSENT, "status": "fired", "due_at": work.now}
        await insert_row(work, timer, campus_id=here.id, order_id=order.id, **waited)
    return order.id


async def _deliver_order(work: UnitOfWork, campus_id: int, customer: int, runner: int, order_id: int) -> int:
    """Deliver an order with photos, a rating, an open case and a payable; return the number of the case."""
    await move_order(work, SYSTEM, campus_id, order_id, E.DELIVERED, receipt_photo="receipt", proof_photo="proof")
    await insert_row(work, rating, order_id=order_id, good=True)
    owed = {"runner_id": runner, "amount": 600, "currency": "sgd", "refusal": "balance_insufficient"}
    await insert_row(work, payable, campus_id=campus_id, order_id=order_id, **owed)
    about = {"campus_id": campus_id, "order_id": order_id, "opened_by": customer, "kind": "missing"}
    return await insert_row(work, problem_case, **about)


async def _complete_order(work: UnitOfWork, campus_id: int, runner: int, admin: int, order_id: int) -> int:
    """Complete an order with a refund and the runner's debt for it; return the number of the debt."""
    for happened in (E.DELIVERED, E.COMPLETED):
        await move_order(work, SYSTEM, campus_id, order_id, happened)
    paid = update(hold).where(hold.c.order_id == order_id).values(status="captured", captured=700)
    await work.connection.execute(paid)
    for_what = {"campus_id": campus_id, "order_id": order_id, "runner_id": runner, "currency": "sgd", "amount": 100}
    agreed = {"status": "failed", "runner_amount": 100, "asked_by": admin, "payment_intent": "pi", "reason": "cold"}
    refund_id = await insert_row(work, refund, **for_what | agreed)
    return await insert_row(work, debt, **for_what, refund_id=refund_id, refusal="balance_insufficient")


async def _insert_locked_order(work: UnitOfWork, here: Campus, customer: int, runner: int) -> int:
    """Insert an order at the door after five wrong PINs."""
    order_id = await _insert_order(work, here, customer, runner, S.ARRIVED)
    await work.connection.execute(update(orders).where(orders.c.id == order_id).values(pin_tries=MAX_PIN_TRIES))
    return order_id


async def _insert_completed_order(work: UnitOfWork, here: Campus, customer: int, runner: int) -> int:
    order_id = await _insert_order(work, here, customer, runner, S.COMPLETED)
    for happened in (E.DELIVERED, E.COMPLETED):
        await move_order(work, SYSTEM, here.id, order_id, happened)
    return order_id


async def _insert_reviewed_order(work: UnitOfWork, here: Campus, customer: int, runner: int) -> int:
    """Insert a paid order whose pay waits until an admin has looked at it."""
    order_id = await _insert_completed_order(work, here, customer, runner)
    owed = {"runner_id": runner, "amount": 600, "currency": "sgd", "held_until": func.now(), "held_for": "review"}
    await insert_row(work, payable, campus_id=here.id, order_id=order_id, **owed)
    await insert_row(work, review, campus_id=here.id, order_id=order_id, reason="too_fast")
    over = update(saga).where(saga.c.order_id == order_id)
    await work.connection.execute(over.values(status="done", wake_at=None, ended_at=func.now()))
    return order_id


async def _insert_disputed_order(work: UnitOfWork, here: Campus, customer: int, runner: int, status: str) -> int:
    """Insert a paid order with a dispute in this status, whose runner was not paid yet."""
    order_id = await _insert_completed_order(work, here, customer, runner)
    about = {"campus_id": here.id, "order_id": order_id, "currency": "sgd"}
    owed = {"runner_id": runner, "amount": 600, "frozen": True}
    disputed = {"dispute": f"dp_{order_id}", "status": status, "amount": 700, "reason": "fraudulent"}
    await insert_row(work, payable, **about | owed)
    await insert_row(work, dispute, **about | disputed)
    return order_id


async def _insert_owed_order(work: UnitOfWork, here: Campus, customer: int, runner: int) -> tuple[int, int]:
    """Insert a delivered order with a paid debt, because a customer who owes cannot order; return both numbers."""
    order_id = await _insert_completed_order(work, here, customer, runner)
    await work.connection.execute(update(hold).where(hold.c.order_id == order_id).values(status="refused"))
    about = {"campus_id": here.id, "order_id": order_id, "customer_id": customer, "currency": "sgd", "amount": 700}
    paid = {"status": "paid", "ended_at": func.now(), "refusal": "declined"}
    return order_id, await insert_row(work, customer_debt, **about | paid)


def tap_update(scenario: MatrixScenario, actor: int, chat_kind: ChatKind, tap: Tap, rule: Rule) -> IncomingUpdate:
    """Build the update of a tap."""
    data = f"v1:{tap}:{scenario.subject_of(rule)}:{rule.argument}"
    return incoming_update(scenario.campus_id, actor, tap_content(actor, data, scenario.chat_at(actor, chat_kind)))


def text_update(scenario: MatrixScenario, actor: int, chat_kind: ChatKind, text: str) -> IncomingUpdate:
    """Build the update of a text message, perhaps a command."""
    content = message_content(actor, scenario.chat_at(actor, chat_kind), text=text)
    if text.startswith("/"):
        command = {"type": "bot_command", "offset": 0, "length": len(text.split()[0])}
        content["message"]["entities"] = [command]
    return incoming_update(scenario.campus_id, actor, content)


async def ask_for_input(
    work: UnitOfWork, scenario: MatrixScenario, actor: int, pending_input: PendingInput, rule: Rule
) -> None:
    """Ask the actor this question, so that their next text answers it."""
    await set_pending_input(work, scenario.campus_id, actor, pending_input, scenario.subject_of(rule), rule.detail)


async def reopen_customer_debt(work: UnitOfWork, scenario: MatrixScenario, rule: Rule) -> None:
    """Open the customer debt again when the rule is about it."""
    if rule.subject in (SubjectKind.OWED_ORDER, SubjectKind.CUSTOMER_DEBT):
        this = update(customer_debt).where(customer_debt.c.id == scenario.subjects[SubjectKind.CUSTOMER_DEBT])
        await work.connection.execute(this.values(status="open", ended_at=None))


async def _insert_stuck_saga(work: UnitOfWork, campus_id: int, order_id: int) -> int:
    about = {"id": uuid4(), "name": f"matrix:{uuid4()}", "kind": "detach_replaced_card", "campus_id": campus_id}
    stuck = {"version": 1, "status": "stuck", "position": 1, "error": "no", "failing_since": work.now}
    return await insert_row(work, saga, **about, **stuck, order_id=order_id)


async def set_role_state(work: UnitOfWork, campus_id: int, person_id: int, role_state: RoleState) -> None:
    """Give a person these roles."""
    own_membership = update(membership).where(membership.c.campus_id == campus_id, membership.c.person_id == person_id)
    await work.connection.execute(own_membership.values(asdict(role_state)))


async def prepare_campus(work: UnitOfWork, scenario: MatrixScenario, actor: int) -> None:
    """Require invitations, bind the admin chat, leave no admin but the actor, and give the actor a basket."""
    others = update(membership).where(
        membership.c.campus_id == scenario.campus_id, membership.c.person_id != actor, membership.c.is_admin
    )
    await work.connection.execute(others.values(is_admin=False))
    here = update(campus).where(campus.c.id == scenario.campus_id)
    await work.connection.execute(
        here.values(open_to_all=False, admin_chat=GROUP_CHAT_IDS[ChatKind.ADMIN_CHAT], open_jobs=100)
    )
    await change_draft(work, scenario.campus_id, actor, version=DRAFT_VERSION, **BASKET)
