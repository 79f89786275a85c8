"""Every command and tap of an admin is refused to everybody else, and to an admin in the runner group."""

from collections.abc import Awaitable, Callable

import pytest

from domain.campuses.people import RunnerStatus
from domain.campuses.tables import campus
from domain.messaging.buttons import Tap
from domain.saga.tables import saga
from tests.bot.conversation.leftover_presses import reset_rate_limit
from tests.stack.bot_stack import BotStack, Json
from tests.stack.delivered_order_setup import AdminChat
from tests.stack.order_setup import arrived_order, make_stuck_saga

pytestmark = pytest.mark.drill


async def _admin_actions(
    stack: BotStack,
) -> tuple[list[str], list[tuple[Tap, int, int]], Callable[[], Awaitable[Json]]]:
    """Every command and tap of an admin on existing subjects, and a snapshot of what must not change."""
    (order_id, _, ana), number = await arrived_order(stack), await make_stuck_saga(stack)
    asking = await stack.add_person("Ben", runner_status=RunnerStatus.ASKED)
    about = [f"/{name} {order_id} why" for name in ("cancel", "release", "finish")]
    about += [
        f"/close {order_id} platform why",
        f"/suspend {ana.id} why",
        f"/unsuspend {ana.id}",
        "/pause why",
        "/resume",
    ]
    about += ["/approve", f"/approve {asking.id}", f"/order {order_id}", "/board", "/runners", "/stuck"]
    taps = [
        (Tap.ADMIN_ACTION, order_id, 3),
        (Tap.ADMIN_ACTION_SURE, order_id, 3),
        (Tap.ADMIN_ORDER, order_id, 1),
        (Tap.BOARD, 0, 1),
    ]
    taps += [(Tap.RUNNERS, 0, 1), (Tap.SUSPEND, ana.id, 1), (Tap.SUSPEND_SURE, ana.id, 1), (Tap.UNSUSPEND, ana.id, 1)]
    taps += [(Tap.APPROVE, asking.id, 0), (Tap.RETRY, number, 0), (Tap.PAY_AGAIN, order_id, 0)]

    async def facts() -> Json:
        people = [await stack.runner_status(each) for each in (ana, asking)]
        (row,) = await stack.rows(saga, saga.c.number == number)
        return (
            await stack.status(order_id),
            people,
            row["status"],
            (await stack.row(campus, campus.c.id == stack.campuses["north"]))["paused"],
        )

    return about, taps, facts


@pytest.mark.parametrize(
    ("runner_status", "place"),
    [
        (RunnerStatus.NONE, "private"),
        (RunnerStatus.NONE, "admin chat"),
        (RunnerStatus.APPROVED, "private"),
        (RunnerStatus.APPROVED, "runners"),
        (RunnerStatus.SUSPENDED, "private"),
    ],
)
async def test_nobody_else_uses_admin_commands(
    stack: BotStack, runner_status: RunnerStatus, place: str, admin_chat: AdminChat
) -> None:
    commands, taps, facts = await _admin_actions(stack)
    before, eve = await facts(), await stack.add_person("Eve", runner_status=runner_status)
    await stack.control_telegram(
        "groups", id=admin_chat.chat, title="Desk", members=[eve.id, admin_chat.sam.id], bots=["north_bot"]
    )
    chat = {"private": None, "runners": stack.groups["north"], "admin chat": admin_chat.chat}[place]
    for command in commands:
        await reset_rate_limit(stack, eve)
        await eve.write(command, chat)
        if place == "runners":
            assert "in our private chat" in await eve.text(chat), command
        elif place == "admin chat":
            assert not any(each["from"]["is_bot"] for each in await eve.messages(chat)), command
        else:
            assert "not yours" in await eve.text(chat), command
    await admin_chat.sam.write("/runners", admin_chat.chat)  # a message with buttons
    for tap, subject, argument in taps:
        await reset_rate_limit(stack, eve)
        assert "not yours" in (await eve.tap(tap, subject, argument, chat=chat))["text"], tap
    assert await facts() == before


async def test_an_admin_command_does_nothing_in_front_of_the_runners(stack: BotStack) -> None:
    commands, taps, facts = await _admin_actions(stack)
    before, sam, group = await facts(), await stack.add_admin(), stack.groups["north"]
    await sam.write("/start@north_bot", group)
    for command in commands:
        await reset_rate_limit(stack, sam)
        assert "not yours" in await sam.answer_to(command, group), command
    for tap, subject, argument in taps:
        await reset_rate_limit(stack, sam)
        assert "not yours" in (await sam.tap(tap, subject, argument, chat=group))["text"], tap
    assert await facts() == before


async def test_a_check_is_asked_for_once_at_a_time(stack: BotStack, admin_chat: AdminChat) -> None:
    assert "answer comes here within a minute" in await admin_chat.answer_to("/check")
    assert "A check runs already" in await admin_chat.answer_to("/check@north_bot")
    kept = await stack.row(saga, saga.c.kind == "check_setup")
    assert (kept["data"], kept["person_id"]) == ({"chat_id": admin_chat.chat}, admin_chat.sam.id)
    await stack.delete_rows(saga, saga.c.kind == "check_setup")
    await (await stack.add_customer()).write("/check")
    assert not await stack.rows(saga, saga.c.kind == "check_setup")
