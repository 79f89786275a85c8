"""A job from the claim to the hand-over."""

import re

from bot.home import MENU, help_out
from bot.replies import Answer, EditMenu, NewMessage, Replies, Screen
from bot.turn import Turn
from domain.buttons import Button, Style, Tap
from domain.draft import Expects
from domain.errors import HoldNotChecked, OrderClosed
from domain.money import read_amount
from domain.order import Order, OrderEvent, OrderStatus, allowed
from domain.people import Action
from domain.store.drafts import expect, expect_nothing
from domain.store.orders import find_order, open_jobs
from domain.store.use_cases import running
from domain.store.use_cases.permission import require_job

PIN = re.compile(r"[0-9]{4}")


async def claim(turn: Turn) -> Replies:
    """[Claim]: the toast says what really happened; a loser's is the refusal's sentence."""
    order = await running.claim(turn.work, turn.campus, turn.member, turn.subject)
    return (Answer(turn.plain("bot-claimed", order=order.id), alert=True),)


async def ask_release(turn: Turn) -> Replies:
    """[Can't do it] asks once."""
    order = await _job(turn, Action.RELEASE, OrderEvent.RELEASED)
    keep = turn.button("bot-button-keep-job", Tap.OPEN_ORDER, order.id, MENU)
    sure = turn.button("bot-button-release-sure", Tap.RELEASE_SURE, order.id, order.version, style=Style.DANGER)
    return (NewMessage(Screen(turn.say("bot-release-sure", order=order.id), ((keep, sure),))),)


async def release(turn: Turn) -> Replies:
    """[Yes, give it back]."""
    order = await running.release(turn.work, turn.campus, turn.member, turn.subject)
    await expect_nothing(turn.work, turn.campus.id, turn.member.person_id)
    return (EditMenu(Screen(turn.say("bot-released", order=order.id), (_home(turn),))),)


async def ask_receipt(turn: Turn) -> Replies:
    """[I bought it]: what does the receipt say?"""
    order = await _job(turn, Action.BUY, OrderEvent.BOUGHT)
    if not order.hold_checked:
        raise HoldNotChecked
    await expect(turn.work, turn.campus.id, turn.member.person_id, Expects.RECEIPT, order.id)
    estimate = turn.money(order.price.items)
    as_estimated = turn.button(
        "bot-button-as-estimated", Tap.BOUGHT_AS_ESTIMATED, order.id, order.version, amount=estimate
    )
    text = turn.say("bot-ask-receipt", order=order.id, limit=turn.money(order.price.shop_limit), example=estimate)
    return (NewMessage(Screen(text, ((as_estimated,), _home(turn)))),)


async def bought_as_estimated(turn: Turn) -> Replies:
    """[As estimated]: the receipt says what the customer expected."""
    order = await _job(turn, Action.BUY, OrderEvent.BOUGHT)
    return (EditMenu(await _bought(turn, order.id, order.price.items)),)


async def typed_receipt(turn: Turn) -> Replies:
    """The receipt's amount."""
    receipt = read_amount(turn.typed, turn.campus.currency)
    return (NewMessage(await _bought(turn, turn.asked_about, receipt)),)


async def _bought(turn: Turn, order_id: int, receipt: int) -> Screen:
    order = await running.buy(turn.work, turn.campus, turn.member, order_id, receipt)
    await expect_nothing(turn.work, turn.campus.id, turn.member.person_id)
    share = turn.money(order.runner_share or 0)
    text = turn.say("bot-bought", order=order.id, receipt=turn.money(receipt), share=share)
    return Screen(text, (_home(turn),))


async def pick_up(turn: Turn) -> Replies:
    """[Picked up]."""
    order = await running.pick_up(turn.work, turn.campus, turn.member, turn.subject)
    return (Answer(turn.plain("bot-picked-up", place=order.drop_point)),)


async def arrive(turn: Turn) -> Replies:
    """[I'm here]: the customer is told, and the next typed line is the PIN."""
    order = await running.arrive(turn.work, turn.campus, turn.member, turn.subject)
    await expect(turn.work, turn.campus.id, turn.member.person_id, Expects.PIN, order.id)
    return (Answer(turn.plain("bot-ask-pin"), alert=True),)


async def typed_pin(turn: Turn) -> Replies:
    """The PIN the customer showed; a line that can be none is not one of the five tries."""
    if PIN.fullmatch(turn.typed):
        return await _hand_over(turn, turn.asked_about)
    order = await find_order(turn.work, turn.campus.id, turn.asked_about)
    if not allowed(order.status, OrderEvent.DELIVERED):
        raise OrderClosed
    return (NewMessage(Screen(turn.say("bot-ask-pin"), (_home(turn),))),)


async def loose_line(turn: Turn) -> Replies:
    """Four digits, when nothing else is asked just now, are the PIN of the one job that has arrived; else some help."""
    if turn.private and PIN.fullmatch(turn.typed):
        jobs = await open_jobs(turn.work, turn.campus.id, turn.member.person_id)
        arrived = [job.id for job in jobs if job.status is OrderStatus.ARRIVED]
        if len(arrived) == 1:
            return await _hand_over(turn, arrived[0])
    return await help_out(turn)


async def _hand_over(turn: Turn, order_id: int) -> Replies:
    outcome = await running.hand_over(turn.work, turn.campus, turn.member, order_id, turn.typed)
    match outcome:
        case running.WrongPinTyped(tries_left=0):
            await expect_nothing(turn.work, turn.campus.id, turn.member.person_id)
            return (NewMessage(Screen(turn.say("error-pin-locked"), (_home(turn),))),)
        case running.WrongPinTyped(tries_left=left):
            return (NewMessage(Screen(turn.say("bot-wrong-pin", left=left))),)
        case running.HandedOver(order=order):
            await expect_nothing(turn.work, turn.campus.id, turn.member.person_id)
            share = turn.money(order.runner_share or 0)
            return (NewMessage(Screen(turn.say("bot-delivered", order=order.id, share=share), (_home(turn),))),)


async def _job(turn: Turn, action: Action, event: OrderEvent) -> Order:
    """The runner's own job, while the event is possible."""
    order = await find_order(turn.work, turn.campus.id, turn.subject)
    require_job(turn.member, action, order)
    if not allowed(order.status, event):
        raise OrderClosed
    return order


def _home(turn: Turn) -> tuple[Button, ...]:
    return (turn.button("bot-button-home", Tap.HOME, version=MENU),)
