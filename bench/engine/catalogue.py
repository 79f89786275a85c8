"""What is measured, and on whom: the engines and the figures of `make bench`."""

from dataclasses import dataclass
from enum import StrEnum


class Fault(StrEnum):
    """What happens in mid-run."""

    KILL_WORKER = "kill"  # SIGKILL of the only worker, and at once another one
    FLUSH_REDIS = "flush"
    RESTART_POSTGRES = "restart"


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """An engine. `environment` names the requirements it is installed from; None is our own environment."""

    name: str
    title: str
    module: str
    environment: str | None
    uses_redis: bool = False
    has_server: bool = False  # Restate's, beside the worker
    burst: int = 1_000  # orders of one burst


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One kind of run. `orders` of None is the burst of the peer; a `rate` of 0 is a burst."""

    name: str
    delay_seconds: float
    orders: int | None = None
    rate: float = 0.0
    workers: int = 1
    warming_up: int = 0  # the first orders, which meet cold processes: their times are not counted
    fault: Fault | None = None
    patience_seconds: float = 30.0  # without a settled order; what is left then is lost
    only: frozenset[str] | None = None  # of these peers alone

    def count(self, peer: Peer) -> int:
        """Return how many orders a run of this peer has."""
        return self.orders or peer.burst


PEERS = (
    Peer(
        name="campusg",
        title="CampusG",
        module="campusg",
        environment=None,
        uses_redis=True,
    ),
    Peer(
        name="arq",
        title="plain arq, asyncpg",
        module="plain_arq",
        environment="queues",
        uses_redis=True,
    ),
    Peer(
        name="arq-sqlalchemy",
        title="plain arq, SQLAlchemy",
        module="plain_arq_sqlalchemy",
        environment="queues",
        uses_redis=True,
    ),
    Peer(
        name="procrastinate",
        title="procrastinate",
        module="procrastinate_jobs",
        environment="queues",
    ),
    Peer(
        name="restate",
        title="Restate",
        module="restate_service",
        environment="durable",
        has_server=True,
    ),
    Peer(
        name="dbos",
        title="DBOS Transact",
        module="dbos_workflows",
        environment="durable",
        burst=300,
    ),
)
BURST = "burst-0"
COMMITS = "commits"  # of pgbench, which is no peer
FAULT_ORDERS = 200
FIGURES = (
    Figure(name=BURST, delay_seconds=0.0),
    Figure(name="burst-50", delay_seconds=0.05),
    Figure(name="paced", delay_seconds=0.0, orders=440, rate=20.0, warming_up=40),
    Figure(name="kill", delay_seconds=0.05, orders=FAULT_ORDERS, fault=Fault.KILL_WORKER, patience_seconds=90.0),
    Figure(
        name="flush",
        delay_seconds=0.05,
        orders=FAULT_ORDERS,
        fault=Fault.FLUSH_REDIS,
        patience_seconds=20.0,
        only=frozenset({"campusg", "arq", "arq-sqlalchemy"}),
    ),
    Figure(
        name="restart", delay_seconds=0.05, orders=FAULT_ORDERS, fault=Fault.RESTART_POSTGRES, patience_seconds=60.0
    ),
    Figure(name="two-workers", delay_seconds=0.05, workers=2, only=frozenset({"campusg", "arq"})),
)
