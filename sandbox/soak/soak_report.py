"""Formats the report: what was done, which faults struck, what became of orders and money, and what is wrong."""

from collections.abc import Iterator, Mapping

from sandbox.soak.soak_run import SoakOutcome


def format_soak_report(outcome: SoakOutcome) -> Iterator[str]:
    """Yield the lines of the report."""
    options, findings, injector = outcome.options, outcome.findings, outcome.injector
    orders_per_second = options.orders / outcome.order_seconds
    speed = f"{outcome.order_seconds:.0f} s ({orders_per_second:.1f} a second)"
    yield f"{options.orders} orders in {speed}, seed {options.seed}"
    yield f"all settled {findings.settle_seconds:.1f} s after the last of them"
    yield from _table("what people did", outcome.context.action_counts)
    yield from _table(
        f"faults in {injector.seconds:.0f} s",
        {str(soak_fault): many for soak_fault, many in injector.fault_counts.items()},
    )
    yield from _table(
        "calls that failed", {" ".join(kind): count for kind, count in injector.failed_call_counts.items()}
    )
    yield from _table("orders", findings.order_statuses)
    yield from _table("money", {name: f"{minor / 100:.2f}" for name, minor in findings.money_totals.items()})
    yield from _table("order messages and notifications", findings.message_counts)
    yield f"\nwrong: {len(findings.failures)}"
    for number, sentence in findings.failures:
        yield f"  {f'#{number} ' if number else ''}{sentence}"
    yield from outcome.timelines


def _table(title: str, content: Mapping[str, object]) -> Iterator[str]:
    yield f"\n{title}"
    for name, value in sorted(content.items()):
        yield f"  {value!s:>10}  {name}"
