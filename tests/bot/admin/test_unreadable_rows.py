"""A row that cannot be shown takes down no list of the admins: its line says so, and the others are there."""

from types import ModuleType

import pytest

from bot.admin import cases, roster
from bot.admin.money import debts
from bot.admin.operations import dead_letters, discrepancies, stuck_sagas
from bot.admin.orders import board
from domain.orders.tables import orders
from tests.bot.admin.test_board import find_on_board
from tests.stack.bot_stack import BotStack, BotUser
from tests.stack.order_setup import make_stuck_saga, open_order

NOT_SHOWN = "cannot be shown, see the log"


async def page_with(sam: BotUser, words: str) -> str:
    """The page of the list on the screen that has these words."""
    while words not in await sam.text():
        await sam.press("▶")
    return await sam.text()


async def test_one_broken_order_does_not_take_down_the_board(stack: BotStack) -> None:
    sam, (broken, _), (whole, _) = await stack.add_admin(), await open_order(stack), await open_order(stack)
    await stack.update_rows(orders, orders.c.id == broken, items=[{"quantity": 1}])
    try:
        assert f"#{whole} Koufu" in await find_on_board(sam, whole)
        await sam.write("/board")
        assert f"#{broken}: {NOT_SHOWN}" in await page_with(sam, f"#{broken}")
    finally:
        await stack.update_rows(orders, orders.c.id == broken, items=[])


@pytest.mark.parametrize(
    ("command", "module", "line"),
    [
        ("/board", board, "_order_line"),
        ("/stuck", stuck_sagas, "describe_stuck_saga"),
        ("/runners", roster, "_runner_line"),
    ],
)
async def test_a_line_that_fails_leaves_its_number(
    stack: BotStack, monkeypatch: pytest.MonkeyPatch, command: str, module: ModuleType, line: str
) -> None:
    await open_order(stack)
    await make_stuck_saga(stack)
    await stack.add_runner()
    sam = await stack.add_admin()
    monkeypatch.setattr(module, line, _fail)
    await sam.write(command)
    assert NOT_SHOWN in await sam.text()


def test_every_list_of_rows_is_built_line_by_line() -> None:
    listing = {"show_each", "look_up_each"}
    for module in (board, stuck_sagas, roster, cases, dead_letters, discrepancies, debts):
        assert listing & set(vars(module)), module


def _fail(*_: object) -> str:
    raise KeyError("name")
