"""`python -m bench.month`: a month of a platform that is paid out daily, with all that moves its money; then the audit.

Each day is played today: orders, refunds, disputes, what Stripe and people at its dashboard do, a comparison. Then it
is moved back by a day, in Postgres and at the stand-in for Stripe, so that the last day of the month is yesterday.
"""

import argparse
import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

from domain.campuses.people import Member
from domain.orders.states import Bearer, Order
from tests.scenarios.aging import SECONDS_PER_DAY, age
from tests.scenarios.reconciliation_setup import reconcile_all
from tests.scenarios.refund_setup import complete_refund
from tests.stack.shared_servers import PROJECT, TEMPLATE, make_template, running_shared_servers, with_path
from tests.stack.started_worker_stack import running_worker_stack
from tests.stack.worker_stack import WorkerStack

DAYS, ORDERS_PER_DAY = 30, 3
CURRENCY = "sgd"


@dataclass(slots=True, kw_only=True)
class Month:
    """The month as far as it was played."""

    stack: WorkerStack
    runner: Member
    customer: Member
    orders: list[Order] = field(default_factory=list)  # completed, and neither refunded nor disputed yet
    disputes: list[str] = field(default_factory=list)  # open
    payouts: list[str] = field(default_factory=list)
    decided: int = 0  # disputes
    done: dict[str, int] = field(default_factory=dict)  # what happened -> how often

    async def at_dashboard(self, act: str, object_id: str, **form: object) -> dict[str, Any]:
        """Do something at Stripe's dashboard."""
        done: dict[str, Any] = await self.stack.control_stripe(f"dashboard/{act}/{object_id}", **form)
        return done

    async def payment_of(self, order: Order) -> dict[str, Any]:
        """The captured payment of an order."""
        (found,) = [one for one in await self.stack.intents(order.id) if one["status"] == "succeeded"]
        return found


async def cancel_order(month: Month) -> None:
    """A customer cancels, and their hold is released."""
    order = await month.stack.open_order(month.customer)
    await month.stack.cancel(month.customer, order)
    await month.stack.run_due()


async def refund_by_admin(month: Month) -> None:
    """An admin refunds a part; the platform bears it."""
    await complete_refund(month.stack, month.orders.pop(0), 230)


async def refund_from_runner(month: Month) -> None:
    """An admin refunds a part; the runner bears it, and a part of the transfer is reversed."""
    await complete_refund(month.stack, month.orders.pop(0), 150, Bearer.RUNNER)


async def refund_at_dashboard(month: Month) -> None:
    """Somebody refunds in Stripe's dashboard."""
    payment = await month.payment_of(month.orders.pop(0))
    await month.at_dashboard("refund_payment", payment["id"], amount=120)


async def open_dispute(month: Month) -> None:
    """A cardholder disputes a payment."""
    payment = await month.payment_of(month.orders.pop(0))
    month.disputes.append((await month.at_dashboard("open_dispute", payment["latest_charge"]))["id"])


async def decide_dispute(month: Month) -> None:
    """The bank decides the oldest dispute: won and lost in turn."""
    dispute = month.disputes.pop(0)
    await month.at_dashboard("answer_dispute", dispute)
    await month.at_dashboard("lose_dispute" if month.decided % 2 else "win_dispute", dispute)
    month.decided += 1


async def pay_out(month: Month) -> None:
    """Stripe pays out what is available, as it does by itself each day."""
    available = (await month.stack.context.stripe.v1.balance.retrieve_async()).available
    if sum(one.amount for one in available if one.currency == CURRENCY) > 0:
        month.payouts.append((await month.at_dashboard("pay_out_platform", CURRENCY))["id"])


async def fail_pay_out(month: Month) -> None:
    """The platform's bank sends the newest pay-out back."""
    await month.at_dashboard("fail_payout", month.payouts.pop())


async def top_up(month: Month) -> None:
    """Somebody adds money from the platform's bank."""
    await month.at_dashboard("top_up", CURRENCY, amount=20_000)


async def take_fees(month: Month) -> None:
    """Stripe takes its fee for connected accounts, with tax."""
    await month.at_dashboard("move_balance", CURRENCY, type="stripe_fee", amount=-200)
    await month.at_dashboard("move_balance", CURRENCY, type="tax_fee", amount=-18)


async def reserve(month: Month) -> None:
    """Stripe keeps something back, and lets a part of it go."""
    await month.at_dashboard("move_balance", CURRENCY, type="reserve_transaction", amount=-500)
    await month.at_dashboard("move_balance", CURRENCY, type="reserved_funds", amount=300)


async def sell_elsewhere(month: Month) -> None:
    """Another shop of the account's owner sells something, and refunds a part."""
    params: Any = {"amount": 1_900, "currency": CURRENCY, "payment_method": "pm_card_visa", "confirm": True}
    made = await month.stack.context.stripe.v1.payment_intents.create_async(params | {"return_url": "https://t.me/x"})
    await month.at_dashboard("refund_payment", made.id, amount=400)


# What happens -> its first day, and then each how many days. In three days everything happens.
CALENDAR: Mapping[Callable[[Month], Awaitable[None]], tuple[int, int]] = MappingProxyType(
    {
        top_up: (0, 7),
        sell_elsewhere: (0, 4),
        cancel_order: (0, 3),
        refund_at_dashboard: (0, 6),
        open_dispute: (0, 4),
        refund_by_admin: (1, 4),
        refund_from_runner: (1, 5),
        take_fees: (1, 7),
        reserve: (1, 10),
        decide_dispute: (2, 4),
        fail_pay_out: (2, 9),
        pay_out: (0, 1),
    }
)


async def play_month(stack: WorkerStack, *, days: int, orders_per_day: int) -> Month:
    """Play these days and return what happened."""
    customer, runner = await stack.add_member(), await stack.add_member(runner=True, card=None)
    month = Month(stack=stack, customer=customer, runner=runner)
    for day in range(days):
        for _ in range(orders_per_day):
            order = await stack.delivered_order(runner, customer)
            await stack.run_due()
            month.orders.append(await stack.order(order.id))
        for happens, (first, interval) in CALENDAR.items():
            if day >= first and (day - first) % interval == 0:
                await happens(month)
                month.done[happens.__name__] = month.done.get(happens.__name__, 0) + 1
        await reconcile_all(stack)
        await age(stack, 1)
        await stack.control_stripe("history", older=SECONDS_PER_DAY)
        await stack.sql("UPDATE list_cursor SET due_at = now()")
    await reconcile_all(stack)
    return month


async def run(server_url: str, folder: Path, *, days: int, orders_per_day: int) -> int:
    """Play the month, print what happened, and return the exit code of the audit."""
    await make_template(server_url)
    url = with_path(server_url, TEMPLATE)
    began = time.monotonic()
    async with running_worker_stack(url, folder) as stack:
        month = await play_month(stack, days=days, orders_per_day=orders_per_day)
        print(f"{days} days, {days * orders_per_day} completed orders, {time.monotonic() - began:.0f} s")
        print(", ".join(f"{name}: {count}" for name, count in sorted(month.done.items())))
        settings = {"DATABASE_URL": url, "STRIPE_API_URL": stack.stripe_url, "STRIPE_SECRET_KEY": "sk_test_stack"}
        command = [sys.executable, "-m", "workers.audit"]
        audit = await asyncio.create_subprocess_exec(*command, cwd=PROJECT, env=os.environ | settings)
        return await audit.wait()


def main() -> int:
    """Play it with temporary data."""
    parser = argparse.ArgumentParser(prog="python -m bench.month", description=__doc__)
    parser.add_argument("--days", type=int, default=DAYS, help="days (default: %(default)s)")
    parser.add_argument("--orders", type=int, default=ORDERS_PER_DAY, help="orders a day (default: %(default)s)")
    options = parser.parse_args()
    with running_shared_servers() as servers, tempfile.TemporaryDirectory() as folder:
        return asyncio.run(run(servers.postgres_url, Path(folder), days=options.days, orders_per_day=options.orders))


if __name__ == "__main__":
    sys.exit(main())
