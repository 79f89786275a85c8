"""The full history of orders that went wrong: events, sagas, order messages, notifications, calls to Stripe."""

from sandbox.soak.soak_checks import SoakFindings
from sandbox.soak.soak_context import SoakContext

MAX_TIMELINES = 5
EVENTS = "SELECT at, subject, event, before, after, actor_role, reason FROM event_log WHERE order_id = $1 ORDER BY id"
SAGAS = (
    "SELECT id, number, kind, status, position, tries, error, started_at, ended_at FROM saga"
    " WHERE order_id = $1 ORDER BY number"
)
ORDER_MESSAGES = (
    "SELECT kind, chat_id, message_id, requested_revision, sent_revision, due_at, error FROM order_message"
    " WHERE order_id = $1"
)
NOTIFICATIONS = "SELECT name, chat_id, status, error FROM notification WHERE order_id = $1 ORDER BY id"


async def build_order_timelines(context: SoakContext, findings: SoakFindings) -> list[str]:
    """Build the timelines of the first few orders that went wrong."""
    numbers = list(dict.fromkeys(number for number, _ in findings.failures if number))[:MAX_TIMELINES]
    return [line for number in numbers for line in await build_order_timeline(context, number)]


async def build_order_timeline(context: SoakContext, order: int) -> list[str]:
    """Build the timeline of one order: its events, sagas, order messages, notifications and calls to Stripe."""
    lines = [f"\n#{order}: {dict(await context.order(order))}"]
    sagas = await context.query(SAGAS, order)
    ids = {str(row["id"]) for row in sagas}
    for title, query in (
        ("event", EVENTS),
        ("saga", SAGAS),
        ("order message", ORDER_MESSAGES),
        ("notification", NOTIFICATIONS),
    ):
        lines += [
            f"  {title:8} {' '.join(str(value) for value in row.values())}" for row in await context.query(query, order)
        ]
    for call in await context.populated_stack.stripe.calls():
        key = str(call["idempotency_key"] or "")
        if key.partition(":")[0] in ids:
            call_text = f"{call['at']} {call['verb']} {call['path']} {key} {call['status']}"
            lines.append(f"  call     {call_text}{' replayed' if call['replayed'] else ''}")
    return lines
