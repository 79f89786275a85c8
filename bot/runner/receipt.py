"""What the shop's receipt says: its amount, its photo, and the ways out when the shop wants too much."""

from bot.home import MENU, home_button
from bot.replies import Answer, EditMenu, NewMessage, Replies, Screen
from bot.turn import Turn
from domain.buttons import Style, Tap
from domain.draft import Expects
from domain.errors import HoldNotChecked, OrderClosed, ReceiptAboveLimit, Unreadable
from domain.money import read_amount
from domain.order import Order, OrderEvent, allowed
from domain.people import Action
from domain.store.drafts import expect, expect_nothing
from domain.store.orders import find_order
from domain.store.people import find_member
from domain.store.use_cases import evidence, raising, running
from domain.store.use_cases.permission import require_job

MOST_WANTED = 999_999_999  # minor units; what callback data holds


async def ask_receipt(turn: Turn) -> Replies:
    """[I bought it]: what does the receipt say?"""
    order = await _job(turn, turn.subject)
    if not order.hold_checked:
        raise HoldNotChecked
    await expect(turn.work, turn.campus.id, turn.member.person_id, Expects.RECEIPT, order.id)
    return (NewMessage(_asking(turn, order, "bot-ask-receipt")),)


async def bought_as_estimated(turn: Turn) -> Replies:
    """[As estimated]: the receipt says what the customer expected."""
    order = await _job(turn, turn.subject)
    return (EditMenu(await _bought(turn, order, order.price.items)),)


async def typed_receipt(turn: Turn) -> Replies:
    """The receipt's amount."""
    receipt = read_amount(turn.typed, turn.campus.currency)
    order = await _job(turn, turn.asked_about)
    return (NewMessage(await _bought(turn, order, receipt)),)


async def shown_receipt(turn: Turn) -> Replies:
    """The receipt itself, its amount perhaps below it; without one the amount is asked for."""
    if turn.photo is None:
        raise OrderClosed
    return await _shown(turn, await _job(turn, turn.asked_about), turn.photo)


async def early_receipt(turn: Turn, job: Order) -> Replies:
    """A photo before [I bought it]: it says the same; HoldNotChecked while one should not have bought."""
    if not job.hold_checked:
        raise HoldNotChecked
    await expect(turn.work, turn.campus.id, turn.member.person_id, Expects.RECEIPT, job.id)
    return await _shown(turn, await _job(turn, job.id), turn.photo or "")


async def _shown(turn: Turn, job: Order, photo: str) -> Replies:
    order = await evidence.keep_receipt(turn.work, turn.campus, turn.member, job.id, photo)
    try:
        receipt = read_amount(turn.typed, turn.campus.currency)
    except Unreadable:
        return (NewMessage(_asking(turn, order, "bot-receipt-amount")),)
    return (NewMessage(await _bought(turn, order, receipt)),)


async def later_receipt(turn: Turn, order: Order, photo: str) -> Replies:
    """A photo of the receipt of a job that is bought already."""
    await evidence.keep_receipt(turn.work, turn.campus, turn.member, order.id, photo)
    customer = await find_member(turn.work, turn.campus.id, order.customer_id)
    kept = turn.say("bot-receipt-kept", order=order.id, customer=customer.first_name)
    return (NewMessage(Screen(kept, ((home_button(turn),),))),)


async def ask_customer(turn: Turn) -> Replies:
    """[Ask Mei]: her yes or no comes as a message of its own."""
    order = await raising.ask_customer(turn.work, turn.campus, turn.member, turn.subject, turn.version)
    customer = await find_member(turn.work, turn.campus.id, order.customer_id)
    limit, wanted = turn.money(order.price.shop_limit), turn.money(turn.version)
    return (Answer(turn.plain("bot-asked-customer", customer=customer.first_name, wanted=wanted, limit=limit), True),)


async def ask_admin(turn: Turn) -> Replies:
    """[Ask an admin]: the shop wants more than the limit; the button carries how much."""
    order = await _job(turn, turn.subject)
    limit = turn.money(order.price.shop_limit)
    if await evidence.ask_admins(turn.work, turn.campus, turn.member, order.id, turn.version):
        said = turn.plain("bot-asked-admins", order=order.id, limit=limit)
    else:
        said = turn.plain("bot-no-admins", limit=limit)
    return (Answer(said, alert=True),)


async def _bought(turn: Turn, order: Order, receipt: int) -> Screen:
    try:
        bought = await running.buy(turn.work, turn.campus, turn.member, order.id, receipt)
    except ReceiptAboveLimit:  # nothing was written: the question stands, and so does the photo that came with it
        return await _too_dear(turn, order, receipt)
    await expect_nothing(turn.work, turn.campus.id, turn.member.person_id)
    share = turn.money(bought.runner_share or 0)
    text = turn.say("bot-bought", order=order.id, receipt=turn.money(receipt), share=share)
    picked_up = turn.button("button-picked-up", Tap.PICKED_UP, order.id, MENU, style=Style.PRIMARY)
    return Screen(text, ((picked_up,), (home_button(turn),)))


def _asking(turn: Turn, order: Order, key: str) -> Screen:
    estimate = turn.money(order.price.items)
    as_estimated = turn.button(
        "bot-button-as-estimated", Tap.BOUGHT_AS_ESTIMATED, order.id, order.version, amount=estimate
    )
    text = turn.say(key, order=order.id, limit=turn.money(order.price.shop_limit), example=estimate)
    return Screen(text, ((as_estimated,), (home_button(turn),)))


async def _too_dear(turn: Turn, order: Order, wanted: int) -> Screen:
    name = (await find_member(turn.work, turn.campus.id, order.customer_id)).first_name
    ask_her = turn.button(
        "bot-button-ask-customer", Tap.ASK_CUSTOMER, order.id, min(wanted, MOST_WANTED), customer=name
    )
    ask = turn.button("bot-button-ask-admin", Tap.ASK_ADMIN, order.id, min(wanted, MOST_WANTED))
    give_back = turn.button("bot-button-give-back", Tap.RELEASE, order.id, order.version, style=Style.DANGER)
    text = turn.say("bot-too-dear", wanted=turn.money(wanted), limit=turn.money(order.price.shop_limit))
    return Screen(text, ((ask_her,), (ask,), (give_back, home_button(turn))))


async def _job(turn: Turn, order_id: int) -> Order:
    """The runner's own job, while it can be bought."""
    order = await find_order(turn.work, turn.campus.id, order_id)
    require_job(turn.member, Action.BUY, order)
    if not allowed(order.status, OrderEvent.BOUGHT):
        raise OrderClosed
    return order
