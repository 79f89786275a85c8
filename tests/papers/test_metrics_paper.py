"""The page of metrics lists each metric of the bot, a worker and the console, with its labels and its description."""

from collections.abc import Iterator
from dataclasses import fields

from prometheus_client.metrics import MetricWrapperBase

from bot.transport.metrics import BotMetrics, new_metrics
from console.web.metrics import ConsoleMetrics, new_console_metrics
from tests.papers.markdown import section, table_rows
from webserver.http_counts import HttpCounts
from workers.metrics.database_gauges import DATABASE_GAUGES
from workers.metrics.worker_metrics import WorkerMetrics, new_worker_metrics

PAPER = "docs/metrics.md"
Row = tuple[str, str, str]


def counted_rows(metrics: BotMetrics | ConsoleMetrics | HttpCounts | WorkerMetrics) -> Iterator[Row]:
    """Yield name, labels and description of what a process counts by itself."""
    for field in fields(metrics):
        found = getattr(metrics, field.name)
        if isinstance(found, HttpCounts):
            yield from counted_rows(found)
        if isinstance(found, MetricWrapperBase):
            (family,) = found.describe()
            suffix = "_total" if family.type == "counter" else ""
            yield f"`{family.name}{suffix}`", ", ".join(found._labelnames), family.documentation


def told(heading: str) -> list[tuple[str, ...]]:
    return [tuple(row) for row in table_rows(section(PAPER, heading))]


def test_each_metric_is_told_with_its_labels() -> None:
    assert told("What the bot counts") == list(counted_rows(new_metrics()))
    assert told("What a worker counts") == list(counted_rows(new_worker_metrics()))
    assert told("What the console counts") == list(counted_rows(new_console_metrics()))
    assert told("What the database knows") == [
        (f"`campusg_{gauge.name}`", ", ".join(gauge.labels), gauge.description) for gauge in DATABASE_GAUGES
    ]
