"""What a crash case kills a process over: a person's saga, its trigger, and the facts that must hold in the end."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from sandbox.crash.crash_stack import CrashStack
from sandbox.crash.point_watch import SagaSubject
from sandbox.play.scene_context import SceneContext
from sandbox.play.scripted_user import ScriptedUser, SeenButton

PREPARATION_TIMEOUT_SECONDS = 20.0  # how long a fact may take before the kill


@dataclass(frozen=True, slots=True, kw_only=True)
class CrashScenario:
    """One saga, brought to the moment before its step.

    `end_query` finds a row when the facts are as they must be in the end; `end_argument` is its $1. `poll_call` is the
    verb and path of the call by which a wait or a check reads from Stripe. With `is_refused_by_stripe` Stripe refuses
    the call.
    """

    subject: SagaSubject
    trigger: Callable[[], Awaitable[object]]
    end_query: str
    end_argument: int
    poll_call: str = ""
    is_refused_by_stripe: bool = False


PrepareScenario = Callable[[CrashStack, SceneContext], Awaitable[CrashScenario]]


async def send_tap(scripted_user: ScriptedUser, seen_button: SeenButton) -> None:
    """Tap a button without waiting for the answer, because the process that would answer is about to be killed."""
    chat = seen_button.message.chat_ref.chat
    tap_body = {
        "from": scripted_user.user_id,
        "chat": chat if chat.startswith("@") else int(chat),
        "message_id": seen_button.message.message_id,
        "data": seen_button.button.data,
    }
    await scripted_user.observer.client.post("/sim/taps", tap_body)


async def wait_until_saga_waits(crash_stack: CrashStack, kind: str, person_id: int) -> None:
    """Wait until the saga waits for this person, and for at least a second no worker reads from Stripe for it."""
    await crash_stack.wait_for_row(
        "SELECT 1 FROM saga LEFT JOIN orders ON orders.id = saga.order_id"
        " WHERE kind = $1 AND $2 IN (saga.person_id, orders.customer_id) AND waiting_until IS NOT NULL"
        " AND worker IS NULL AND wake_at > now() + interval '1 second'",
        kind,
        person_id,
        timeout=PREPARATION_TIMEOUT_SECONDS,
    )


async def payment_intent_of_order(crash_stack: CrashStack, order: int) -> str:
    """Return the payment intent of an order's hold."""
    query = "SELECT payment_intent FROM hold WHERE order_id = $1 AND payment_intent IS NOT NULL"
    return str((await crash_stack.wait_for_row(query, order, timeout=PREPARATION_TIMEOUT_SECONDS))["payment_intent"])


async def newest_order_of(crash_stack: CrashStack, scripted_user: ScriptedUser, status: str) -> int:
    """Return the number of a customer's newest order, once it has this status."""
    query = "SELECT id FROM orders WHERE customer_id = $1 AND status = $2 ORDER BY id DESC LIMIT 1"
    return int(
        (await crash_stack.wait_for_row(query, scripted_user.user_id, status, timeout=PREPARATION_TIMEOUT_SECONDS))[
            "id"
        ]
    )
