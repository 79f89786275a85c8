"""`make frauds`: a month of six frauds, without the rules and with the shipped ones, and what honest people notice."""

import argparse
import sys
from statistics import median

from tests.domain.risk.fraud_traffic import FRAUDS, GANGS, PATIENT_FRAUDS, fraud_month
from tests.domain.risk.honest_traffic import DAYS, honest_month
from tests.domain.risk.simulation import Outcome, PlayedOrder, play

MAX_HINDERED_PERCENT = 0.5


def main() -> int:
    """Print both tables. Return 1 when the rules hinder more honest orders than they may."""
    parser = argparse.ArgumentParser(prog="python -m tests.domain.risk.frauds", description=__doc__)
    parser.add_argument("seeds", type=int, nargs="*", default=[101, 102, 103], help="of the honest traffic")
    seeds = parser.parse_args().seeds
    print_frauds(seeds[0])
    are_few = [print_honest(seed) for seed in seeds]
    return 0 if all(are_few) else 1


def print_frauds(seed: int) -> None:
    """Print the loss per gang and day, and when the gangs were caught."""
    print(f"{'fraud':22}{'a gang and day, no rules':>26}{'with the rules':>18}{'caught':>28}")
    for name in (*FRAUDS, *PATIENT_FRAUDS):
        orders = fraud_month(name, seed)
        before, after = play(orders, seed, has_rules=False), play(orders, seed)
        print(f"{name:22}{_per_day(name, before):>26}{_per_day(name, after):>18}{_caught(after):>28}")


def _per_day(name: str, outcome: Outcome) -> str:
    if name == "card testing":
        return f"{sum(outcome.cards_tried.values()) / GANGS / DAYS:.1f} tries"
    return f"S${sum(outcome.loss.values()) / GANGS / DAYS / 100:,.2f}"


def _caught(outcome: Outcome) -> str:
    times = [(at - outcome.began[gang]).total_seconds() / 86_400 for gang, at in outcome.caught.items()]
    return f"{len(times)} of {GANGS}" + (f" after {median(times):.1f} days" if times else "")


def print_honest(seed: int) -> bool:
    """Print what honest people notice in this month, and return whether it is little enough."""
    outcome = play((PlayedOrder(order=order) for order in honest_month(seed)), seed)
    reasons = ", ".join(f"{reason} {count}" for reason, count in outcome.hindered.most_common())
    print(
        f"seed {seed}: {outcome.orders} honest orders, {outcome.hindered_share:.2f} % hindered ({reasons}); "
        f"{outcome.later_pay} first deliveries paid a day later"
    )
    return outcome.hindered_share <= MAX_HINDERED_PERCENT


if __name__ == "__main__":
    sys.exit(main())
