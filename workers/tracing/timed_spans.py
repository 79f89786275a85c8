"""Spans of what a worker measures: an observed call is a span too, with the labels of its histogram."""

from prometheus_client import Histogram

from domain.tracing.port import Tracing

LEFT_OUT_OF_NAMES = frozenset({"access", "outcome"})


def span_histogram(tracing: Tracing) -> type[Histogram]:
    """Return a kind of histogram whose observations, in seconds, are spans under the present one."""

    class SpanHistogram(Histogram):
        def observe(self, amount: float, exemplar: dict[str, str] | None = None) -> None:
            super().observe(amount, exemplar)
            labels = dict(zip(self._labelnames, self._labelvalues, strict=True))
            words = (value for name, value in labels.items() if name not in LEFT_OUT_OF_NAMES)
            what = self._name.removeprefix("campusg_").removesuffix("_seconds")
            attributes = {f"campusg.{name}": value for name, value in labels.items()}
            tracing.record_ended(" ".join((what, *words)), amount, attributes)

    return SpanHistogram
