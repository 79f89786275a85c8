"""At the door: the PIN, and, when the PIN or the customer does not come, a photo of the food where it was left."""

import re

from bot.home import MENU, home_button
from bot.replies import Answer, EditMenu, NewMessage, Replies, Screen
from bot.runner.receipt import early_receipt, later_receipt
from bot.turn import Turn
from domain.buttons import Button, Style, Tap
from domain.draft import Expects
from domain.errors import OrderClosed
from domain.order import Order, OrderEvent, OrderStatus, allowed
from domain.people import Action
from domain.store.drafts import expect, expect_nothing
from domain.store.orders import find_order, open_jobs
from domain.store.people import find_member
from domain.store.use_cases import evidence, running
from domain.store.use_cases.permission import require_job

PIN = re.compile(r"(?<![0-9])[0-9]{4}(?![0-9])")


async def arrive(turn: Turn) -> Replies:
    """[I'm here]: the customer is told, and the next typed line is the PIN, also if the card was quicker."""
    on_note = turn.version == MENU
    order = await find_order(turn.work, turn.campus.id, turn.subject)
    require_job(turn.member, Action.ARRIVE, order)
    if not (on_note and order.status is OrderStatus.ARRIVED):
        order = await running.arrive(turn.work, turn.campus, turn.member, turn.subject)
    await expect(turn.work, turn.campus.id, turn.member.person_id, Expects.PIN, order.id)
    if on_note:
        return (EditMenu(Screen(turn.say("bot-ask-pin"), ((home_button(turn),),))),)
    return (Answer(turn.plain("bot-ask-pin"), alert=True),)


async def typed_pin(turn: Turn) -> Replies:
    """The PIN the customer showed; a line that can be none is not one of the five tries.

    Where a photo is asked for, a line with four digits in it may be about a room: there they must stand alone.
    """
    proving = turn.dialogue is not None and turn.dialogue.expects is Expects.PROOF
    pin = pin_in(turn.typed)
    if pin is not None and (pin == turn.typed or not proving):
        return await hand_over(turn, turn.asked_about, pin)
    order = await find_order(turn.work, turn.campus.id, turn.asked_about)
    if not allowed(order.status, OrderEvent.DELIVERED):
        raise OrderClosed
    wanted = "bot-leave-photo-wanted" if proving else "bot-ask-pin"
    return (NewMessage(Screen(turn.say(wanted), ((home_button(turn),),))),)


def pin_in(typed: str) -> str | None:
    """The four digits of `1234!` or `pin is 1234`; None when there are none, or two to choose from."""
    found = PIN.findall(typed)
    return found[0] if len(found) == 1 else None


async def hand_over(turn: Turn, order_id: int, pin: str) -> Replies:
    """Try the PIN that was typed."""
    outcome = await running.hand_over(turn.work, turn.campus, turn.member, order_id, pin)
    match outcome:
        case running.WrongPinTyped(tries_left=0):
            await expect_nothing(turn.work, turn.campus.id, turn.member.person_id)
            order = await find_order(turn.work, turn.campus.id, order_id)
            return (NewMessage(Screen(turn.say("error-pin-locked"), ((_leave(turn, order),), (home_button(turn),)))),)
        case running.WrongPinTyped(tries_left=left):
            return (NewMessage(Screen(turn.say("bot-wrong-pin", left=left))),)
        case running.HandedOver(order=order):
            return await _delivered(turn, order)


async def ask_leave(turn: Turn) -> Replies:
    """[Leave it, send photo]: what that means, and the way back first; the next photo is the proof."""
    order = await find_order(turn.work, turn.campus.id, turn.subject)
    require_job(turn.member, Action.DELIVER, order)
    await evidence.require_leaving(turn.work, order)
    return (NewMessage(await _leave_screen(turn, order)),)


async def _leave_screen(turn: Turn, order: Order) -> Screen:
    await expect(turn.work, turn.campus.id, turn.member.person_id, Expects.PROOF, order.id)
    customer = await find_member(turn.work, turn.campus.id, order.customer_id)
    stay = turn.button("bot-button-stay", Tap.STAY, order.id, MENU)
    text = turn.say("bot-leave", place=order.drop_point, customer=customer.first_name)
    return Screen(text, ((stay,), (home_button(turn),)))


async def stay(turn: Turn) -> Replies:
    """[Keep waiting]: the next typed line is the PIN again."""
    order = await find_order(turn.work, turn.campus.id, turn.subject)
    require_job(turn.member, Action.DELIVER, order)
    if not allowed(order.status, OrderEvent.DELIVERED):
        raise OrderClosed
    await expect(turn.work, turn.campus.id, turn.member.person_id, Expects.PIN, order.id)
    return (EditMenu(Screen(turn.say("bot-stay"), ((home_button(turn),),))),)


async def shown_proof(turn: Turn) -> Replies:
    """The photo of the food where it was left."""
    order = await evidence.leave_with_photo(turn.work, turn.campus, turn.member, turn.asked_about, turn.photo or "")
    return await _delivered(turn, order)


async def photo_at_the_door(turn: Turn) -> Replies:
    """A photo where the PIN was asked for: what it means is asked once the food may be left, else it is a receipt."""
    order = await find_order(turn.work, turn.campus.id, turn.asked_about)
    require_job(turn.member, Action.DELIVER, order)
    return await _photo_of(turn, order)


async def loose_photo(turn: Turn) -> Replies:
    """A photo that nobody asked for: of the one job that is bought, or just being bought, if there is just one."""
    held = await open_jobs(turn.work, turn.campus.id, turn.member.person_id)
    if len(held) == 1 and held[0].status is OrderStatus.ACCEPTED:
        return await early_receipt(turn, held[0])
    jobs = await evidence.bought_jobs(turn.work, turn.campus, turn.member)
    if len(jobs) == 1:
        return await _photo_of(turn, jobs[0])
    key = "bot-receipt-which" if jobs else "bot-photo-not-wanted"
    return (NewMessage(Screen(turn.say(key), ((home_button(turn),),))),)


async def _photo_of(turn: Turn, order: Order) -> Replies:
    """Delivering can't be taken back: no photo does it that was not asked for as the proof."""
    if await evidence.leaving(turn.work, order):
        return (NewMessage(await _leave_screen(turn, order)),)
    return await later_receipt(turn, order, turn.photo or "")


async def _delivered(turn: Turn, order: Order) -> Replies:
    await expect_nothing(turn.work, turn.campus.id, turn.member.person_id)
    share = turn.money(order.runner_share or 0)
    return (NewMessage(Screen(turn.say("bot-delivered", order=order.id, share=share), ((home_button(turn),),))),)


def _leave(turn: Turn, order: Order) -> Button:
    return turn.button("button-leave", Tap.LEAVE, order.id, order.version, style=Style.DANGER)
