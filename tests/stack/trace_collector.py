"""A collector of traces: it takes OTLP over HTTP, as Jaeger and Tempo do, and keeps the spans."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from types import MappingProxyType

from aiohttp import web
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from sandbox.launch.ports import LOOPBACK, free_port

# With the address of the collector they make a process trace, and send often enough for a test.
EXPORT_DELAY = MappingProxyType({"OTEL_BSP_SCHEDULE_DELAY": "500"})


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectedSpan:
    """A span as it was sent; ids are hexadecimal, and `parent` is empty for the first one of a trace."""

    process: str
    name: str
    trace: str
    id: str
    parent: str
    attributes: Mapping[str, str]


@dataclass(slots=True, kw_only=True)
class TraceCollector:
    """What was sent to this collector."""

    url: str
    bodies: list[bytes] = field(default_factory=list)  # read when somebody asks

    @property
    def settings(self) -> dict[str, str]:
        """The environment of a process that sends its traces here."""
        return {"OTEL_EXPORTER_OTLP_ENDPOINT": self.url, **EXPORT_DELAY}

    def spans(self) -> Sequence[CollectedSpan]:
        """All spans that were sent."""
        return [span for body in self.bodies for span in _read_spans(body)]


@asynccontextmanager
async def running_trace_collector() -> AsyncIterator[TraceCollector]:
    """Run a collector on a free port."""
    port = free_port()
    collector = TraceCollector(url=f"http://{LOOPBACK}:{port}")

    async def take(request: web.Request) -> web.Response:
        collector.bodies.append(await request.read())
        return web.Response()

    app = web.Application()
    app.router.add_post("/v1/traces", take)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, LOOPBACK, port).start()
    yield collector
    await runner.cleanup()


def _read_spans(body: bytes) -> Sequence[CollectedSpan]:
    found: list[CollectedSpan] = []
    for sent in ExportTraceServiceRequest.FromString(body).resource_spans:
        (process,) = (each.value.string_value for each in sent.resource.attributes if each.key == "service.name")
        for span in (span for scope in sent.scope_spans for span in scope.spans):
            attributes = {each.key: each.value.string_value or str(each.value.int_value) for each in span.attributes}
            ids = {"trace": span.trace_id.hex(), "id": span.span_id.hex(), "parent": span.parent_span_id.hex()}
            found.append(CollectedSpan(process=process, name=span.name, attributes=attributes, **ids))
    return found
