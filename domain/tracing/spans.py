"""Spans of this process by OpenTelemetry, sent to a collector by OTLP over HTTP."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import SpanKind, StatusCode, Tracer, get_current_span
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from domain.settings.timeouts import Timeout
from domain.tracing.port import Attributes

EXPORT_TIMEOUT_SECONDS = Timeout.TRACE_EXPORT.seconds

_PROPAGATOR = TraceContextTextMapPropagator()


@dataclass(frozen=True, slots=True, kw_only=True)
class Spans:
    """Tracing by OpenTelemetry: the provider sends the spans that the tracer makes."""

    provider: TracerProvider
    tracer: Tracer

    @contextmanager
    def trace(self, name: str, attributes: Attributes) -> Iterator[None]:
        """Open the first span of a trace, also inside of another one."""
        with self._open(name, Context(), SpanKind.SERVER, attributes):
            yield

    @contextmanager
    def span(self, name: str, attributes: Attributes, *, parent: str | None = None) -> Iterator[None]:
        """Open a span under this traceparent, else under the present span, else as the first one of a trace."""
        above = None if parent is None else _PROPAGATOR.extract({"traceparent": parent}, context=Context())
        with self._open(name, above, SpanKind.INTERNAL, attributes):
            yield

    @contextmanager
    def _open(self, name: str, above: Context | None, kind: SpanKind, attributes: Attributes) -> Iterator[None]:
        """Open the present span. An error is told by its kind alone: its words may be what a person wrote."""
        opened = self.tracer.start_as_current_span(
            name, above, kind, attributes, record_exception=False, set_status_on_exception=False
        )
        with opened as span:
            try:
                yield
            except Exception as error:
                span.set_status(StatusCode.ERROR, type(error).__name__)
                raise

    def record_ended(self, name: str, seconds: float, attributes: Attributes) -> None:
        """Add a call that took `seconds` and has just ended to the present span; without one, add nothing."""
        if get_current_span().get_span_context().is_valid:
            ended = time.time_ns()
            begun = ended - int(seconds * 1e9)
            span = self.tracer.start_span(name, kind=SpanKind.CLIENT, attributes=attributes, start_time=begun)
            span.end(ended)

    def traceparent(self) -> str | None:
        """Return the traceparent of the present span; None without one."""
        carrier: dict[str, str] = {}
        _PROPAGATOR.inject(carrier)
        return carrier.get("traceparent")

    async def close(self) -> None:
        """Send what was not sent yet, for at most EXPORT_TIMEOUT_SECONDS."""
        await asyncio.to_thread(self.provider.shutdown)


def start_tracing(process: str, endpoint: str) -> Spans:
    """Return the spans of this process; a thread of its own sends them, and drops what the collector does not take.

    OpenTelemetry reads its other variables itself, such as OTEL_TRACES_SAMPLER and OTEL_EXPORTER_OTLP_HEADERS.
    """
    provider = TracerProvider(resource=Resource.create({"service.name": f"campusg-{process}"}), shutdown_on_exit=False)
    exporter = OTLPSpanExporter(endpoint=f"{endpoint}/v1/traces", timeout=EXPORT_TIMEOUT_SECONDS)
    provider.add_span_processor(BatchSpanProcessor(exporter))
    return Spans(provider=provider, tracer=provider.get_tracer("campusg"))
