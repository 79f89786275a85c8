"""How an admin gives money back: who bears it, how much and why, a look at the parts, and only then the yes.

In the admin chat nothing typed is an answer, so the command with all of it is the way there.
"""

from dataclasses import dataclass

from bot.admin.acts import by_command
from bot.admin.steering import NUMBER, board_button, look_around, require_desk, told
from bot.home import MENU
from bot.replies import EditMenu, NewMessage, Replies, Rows, Screen
from bot.turn import Turn, cut
from domain.buttons import Button, Style, Tap
from domain.draft import Expects
from domain.errors import NothingToRefund, Stale
from domain.money import read_amount
from domain.order import Bearer, Order, OrderStatus
from domain.people import Action, may
from domain.refunds import Refundable, RefundParts, divide_refund
from domain.store.drafts import expect, expect_nothing, expected
from domain.store.people import find_member
from domain.store.refunds import refunds_of
from domain.store.use_cases import refunding, steering

BEARERS = (Bearer.PLATFORM, Bearer.RUNNER)
ALL = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A refund in an admin's words; `amount` in minor units, None is all that is left."""

    order_id: int
    amount: int | None
    bearer: Bearer
    reason: str


def refund_rows(turn: Turn, order: Order) -> Rows:
    """[Refund…], on an order that was paid and in which the admin has no part."""
    own = turn.member.person_id in (order.customer_id, order.runner_id)
    if order.status is not OrderStatus.COMPLETED or not may(turn.member.roles, Action.REFUND_ANY, own=own):
        return ()
    return ((turn.button("bot-button-refund", Tap.REFUND, order.id, style=Style.DANGER),),)


async def ask(turn: Turn) -> Replies:
    """[Refund…]: what was paid, what went back, and who shall bear it."""
    await look_around(turn)
    order, rest = await refunding.look(turn.work, turn.campus, turn.member, turn.subject)
    if rest.left <= 0:
        raise NothingToRefund
    if not turn.private:
        return (by_command(turn, f"/refund {order.id} 2.00 platform reason"),)
    text = turn.say(
        "bot-refund-who",
        order=order.id,
        paid=turn.money(rest.paid),
        back=turn.money(rest.paid - rest.left),
        left=turn.money(rest.left),
        runner=await _name(turn, order.runner_id),
        hers=turn.money(rest.hers),
    )
    ours = turn.button("bot-button-refund-platform", Tap.REFUND_BEARER, order.id, 1)
    hers = turn.button("bot-button-refund-runner", Tap.REFUND_BEARER, order.id, 2)
    return (EditMenu(Screen(text, ((_leave(turn, order.id),), (ours, hers) if rest.hers else (ours,)))),)


async def ask_how_much(turn: Turn) -> Replies:
    """[We bear it], [The runner bears it]: the next typed line says how much, and why."""
    require_desk(turn)
    if not turn.private or not 1 <= turn.version <= len(BEARERS):
        raise Stale
    order, rest = await refunding.look(turn.work, turn.campus, turn.member, turn.subject)
    bearer = BEARERS[turn.version - 1]
    await expect(turn.work, turn.campus.id, turn.member.person_id, Expects.REFUND, order.id, detail=bearer)
    text = turn.say("bot-refund-how-much", order=order.id, left=turn.money(rest.left))
    return (EditMenu(Screen(text, ((_leave(turn, order.id),),))),)


async def typed(turn: Turn) -> Replies:
    """How much, and why: shown once more with who bears what; anything unclear keeps the question open."""
    require_desk(turn)
    bearer, _, _ = await _detail(turn)
    amount, _, why = turn.typed.strip().partition(" ")
    asked = _read(turn, turn.asked_about, amount, bearer, why)
    if asked is None:
        return (NewMessage(told(turn, turn.say("bot-refund-unclear"))),)
    order, rest = await refunding.look(turn.work, turn.campus, turn.member, asked.order_id)
    parts = divide_refund(rest, asked.amount, asked.bearer)
    detail = f"{bearer} {parts.amount} {asked.reason}"
    await expect(turn.work, turn.campus.id, turn.member.person_id, Expects.REFUND, order.id, detail=detail)
    return (NewMessage(await _confirm(turn, order, rest, parts, asked.reason)),)


async def _confirm(turn: Turn, order: Order, rest: Refundable, parts: RefundParts, why: str) -> Screen:
    text = turn.say(
        "bot-refund-sure",
        order=order.id,
        amount=turn.money(parts.amount),
        paid=turn.money(rest.paid),
        customer=await _name(turn, order.customer_id),
        runner=await _name(turn, order.runner_id),
        ours=turn.money(parts.ours),
        hers=turn.money(parts.hers),
        reason=why,
    )
    amount = turn.money(parts.amount)
    sure = turn.button(
        "bot-button-refund-sure", Tap.REFUND_SURE, order.id, parts.amount, style=Style.DANGER, amount=amount
    )
    return Screen(text, ((_leave(turn, order.id),), (sure,)))


async def give(turn: Turn) -> Replies:
    """[Yes, refund S$2.00]: what was shown, once; Stale when something else was asked meanwhile."""
    require_desk(turn)
    bearer, amount, why = await _detail(turn, turn.subject)
    if amount is None or amount != turn.version:
        raise Stale
    asked = Asked(order_id=turn.subject, amount=amount, bearer=bearer, reason=why)
    screen = await _give(turn, asked)
    await expect_nothing(turn.work, turn.campus.id, turn.member.person_id)
    return (EditMenu(screen),)


async def command(turn: Turn) -> Replies:
    """/refund NUMBER amount|all platform|runner reason."""
    require_desk(turn)
    number, amount, bearer, why = (*turn.arguments.split(maxsplit=3), "", "", "", "")[:4]
    found = NUMBER.fullmatch(number)
    if found is None or bearer.lower() not in tuple(Bearer) or not why:
        return (NewMessage(told(turn, turn.say("bot-usage-refund"))),)
    asked = _read(turn, int(found[1]), amount, Bearer(bearer.lower()), why)
    if asked is None:
        return (NewMessage(told(turn, turn.say("bot-usage-refund"))),)
    return (NewMessage(await _give(turn, asked)),)


async def _give(turn: Turn, asked: Asked) -> Screen:
    await refunding.give(turn.work, turn.campus, turn.member, asked.order_id, asked.amount, asked.bearer, asked.reason)
    made = (await refunds_of(turn.work, asked.order_id))[-1]
    text = turn.say(
        "bot-refunding",
        order=made.order_id,
        amount=turn.money(made.amount),
        ours=turn.money(made.ours),
        hers=turn.money(made.hers),
        reason=made.reason,
    )
    look = turn.button("bot-button-open-order", Tap.ADMIN_ORDER, made.order_id, MENU)
    return Screen(text, ((board_button(turn), look),))


def _read(turn: Turn, order_id: int, amount: str, bearer: Bearer, why: str) -> Asked | None:
    """A refund of what was typed; None without a reason, Unreadable when the amount is none."""
    reason = cut(" ".join(why.split()), steering.LONGEST_REASON)
    if not reason:
        return None
    minor = None if amount.lower() == ALL else read_amount(amount, turn.campus.currency)
    return Asked(order_id=order_id, amount=minor, bearer=bearer, reason=reason)


async def _detail(turn: Turn, order_id: int | None = None) -> tuple[Bearer, int | None, str]:
    """What is chosen so far, perhaps for this very order: who bears it, and what the last screen showed.

    Stale when nothing, or something else, is asked.
    """
    asked = await expected(turn.work, turn.campus.id, turn.member.person_id)
    if asked is None or asked.expects is not Expects.REFUND or asked.detail is None:
        raise Stale
    if order_id is not None and asked.subject != order_id:
        raise Stale
    bearer, amount, why = (*asked.detail.split(" ", 2), "", "")[:3]
    return Bearer(bearer), int(amount) if amount else None, why


def _leave(turn: Turn, order_id: int) -> Button:
    return turn.button("bot-button-leave", Tap.ADMIN_ORDER, order_id, MENU)


async def _name(turn: Turn, person_id: int | None) -> str:
    return "-" if person_id is None else (await find_member(turn.work, turn.campus.id, person_id)).first_name
