"""What a case kills a process over: somebody's saga, what sets it off, and the facts that say it went well."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from sandbox.crash.crash_stack import CrashStack
from sandbox.crash.point_watch import SagaSubject
from sandbox.play.scene_context import SceneContext
from sandbox.play.scripted_user import ScriptedUser, SeenButton

PREPARATION_TIMEOUT_SECONDS = 20.0  # seconds a fact may take before anything is killed


@dataclass(frozen=True, slots=True, kw_only=True)
class CrashScenario:
    """One saga, brought to just before its step.

    `ends` is a query that finds a row when the facts are as they must be in the end, `about` its $1. `look` is the verb
    and the path of the call by which a wait, or a check, looks at Stripe; with `refused` Stripe says no to it.
    """

    subject: SagaSubject
    trigger: Callable[[], Awaitable[object]]
    end_query: str
    end_argument: int
    poll_call: str = ""
    is_refused_by_stripe: bool = False


PrepareScenario = Callable[[CrashStack, SceneContext], Awaitable[CrashScenario]]


async def send_tap(scripted_user: ScriptedUser, seen_button: SeenButton) -> None:
    """Tap a button without waiting for an answer: the one who would give it is about to die."""
    chat = seen_button.message.chat_ref.chat
    tap_body = {
        "from": scripted_user.user_id,
        "chat": chat if chat.startswith("@") else int(chat),
        "message_id": seen_button.message.message_id,
        "data": seen_button.button.data,
    }
    await scripted_user.observer.client.post("/sim/taps", tap_body)


async def wait_until_saga_waits(crash_stack: CrashStack, kind: str, person_id: int) -> None:
    """Wait until this person's saga waits for her and nobody looks at Stripe for at least a second."""
    await crash_stack.wait_for_row(
        "SELECT 1 FROM saga LEFT JOIN orders ON orders.id = saga.order_id"
        " WHERE kind = $1 AND $2 IN (saga.person_id, orders.customer_id) AND waiting_until IS NOT NULL"
        " AND worker IS NULL AND wake_at > now() + interval '1 second'",
        kind,
        person_id,
        timeout=PREPARATION_TIMEOUT_SECONDS,
    )


async def payment_intent_of_order(crash_stack: CrashStack, order: int) -> str:
    """Stripe's name of the hold of an order."""
    query = "SELECT payment_intent FROM hold WHERE order_id = $1 AND payment_intent IS NOT NULL"
    return str((await crash_stack.wait_for_row(query, order, timeout=PREPARATION_TIMEOUT_SECONDS))["payment_intent"])


async def newest_order_of(crash_stack: CrashStack, scripted_user: ScriptedUser, status: str) -> int:
    """The number of somebody's newest order, once it has this status."""
    query = "SELECT id FROM orders WHERE customer_id = $1 AND status = $2 ORDER BY id DESC LIMIT 1"
    return int(
        (await crash_stack.wait_for_row(query, scripted_user.user_id, status, timeout=PREPARATION_TIMEOUT_SECONDS))[
            "id"
        ]
    )
