"""What a crash case kills a process over: a person's saga, its trigger, and the facts that must hold in the end."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from uuid import UUID

from sandbox.crash.point_watch import SagaSubject
from sandbox.people.observed_messages import SeenButton
from sandbox.people.person import Person
from sandbox.people.populated_stack import PopulatedStack, SceneContext

NEWEST_SAGA = (
    "SELECT saga.id FROM saga LEFT JOIN orders ON orders.id = saga.order_id WHERE saga.kind = $1"
    " AND ((saga.order_id = $2) OR ($2::bigint IS NULL AND $3::bigint IN (saga.person_id, orders.customer_id)))"
    " ORDER BY saga.number DESC LIMIT 1"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CrashScenario:
    """One saga, brought to the moment before its step.

    `end_query` finds a row when the facts are as they must be in the end; its $1 is the order of the subject where it
    is known, else the person. `poll_call` is the verb and path of the call by which a wait or a check reads from
    Stripe. With `is_refused_by_stripe` Stripe refuses the call.
    """

    subject: SagaSubject
    trigger: Callable[[], Awaitable[object]]
    end_query: str
    poll_call: str = ""
    is_refused_by_stripe: bool = False

    @property
    def end_argument(self) -> int:
        """The value of $1 in `end_query`."""
        return self.subject.order_id or self.subject.person_id


PrepareScenario = Callable[[SceneContext], Awaitable[CrashScenario]]


def tapped(person: Person, kind: str, button: SeenButton, end_query: str, *, order: int | None = None) -> CrashScenario:
    """Return the scenario of a saga that the person's tap on this button starts."""
    subject = saga_of(person, kind, order)
    return CrashScenario(subject=subject, trigger=lambda: person.send_tap(button), end_query=end_query)


def saga_of(person: Person, kind: str, order: int | None = None) -> SagaSubject:
    """Return the person's saga of this kind, or that of the order where its number is known."""
    return SagaSubject(saga_kind=kind, person_id=person.user_id, order_id=order)


async def newest_saga_of(stack: PopulatedStack, subject: SagaSubject) -> UUID | None:
    """Return the newest saga of the subject."""
    rows = await stack.query(NEWEST_SAGA, subject.saga_kind, subject.order_id, subject.person_id)
    return UUID(str(rows[0]["id"])) if rows else None


async def stored_id(scene: SceneContext, query: str, subject: int) -> str:
    """Return the id that this query finds for an order or a person, once it is stored."""
    return str((await scene.populated_stack.wait_for_row(query, subject))[0])


async def wait_until_saga_waits(scene: SceneContext, person: Person, kind: str) -> None:
    """Wait until the saga waits for this person, and for at least a second no worker reads from Stripe for it."""
    await scene.populated_stack.wait_for_row(
        "SELECT 1 FROM saga LEFT JOIN orders ON orders.id = saga.order_id"
        " WHERE kind = $1 AND $2 IN (saga.person_id, orders.customer_id) AND waiting_until IS NOT NULL"
        " AND worker IS NULL AND wake_at > now() + interval '1 second'",
        kind,
        person.user_id,
    )


async def payment_intent_of_order(scene: SceneContext, order: int, status: str | None = None) -> str:
    """Return the payment intent of an order's hold, or of its hold in this status."""
    query = "SELECT payment_intent FROM hold WHERE order_id = $1 AND payment_intent IS NOT NULL"
    return await stored_id(scene, query if status is None else f"{query} AND status = '{status}'", order)


async def newest_order_of(scene: SceneContext, status: str) -> int:
    """Return the number of the customer's newest order, once it has this status."""
    query = f"SELECT id FROM orders WHERE customer_id = $1 AND status = '{status}' ORDER BY id DESC LIMIT 1"
    return int(await stored_id(scene, query, scene.mei.user_id))


async def replace_card(scene: SceneContext, card: str) -> None:
    """Replace the customer's saved card, and wait until the former one is detached."""
    await scene.mei.add_card(card)
    replaced = "SELECT 1 FROM saga WHERE person_id = $1 AND kind = 'detach_replaced_card' AND status = 'done'"
    await stored_id(scene, replaced, scene.mei.user_id)
