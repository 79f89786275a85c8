"""Tests that /why tells the customer and the runner of an order where its money was, and nobody else."""

from tests.stack.bot_stack import BotStack, BotUser
from tests.stack.delivered_order_setup import deliver_order


async def test_both_sides_read_where_the_money_was(stack: BotStack) -> None:
    mei, ana, order_id = await deliver_order(stack)
    for one in (mei, ana):
        said = await one.answer_to(f"/why {order_id}")
        assert f"#{order_id}" in said
    assert "Money is set aside on the card" in await mei.answer_to(f"/why #{order_id}")


async def test_nobody_else_reads_it_and_a_bare_command_says_how_to_write_it(stack: BotStack, sam: BotUser) -> None:
    _, _, order_id = await deliver_order(stack)
    assert "set aside" not in await sam.answer_to(f"/why {order_id}")
    assert "/why 12" in await sam.answer_to("/why")
