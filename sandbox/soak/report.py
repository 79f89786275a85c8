"""What is printed: what was done, what fell, what became of the orders and the money, and what is wrong."""

from collections.abc import Iterator, Mapping

from sandbox.soak.soak import Outcome


def report(outcome: Outcome) -> Iterator[str]:
    """The tables."""
    order, verdict, weather = outcome.order, outcome.verdict, outcome.weather
    pace = order.orders / outcome.walked
    yield f"{order.orders} orders in {outcome.walked:.0f} s ({pace:.1f} a second), seed {order.seed}"
    yield f"all settled {verdict.seconds:.1f} s after the last of them"
    yield from _table("what people did", outcome.city.did)
    yield from _table(
        f"what fell in {weather.seconds:.0f} s", {str(blow): many for blow, many in weather.blows.items()}
    )
    yield from _table("calls that failed", {" ".join(kind): count for kind, count in weather.kept.items()})
    yield from _table("orders", verdict.states)
    yield from _table("money", {name: f"{minor / 100:.2f}" for name, minor in verdict.money.items()})
    yield from _table("messages", verdict.messages)
    yield f"\nwrong: {len(verdict.wrong)}"
    for number, sentence in verdict.wrong:
        yield f"  {f'#{number} ' if number else ''}{sentence}"
    yield from outcome.timelines


def _table(title: str, content: Mapping[str, object]) -> Iterator[str]:
    yield f"\n{title}"
    for name, value in sorted(content.items()):
        yield f"  {value!s:>10}  {name}"
