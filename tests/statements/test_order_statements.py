"""What one order costs in Postgres: the statements and commits of each act, pinned, so that a change of them is seen.

A statement costs Python more than Postgres. When a number here rises, say in the commit what it buys. When one falls,
write the lower one. `-s` prints the table, and `--log-level=DEBUG` on a failure each statement.
"""

from collections import Counter
from collections.abc import Mapping
from types import MappingProxyType

import pytest

from domain.settings.logs import get_logger
from sandbox.telegram.telegram_server import running_telegram
from tests.stack.campus_setup import running_bot_stack
from tests.statements.played_order import PlayedOrder, play_order
from tests.statements.product_stack import running_product
from tests.statements.statement_count import counted_statements
from workers.telegram import order_message_sender

ALL_ANSWERED_SECONDS = 10.0

log = get_logger(__name__)

# act: statements of the bot, of the worker; commits of both
COSTS: Mapping[str, tuple[int, int, int]] = MappingProxyType(
    {
        "place": (24, 25, 8),
        "claim": (21, 14, 7),
        "bought": (6, 0, 1),
        "bought_estimate": (14, 7, 5),
        "picked_up": (9, 3, 3),
        "here": (12, 7, 5),
        "pin": (19, 68, 17),
    }
)


async def test_each_act_of_an_order_sends_so_many_statements(
    database_url: str, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A slow machine would record some order messages alone, which the sender does with slow answers.
    monkeypatch.setattr(order_message_sender, "ANSWERED_TOGETHER_SECONDS", ALL_ANSWERED_SECONDS)
    async with (
        running_telegram() as telegram_url,
        running_bot_stack(database_url, redis_url, telegram_url, webhooks=True, names=("north",)) as bot,
        running_product(bot) as stack,
    ):
        with counted_statements(stack.worker_pool) as counter:
            await play_order(stack, counter)  # what is made once for the campus is made here
            played = await play_order(stack, counter)
        assert (await bot.order_row(played.order_id))["status"] == "COMPLETED"
    found = {act: (len(sent.bot), len(sent.worker), sent.commits) for act, sent in played.sent.items()}
    print_table(played)
    assert found == COSTS


def print_table(played: PlayedOrder) -> None:
    """Print the costs of the acts and of the whole order, and the most frequent statements; log each statement."""
    print(f"\n{'':16}{'bot':>6}{'worker':>8}{'commits':>9}{'round trips':>13}")
    for act, sent in played.sent.items():
        print(f"{act:16}{len(sent.bot):6}{len(sent.worker):8}{sent.commits:9}{sent.round_trips:13}")
        for place, statements in (("bot", sent.bot), ("worker", sent.worker)):
            for statement in statements:
                log.debug("statement_sent", act=act, place=place, statement=statement)
    all_sent = played.sent.values()
    counts = Counter(statement[:100] for sent in all_sent for statement in (*sent.bot, *sent.worker))
    numbers = [sum(len(sent.bot) for sent in all_sent), sum(len(sent.worker) for sent in all_sent)]
    numbers += [sum(sent.commits for sent in all_sent), sum(sent.round_trips for sent in all_sent)]
    print("{:16}{:6}{:8}{:9}{:13}".format("an order", *numbers))
    for statement, times in counts.most_common(20):
        print(f"{times:4} {statement}")
