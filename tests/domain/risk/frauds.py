"""`make frauds`: a month of six frauds, without the rules and with the shipped ones, and what honest people notice."""

import argparse
import sys
from collections.abc import Sequence
from datetime import timedelta
from statistics import median

from tests.domain.risk.fraud_traffic import FRAUDS, GANGS, PATIENT_FRAUDS, fraud_month
from tests.domain.risk.honest_traffic import DAYS, START, honest_month
from tests.domain.risk.simulation import Outcome, PlayedOrder, play

MAX_HINDERED_PERCENT = 0.5
MAX_GAIN_SHARE = 1 / 4  # of what a fraud gains without the rules


def main(arguments: Sequence[str] | None = None) -> int:
    """Print both tables. Return 1 when the rules leave a fraud too much, or hinder more honest orders than they may."""
    parser = argparse.ArgumentParser(prog="python -m tests.domain.risk.frauds", description=__doc__)
    parser.add_argument("seeds", type=int, nargs="*", default=[101, 102, 103], help="of the honest traffic")
    parser.add_argument("--days", type=int, default=DAYS, help="how much of the month is played")
    asked = parser.parse_args(arguments)
    gains = print_frauds(asked.seeds[0], asked.days)
    hindered = [print_honest(seed, asked.days) for seed in asked.seeds]
    return exit_code(gains, hindered)


def exit_code(gains: Sequence[float], hindered: Sequence[float]) -> int:
    """Return 0 when each fraud gains a small share, and few percent of honest orders are hindered, of every seed."""
    return 0 if max(gains) < MAX_GAIN_SHARE and max(hindered) <= MAX_HINDERED_PERCENT else 1


def print_frauds(seed: int, days: int = DAYS) -> list[float]:
    """Print the loss per gang and day, and when the gangs were caught. Return the share that each fraud still gains.

    Patient frauds are printed only: no limit meets them.
    """
    print(f"{'fraud':22}{'a gang and day, no rules':>26}{'with the rules':>18}{'caught':>28}")
    shares = []
    for name in (*FRAUDS, *PATIENT_FRAUDS):
        before, after = play_fraud(name, seed, days)
        print(f"{name:22}{_per_day(name, before, days):>26}{_per_day(name, after, days):>18}{_caught(after):>28}")
        if name in FRAUDS:
            shares.append(gain(name, after) / gain(name, before))
    return shares


def play_fraud(name: str, seed: int, days: int) -> tuple[Outcome, Outcome]:
    """Play the begin of a fraud's month: without the rules, and with the shipped ones."""
    orders = [played for played in fraud_month(name, seed) if played.order.at < START + timedelta(days=days)]
    return play(orders, seed, has_rules=False), play(orders, seed)


def gain(name: str, outcome: Outcome) -> int:
    """What all gangs of a fraud gained: cards tried for one that tests cards, else minor units of others' money."""
    if name == "card testing":
        return sum(map(len, outcome.cards_tried.values()))
    return sum(outcome.loss.values())


def _per_day(name: str, outcome: Outcome, days: int) -> str:
    gained = gain(name, outcome) / GANGS / days
    return f"{gained:.1f} cards" if name == "card testing" else f"S${gained / 100:,.2f}"


def _caught(outcome: Outcome) -> str:
    times = [(at - outcome.began[gang]).total_seconds() / 86_400 for gang, at in outcome.caught.items()]
    return f"{len(times)} of {GANGS}" + (f" after {median(times):.1f} days" if times else "")


def play_honest(seed: int, days: int) -> Outcome:
    """Play the begin of an honest month."""
    orders = (order for order in honest_month(seed) if order.at < START + timedelta(days=days))
    return play((PlayedOrder(order=order) for order in orders), seed)


def print_honest(seed: int, days: int = DAYS) -> float:
    """Print what honest people notice, and return the percent of orders that are hindered."""
    outcome = play_honest(seed, days)
    reasons = ", ".join(f"{reason} {count}" for reason, count in outcome.hindered.most_common())
    print(
        f"seed {seed}: {outcome.orders} honest orders, {outcome.hindered_share:.2f} % hindered ({reasons}); "
        f"{outcome.later_pay} first deliveries paid a day later"
    )
    return outcome.hindered_share


if __name__ == "__main__":
    sys.exit(main())
