"""All gauges that the database knows, as the worker that reads them exports them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from domain.database.unit_of_work import UnitOfWork
from workers.metrics.campus_gauges_repository import CAMPUS_GAUGES
from workers.metrics.database_gauge import DatabaseGauge, Reading
from workers.metrics.engine_gauges_repository import ENGINE_GAUGES
from workers.metrics.money_gauges_repository import MONEY_GAUGES

DATABASE_GAUGES: Sequence[DatabaseGauge] = (*ENGINE_GAUGES, *MONEY_GAUGES, *CAMPUS_GAUGES)
Readings = Mapping[str, Sequence[Reading]]  # by the name of the gauge
NO_READINGS: Readings = MappingProxyType({})


@dataclass(slots=True, kw_only=True, eq=False)
class DatabaseCollector(Collector):
    """Exports the last readings; nothing while another worker reads."""

    readings: Readings = field(default_factory=lambda: NO_READINGS)

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield a family for each gauge that was read."""
        for gauge in DATABASE_GAUGES:
            if gauge.name in self.readings:
                family = GaugeMetricFamily(f"campusg_{gauge.name}", gauge.description, labels=gauge.labels)
                for labels, value in self.readings[gauge.name]:
                    family.add_metric(labels, value)
                yield family


def register_collector(registry: CollectorRegistry) -> DatabaseCollector:
    """Return a collector that this registry exports."""
    collector = DatabaseCollector()
    registry.register(collector)
    return collector


async def read_gauges(work: UnitOfWork) -> Readings:
    """Read all gauges, each by one or two statements, in one transaction."""
    return {gauge.name: await gauge.read(work) for gauge in DATABASE_GAUGES}
