"""A trace of real processes: the tap in the bot, the saga run in the worker, Stripe and Telegram, at one collector."""

from sandbox.people.populated_stack import PopulatedStack, wait_until_found
from tests.journeys.running_scenes import running_scene
from tests.stack.trace_collector import CollectedSpan, TraceCollector

BOT, WORKERS = "campusg-bot", "campusg-workers"
ATTRIBUTES = {"access", "call", "campus", "kind", "message", "method", "outcome", "saga", "step", "update"}
EXPECTED = {
    (BOT, "tap place"),
    (BOT, "reply Answer"),
    (WORKERS, "saga create_order"),
    (WORKERS, "saga_step create_order authorize_hold"),
    (WORKERS, "stripe_call PaymentIntentService.create"),
    (WORKERS, "update_order_messages"),
    (WORKERS, "telegram_call sendMessage"),
}


async def test_one_trace_leads_from_the_tap_over_the_saga_run_to_stripe_and_telegram(
    stack: PopulatedStack, collector: TraceCollector
) -> None:
    async with running_scene(stack, "south") as scene:
        order = await scene.mei.order_laksa()
    ((carried,),) = await stack.query(
        "SELECT traceparent FROM saga WHERE order_id = $1 AND kind = 'create_order'", order
    )
    _, trace, started_by, _ = carried.split("-")

    async def find_spans() -> list[CollectedSpan] | None:
        found = [span for span in collector.spans() if span.trace == trace]
        ids = {span.id for span in found} | {""}
        is_whole = all(span.parent in ids for span in found)  # a call is sent before the run around it has ended
        return found if is_whole and {(span.process, span.name) for span in found} >= EXPECTED else None

    spans = await wait_until_found(find_spans, f"the spans of trace {trace}", timeout=20.0)
    by_id = {span.id: span for span in spans}
    assert started_by in by_id
    for span in spans:
        first = span
        while first.parent in by_id:
            first = by_id[first.parent]
        assert (first.process, first.name, first.parent) == (BOT, "tap place", "")
    told = {name.removeprefix("campusg.") for span in collector.spans() for name in span.attributes}
    assert told <= ATTRIBUTES
