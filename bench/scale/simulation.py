"""A simulation of many campuses at lunch: where orders queue, and how long one takes to reach its runners.

Each order takes the measured steps. A step uses the processor of a bot, calls Stripe, uses the processors of workers
and Postgres, and sends its messages within the limits that production keeps. What a step takes alone beyond that
(round trips, commits) is added as it was measured. Edits of one message are not merged here; production merges them.
"""

import random
from collections import defaultdict, deque
from collections.abc import Generator, Sequence
from dataclasses import dataclass, field
from typing import Any

import simpy

from bench.scale.steps import Step
from domain.messaging.lane import Lane
from workers.telegram.send_limits import SendLimit, limits_of_chat, seconds_until_room

SAMPLE_SECONDS = 30.0
GROUP_OF_RUNNERS = -1
# Seconds between the steps of an order, at the mean, of an exponential distribution: what people do meanwhile.
PAUSES = {"claim": 60.0, "bought": 420.0, "bought_estimate": 15.0, "picked_up": 60.0, "here": 420.0, "pin": 60.0}

Process = Generator[Any, Any, None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """What serves the campuses. One bot process and one worker process use one core at most."""

    bots: int = 1
    workers: int = 1
    postgres_cores: int = 1
    stripe_calls_per_second: int = 20
    stripe_seconds: float = 0.0  # of each call beyond what the stand-in takes


@dataclass(slots=True, kw_only=True)
class Outcome:
    """What came out: seconds to the group, queues by time, and how busy each part was."""

    seconds_to_group: list[float] = field(default_factory=list)
    ended_at: float = 0.0
    queues: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    busy_seconds: dict[str, float] = field(default_factory=lambda: defaultdict(float))


@dataclass(slots=True, kw_only=True)
class Lunch:
    """One run of the simulation."""

    steps: Sequence[Step]
    deployment: Deployment
    pauses: dict[str, float]
    rng: random.Random
    env: simpy.Environment = field(default_factory=simpy.Environment)
    parts: dict[str, simpy.Resource] = field(init=False)
    stripe_free_at: float = 0.0
    sent: dict[str, deque[tuple[float, Lane]]] = field(default_factory=lambda: defaultdict(deque))
    waiting: dict[str, int] = field(default_factory=lambda: defaultdict(int))  # by what limits them
    outcome: Outcome = field(default_factory=Outcome)
    open_orders: int = 0

    def __post_init__(self) -> None:
        """Open the parts."""
        sizes = {
            "bot": self.deployment.bots,
            "worker": self.deployment.workers,
            "postgres": self.deployment.postgres_cores,
        }
        self.parts = {name: simpy.Resource(self.env, capacity=size) for name, size in sizes.items()}

    def order(self, campus: int, customer: int, placed_at: float) -> Process:
        """One order from its placing to the PIN."""
        yield self.env.timeout(placed_at)
        self.open_orders += 1
        for step in self.steps:
            yield self.env.timeout(self.rng.expovariate(1 / self.pauses[step.name]) if step.name in self.pauses else 0)
            began = self.env.now
            yield from self._use("bot", step.bot)
            for _ in range(round(step.stripe_calls)):
                yield from self._call_stripe()
            yield from self._use("worker", step.worker)
            yield from self._use("postgres", step.postgres)
            beyond = step.alone - step.bot - step.worker - step.postgres
            yield self.env.timeout(max(beyond, 0.0))
            messages = [self.env.process(one) for one in self._messages(step, campus, customer)]
            if step.name == "place":
                yield messages[0]  # the order message of the group
                self.outcome.seconds_to_group.append(self.env.now - began)
        self.open_orders -= 1
        self.outcome.ended_at = self.env.now

    def _messages(self, step: Step, campus: int, customer: int) -> list[Process]:
        group = [self._send(campus, GROUP_OF_RUNNERS, edit=False) for _ in range(round(step.group_sends))]
        edits = [self._send(campus, GROUP_OF_RUNNERS, edit=True) for _ in range(round(step.group_edits))]
        private = [self._send(campus, 2 * customer + at % 2, edit=False) for at in range(round(step.private_sends))]
        return [*group, *edits, *private]  # half of the private ones to the customer, half to the runner

    def _use(self, part: str, seconds: float) -> Process:
        with self.parts[part].request() as turn:
            yield turn
            yield self.env.timeout(seconds)
        self.outcome.busy_seconds[part] += seconds

    def _call_stripe(self) -> Process:
        free_at = max(self.stripe_free_at, self.env.now)
        self.stripe_free_at = free_at + 1 / self.deployment.stripe_calls_per_second
        self.waiting["stripe"] += 1
        yield self.env.timeout(free_at - self.env.now + self.deployment.stripe_seconds)
        self.waiting["stripe"] -= 1
        self.outcome.busy_seconds["stripe"] += 1 / self.deployment.stripe_calls_per_second

    def _send(self, campus: int, chat: int, *, edit: bool) -> Process:
        limits = limits_of_chat(campus, chat, edit=edit)
        where = "telegram: groups" if chat < 0 else "telegram: people"
        self.waiting[where] += 1
        while wait := max(self._seconds_until_room(limit) for limit in limits):
            yield self.env.timeout(wait + 1e-6)
        for limit in limits:
            self.sent[limit.name].append((self.env.now, Lane.ORDER))
        self.waiting[where] -= 1

    def _seconds_until_room(self, limit: SendLimit) -> float:
        sent = self.sent[limit.name]
        while sent and sent[0][0] + limit.window_seconds <= self.env.now:
            sent.popleft()
        if len(sent) < limit.max_sends:
            return 0.0
        return seconds_until_room(limit, Lane.ORDER, sent, (), self.env.now)

    def sample(self, until: float) -> Process:
        """Note the length of each queue, again and again until all orders ended."""
        while self.env.now < until or self.open_orders:
            for name, part in self.parts.items():
                self.outcome.queues[name].append(len(part.queue))
            for name in ("stripe", "telegram: groups", "telegram: people"):
                self.outcome.queues[name].append(self.waiting[name])
            yield self.env.timeout(SAMPLE_SECONDS)


def simulate(
    steps: Sequence[Step],
    placed: Sequence[tuple[int, float]],
    deployment: Deployment,
    *,
    pauses: dict[str, float] | None = None,
    seed: int = 1,
) -> Outcome:
    """Simulate orders, each of a campus and placed at a time in seconds, and return what came out."""
    chosen = PAUSES if pauses is None else pauses
    lunch = Lunch(steps=steps, deployment=deployment, pauses=chosen, rng=random.Random(seed))
    for customer, (campus, at) in enumerate(placed, start=1):
        lunch.env.process(lunch.order(campus, customer, at))
    lunch.env.process(lunch.sample(max(at for _, at in placed)))
    lunch.env.run()
    return lunch.outcome


def arrivals(campuses: int, orders_each: int, *, peak: float, spread: float, seed: int) -> list[tuple[int, float]]:
    """Return who orders when: a normal curve around the peak, in seconds; nobody before the beginning."""
    rng = random.Random(seed)
    return [
        (campus, max(rng.gauss(peak, spread), 0.0)) for campus in range(1, campuses + 1) for _ in range(orders_each)
    ]
