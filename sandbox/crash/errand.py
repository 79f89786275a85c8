"""What a case kills a process over: somebody's saga, what sets it off, and the facts that say it went well."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from sandbox.crash.ground import Ground
from sandbox.crash.watch import Subject
from sandbox.play.player import Player, Spotted
from sandbox.play.stage import Stage

PREPARED_WITHIN = 20.0  # seconds a fact may take before anything is killed


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """One saga, brought to just before its step.

    `ends` is a query that finds a row when the facts are as they must be in the end, `about` its $1. `look` is the verb
    and the path of the call by which a wait, or a check, looks at Stripe; with `refused` Stripe says no to it.
    """

    subject: Subject
    set_off: Callable[[], Awaitable[object]]
    ends: str
    about: int
    look: str = ""
    refused: bool = False


Prepare = Callable[[Ground, Stage], Awaitable[Errand]]


async def presses(player: Player, seen: Spotted) -> None:
    """Tap a button without waiting for an answer: the one who would give it is about to die."""
    chat = seen.message.place.chat
    press = {
        "from": player.number,
        "chat": chat if chat.startswith("@") else int(chat),
        "message_id": seen.message.number,
        "data": seen.button.data,
    }
    await player.eyes.wire.post("/sim/taps", press)


async def at_rest(ground: Ground, kind: str, person: int) -> None:
    """Wait until this person's saga waits for her and nobody looks at Stripe for at least a second."""
    await ground.until(
        "SELECT 1 FROM saga LEFT JOIN orders ON orders.id = saga.order_id"
        " WHERE kind = $1 AND $2 IN (saga.person_id, orders.customer_id) AND waiting_until IS NOT NULL"
        " AND worker IS NULL AND wake_at > now() + interval '1 second'",
        kind,
        person,
        within=PREPARED_WITHIN,
    )


async def intent_of(ground: Ground, order: int) -> str:
    """Stripe's name of the hold of an order."""
    query = "SELECT payment_intent FROM hold WHERE order_id = $1 AND payment_intent IS NOT NULL"
    return str((await ground.until(query, order, within=PREPARED_WITHIN))["payment_intent"])


async def order_of(ground: Ground, player: Player, status: str) -> int:
    """The number of somebody's newest order, once it has this status."""
    query = "SELECT id FROM orders WHERE customer_id = $1 AND status = $2 ORDER BY id DESC LIMIT 1"
    return int((await ground.until(query, player.number, status, within=PREPARED_WITHIN))["id"])
