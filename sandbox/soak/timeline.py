"""An order that went wrong, told whole: its events, sagas, calls to Stripe, cards and messages."""

from sandbox.play.wire import rows
from sandbox.soak.city import City
from sandbox.soak.verdict import Verdict

MOST_TIMELINES = 5
EVENTS = "SELECT at, subject, event, before, after, actor_role, reason FROM event WHERE order_id = $1 ORDER BY id"
SAGAS = (
    "SELECT id, number, kind, status, position, tries, error, started_at, ended_at FROM saga"
    " WHERE order_id = $1 ORDER BY number"
)
CARDS = "SELECT kind, chat_id, message_id, wanted, delivered, due_at, error FROM live_card WHERE order_id = $1"
PUSHES = "SELECT name, chat_id, status, error FROM push WHERE order_id = $1 ORDER BY id"


async def timelines(city: City, verdict: Verdict) -> list[str]:
    """Everything that is known of the first few orders that went wrong."""
    numbers = list(dict.fromkeys(number for number, _ in verdict.wrong if number))[:MOST_TIMELINES]
    return [line for number in numbers for line in await timeline(city, number)]


async def timeline(city: City, order: int) -> list[str]:
    """One order's events, sagas, calls to Stripe, cards and messages."""
    lines = [f"\n#{order}: {dict(await city.order(order))}"]
    sagas = await city.ask(SAGAS, order)
    ids = {str(row["id"]) for row in sagas}
    for title, query in (("event", EVENTS), ("saga", SAGAS), ("card", CARDS), ("message", PUSHES)):
        lines += [
            f"  {title:8} {' '.join(str(value) for value in row.values())}" for row in await city.ask(query, order)
        ]
    for call in rows(await city.stripe.get("/sim/requests", after=0)):
        key = str(call["idempotency_key"] or "")
        if key.partition(":")[0] in ids:
            said = f"{call['at']} {call['verb']} {call['path']} {key} {call['status']}"
            lines.append(f"  call     {said}{' replayed' if call['replayed'] else ''}")
    return lines
