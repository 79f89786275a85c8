"""The sixty edge cases of money, people and machines. The tests that hold a case are marked with `@case(number)`.

`python -m tests.cases` prints the register of all cases with their tests, as docs/cases.md has it.
"""

import ast
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
case = pytest.mark.case


@dataclass(frozen=True, slots=True)
class EdgeCase:
    """What must hold. `why` says what was decided differently, or why no test of ours can hold it."""

    must_hold: str
    why: str = ""


CASES: Mapping[int, EdgeCase] = {
    1: EdgeCase("killed after the hold was made: the same key, one hold"),
    2: EdgeCase("killed after the capture: captured and booked once"),
    3: EdgeCase("killed after the transfer: sent once"),
    4: EdgeCase("killed while the outcome of a call is recorded: nothing is half booked"),
    5: EdgeCase("killed before any queue job was enqueued: the row alone continues the order"),
    6: EdgeCase("one queue job run twice at once: one effect"),
    7: EdgeCase("a worker whose lease ran out during a call writes nothing"),
    8: EdgeCase("given up, but executed by Stripe: one hold"),
    9: EdgeCase("given up, not executed: one hold"),
    10: EdgeCase("a stored 500 of a call that was executed: found in a list"),
    11: EdgeCase("Stripe executes it after it was given up: it is reversed"),
    12: EdgeCase("an outage longer than the idempotency keys: the object is searched before a new key is used"),
    13: EdgeCase("a proxy's page or half a body: outcome unknown, which is no failure"),
    14: EdgeCase("prices or cards changed between two tries: the prepared call is sent"),
    15: EdgeCase("Stripe unreachable while an order is placed: held later, or ended in time and told"),
    16: EdgeCase("Stripe unreachable while an order expires: over at once, the hold is released later"),
    17: EdgeCase("Stripe unreachable while an order is completed: delivered, and captured later"),
    18: EdgeCase("too many calls: later, same keys, cancels first"),
    19: EdgeCase("captured, but not transferred: completed, owed, sent once later, no refund"),
    20: EdgeCase("a transfer of unknown outcome, the account disabled meanwhile: the outcome is found first"),
    21: EdgeCase("cancelled while it is claimed: one of the two wins, and the money fits"),
    22: EdgeCase("many runners claim: one has the order, the others are told"),
    23: EdgeCase("the deadline comes while it is claimed: never both"),
    24: EdgeCase("a deadline's queue job runs late, twice or early: no harm"),
    25: EdgeCase("claimed, but the hold is gone: no runner buys"),
    26: EdgeCase("the hold lapses during the delivery: charged again, or owed by the customer, and the runner is paid"),
    27: EdgeCase("Stripe cancels a hold in flight: told"),
    28: EdgeCase("the bank's page is never used: the order ends after the payment window"),
    29: EdgeCase("approved after the end: no money stays held"),
    30: EdgeCase(
        "an old page of Stripe's used late, or twice: at most one order and one hold",
        "Our pages only save a card; no page of Stripe's takes money, so an old one can't be paid.",
    ),
    31: EdgeCase("declined, then another card: a new order, the first hold is released"),
    32: EdgeCase("a double tap anywhere: once"),
    33: EdgeCase("an event twice, or two that mean the same: once"),
    34: EdgeCase("reversed events: no status goes back"),
    35: EdgeCase("an event before the answer is recorded: nothing twice"),
    36: EdgeCase("every webhook lost: all sagas end"),
    37: EdgeCase(
        "forged, old, future or misdirected events: refused or without effect",
        "An event of another account or API version is not refused: only its ids are read, never its content.",
    ),
    38: EdgeCase("the worker that handles an event is killed: the event is handled again"),
    39: EdgeCase("a full refund before the transfer: nothing is sent"),
    40: EdgeCase("a partial refund after the transfer: the runner's part is reversed"),
    41: EdgeCase("it can't be reversed: the runner owes it, and it is netted with the next pay-out, never below zero"),
    42: EdgeCase("a refund fails later: its posting is reversed, and it is told"),
    43: EdgeCase("two refunds at once above the total: one is refused"),
    44: EdgeCase("a dispute: the money is in suspense, then back or lost; the payable is suspended, no refund"),
    45: EdgeCase(
        "a runner suspended during a delivery: an admin reopens or closes the order",
        "A suspended runner finishes open orders and is paid for them, unless an admin decides otherwise by hand.",
    ),
    46: EdgeCase("the runner's account can't be paid any more: owed, then sent once"),
    47: EdgeCase("the runner's bank refuses the pay-out: told, our books stay"),
    48: EdgeCase("the runner deauthorizes the account: nothing is tried"),
    49: EdgeCase(
        "a tip after the delivery is declined: the delivery stands",
        "There is no tip after the delivery: it is given with the order and is part of its hold.",
    ),
    50: EdgeCase(
        "less than the hold is captured: one capture, and the split sums up",
        "A tip is not lowered after the order. Only a smaller receipt makes the total smaller.",
    ),
    51: EdgeCase("more than the hold: never captured"),
    52: EdgeCase("too small, too large, no cents, odd cents: refused or exact"),
    53: EdgeCase("the card or the customer is removed at Stripe while money is held: captured all the same"),
    54: EdgeCase("a restored backup lacks an hour: everything is listed, nothing is paid twice"),
    55: EdgeCase("a worker's clock is wrong: deadlines are the database's, signatures may be five minutes off"),
    56: EdgeCase("a release changes a saga's steps: saga runs that began before keep the old steps"),
    57: EdgeCase("Stripe refuses our API key: all sagas wait, and continue afterwards"),
    58: EdgeCase("test and live are never mixed"),
    59: EdgeCase(
        "a transfer without a saga: told, and left to a person",
        "No order is blocked for it, as its order is unknown. Where it is known, no other transfer is sent.",
    ),
    60: EdgeCase("a cent between our books and Stripe's: reported until it is gone"),
}


@cache
def marked_tests() -> Sequence[tuple[int, str]]:
    """Return each marked test, as `file::name` below tests/, with the number of its case."""
    return tuple(_find_marked_tests())


def _find_marked_tests() -> Iterator[tuple[int, str]]:
    for path in sorted(TESTS.rglob("test_*.py")):
        for node in ast.parse(path.read_bytes()).body:
            for decorator in getattr(node, "decorator_list", ()):
                match node, decorator:
                    case (
                        ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name),
                        ast.Call(func=ast.Name(id="case"), args=numbers),
                    ):
                        for number in numbers:
                            yield int(ast.unparse(number)), f"{path.relative_to(TESTS).as_posix()}::{name}"
                    case _:
                        continue


def register() -> str:
    """Return the register of all cases with their tests, in Markdown."""
    tests: dict[int, list[str]] = {}
    for number, test in marked_tests():
        tests.setdefault(number, []).append(test)
    lines = [
        "# The sixty edge cases",
        "",
        "Generated by `python -m tests.cases`; the tests are marked `@case(number)`.",
        "",
    ]
    for number, edge_case in CASES.items():
        lines.append(f"{number}. {edge_case.must_hold}")
        lines.extend(f"   - `{test}`" for test in tests.get(number, ()))
        if edge_case.why:
            lines.append(f"   - {edge_case.why}")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.stdout.write(register())
