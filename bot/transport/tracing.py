"""Tracing in the bot: an update is the first span of a trace, which its saga rows carry and its replies go on with."""

from dataclasses import dataclass, field

from structlog.contextvars import bind_contextvars

from bot.conversation.replies import Replies, Reply
from bot.transport.replies.queued_reply import QueuedReply
from bot.transport.replies.reply_queue import SendReply
from bot.transport.update_inbox import Dispatch
from bot.transport.update_payload import find_tap
from domain.database.unit_of_work import UnitOfWork
from domain.inbox.repository import IncomingUpdate
from domain.tracing.port import Tracing
from domain.tracing.trace_repository import carry_trace

MAX_TRACES = 2_000  # of the newest updates, whose replies may still wait


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateTraces:
    """The traceparents of the newest updates, by campus and update."""

    tracing: Tracing
    traceparents: dict[tuple[int, int], str] = field(default_factory=dict)

    def keep(self, campus_id: int, update_id: int, traceparent: str) -> None:
        """Keep the traceparent of an update for its replies."""
        self.traceparents[campus_id, update_id] = traceparent
        if len(self.traceparents) > MAX_TRACES:
            del self.traceparents[next(iter(self.traceparents))]


def trace_dispatch(traces: UpdateTraces, dispatch: Dispatch) -> Dispatch:
    """Return a dispatch that begins a trace with each update."""
    tracing = traces.tracing

    async def traced(work: UnitOfWork, incoming_update: IncomingUpdate) -> Replies:
        campus_id, update_id = incoming_update.campus_id, incoming_update.update_id
        with tracing.trace(_name(incoming_update), {"campusg.campus": campus_id, "campusg.update": update_id}):
            traceparent = tracing.traceparent()
            if traceparent is not None:
                bind_contextvars(traceparent=traceparent)
                traces.keep(campus_id, update_id, traceparent)
                await carry_trace(work.connection, traceparent)
            return await dispatch(work, incoming_update)

    return traced


def trace_replies(traces: UpdateTraces, send: SendReply) -> SendReply:
    """Return a sender whose calls are spans of the update that they answer."""

    async def traced(queued: QueuedReply) -> Reply | None:
        parent = traces.traceparents.get((queued.campus_id, queued.update_id))
        if parent is None:
            return await send(queued)
        with traces.tracing.span(f"reply {type(queued.reply).__name__}", {}, parent=parent):
            return await send(queued)

    return traced


def _name(incoming_update: IncomingUpdate) -> str:
    """Return the name of an update: what was tapped, or its kind. What people write is in no span."""
    tap = find_tap(incoming_update.payload)
    if tap is not None:
        return f"tap {tap.tap}"
    return next((f"update {kind}" for kind in incoming_update.payload if kind != "update_id"), "update")
