"""What an admin may do to an order by hand: say what it means first, ask for the reason, then do it.

A tap leads to a screen that restates what will happen, the safe choice first; the reason is typed after the yes, and is
what carries it out. In the admin chat nothing typed is an answer, so the command with its reason is the way there.
"""

from enum import StrEnum
from typing import assert_never

from bot.admin.steering import NUMBER, board_button, look_around, reason_of, require_desk, told
from bot.home import MENU
from bot.replies import EditMenu, NewMessage, Replies, Rows, Screen
from bot.turn import Turn
from domain.buttons import Button, Style, Tap
from domain.draft import Expects
from domain.errors import OrderClosed, Stale
from domain.order import Bearer, Order, OrderEvent, OrderStatus, allowed
from domain.people import Action, may
from domain.store.drafts import expect, expect_nothing
from domain.store.people import find_member
from domain.store.use_cases import roster, steering


class Act(StrEnum):
    """Their place, from 1, is the version of their buttons: new ones go to the end."""

    CANCEL = "cancel"
    RELEASE = "release"
    FINISH = "finish"
    CLOSE = "close"  # asks who bears it
    CLOSE_PLATFORM = "close_platform"
    CLOSE_RUNNER = "close_runner"
    SUSPEND = "suspend"  # a runner, not an order


ACTS = tuple(Act)
_OFFERED = {
    Act.CANCEL: (Action.CANCEL_ANY, OrderEvent.CANCELLED_BY_ADMIN),
    Act.RELEASE: (Action.RELEASE_ANY, OrderEvent.RELEASED),
    Act.FINISH: (Action.FINISH_ANY, OrderEvent.FINISHED_BY_ADMIN),
    Act.CLOSE: (Action.CLOSE_ANY, OrderEvent.CLOSED_BY_ADMIN),
}
_EXAMPLES = {
    Act.CANCEL: "/cancel {} reason",
    Act.RELEASE: "/release {} reason",
    Act.FINISH: "/finish {} reason",
    Act.CLOSE: "/close {} runner|platform reason",
    Act.SUSPEND: "/suspend {} reason",
}


def act_buttons(turn: Turn, order: Order) -> Rows:
    """What this admin may do to this order now, in one row."""
    row = tuple(_act_button(turn, order, act) for act in _OFFERED if _possible(turn, order, act))
    return (row,) if row else ()


def _possible(turn: Turn, order: Order, act: Act) -> bool:
    action, happened = _OFFERED[act]
    own = turn.member.person_id in (order.customer_id, order.runner_id)
    if act is Act.FINISH:
        own = turn.member.person_id == order.runner_id
    legal = allowed(order.status, happened) or (act is Act.CANCEL and order.status is OrderStatus.PENDING)
    return legal and may(turn.member.roles, action, own=own)


def _act_button(turn: Turn, order: Order, act: Act) -> Button:
    version = ACTS.index(act) + 1
    match act:
        case Act.CANCEL:
            return turn.button("bot-button-act-cancel", Tap.ACT, order.id, version, style=Style.DANGER)
        case Act.RELEASE:
            return turn.button("bot-button-act-release", Tap.ACT, order.id, version)
        case Act.FINISH:
            return turn.button("bot-button-act-finish", Tap.ACT, order.id, version)
        case _:
            return turn.button("bot-button-act-close", Tap.ACT, order.id, version, style=Style.DANGER)


def _act_of(turn: Turn) -> Act:
    if not 1 <= turn.version <= len(ACTS):
        raise Stale
    return ACTS[turn.version - 1]


async def ask(turn: Turn) -> Replies:
    """[Cancel…], [Give back…], [Finish…], [Close…]: what it would mean, with the way back first."""
    await look_around(turn)
    act = _act_of(turn)
    if act not in _OFFERED:
        raise Stale
    order, _ = await steering.look_at(turn.work, turn.campus, turn.member, turn.subject)
    if not _possible(turn, order, act):
        raise OrderClosed
    if not turn.private:
        return (by_command(turn, example_of(act, turn.subject)),)
    return (EditMenu(await _meaning(turn, act, order)),)


def example_of(act: Act, subject: int) -> str:
    """The command that carries the act out on this order or person."""
    return _EXAMPLES[act].format(subject)


def by_command(turn: Turn, example: str) -> NewMessage:
    """In a group the reason comes with the command, which a tap on it copies."""
    return NewMessage(told(turn, turn.say("bot-write-with-reason", example=example)))


async def _meaning(turn: Turn, act: Act, order: Order) -> Screen:
    customer = (await find_member(turn.work, turn.campus.id, order.customer_id)).first_name
    runner = ""
    if order.runner_id is not None:
        runner = (await find_member(turn.work, turn.campus.id, order.runner_id)).first_name
    ceiling, share = turn.money(order.price.ceiling), turn.money(order.runner_share or 0)
    leave = (turn.button("bot-button-leave", Tap.ADMIN_ORDER, order.id, MENU),)
    match act:
        case Act.CANCEL:
            text = turn.say("bot-act-cancel", order=order.id, customer=customer, ceiling=ceiling)
            return Screen(text, (leave, (_sure(turn, "bot-button-sure-cancel", Act.CANCEL),)))
        case Act.RELEASE:
            text = turn.say("bot-act-release", order=order.id, runner=runner)
            return Screen(text, (leave, (_sure(turn, "bot-button-sure-release", Act.RELEASE),)))
        case Act.FINISH:
            total = turn.money(order.total or 0)
            text = turn.say(
                "bot-act-finish", order=order.id, customer=customer, runner=runner, total=total, share=share
            )
            return Screen(text, (leave, (_sure(turn, "bot-button-sure-finish", Act.FINISH),)))
        case Act.CLOSE:
            text = turn.say(
                "bot-act-close", order=order.id, customer=customer, runner=runner, ceiling=ceiling, share=share
            )
            platform = _sure(turn, "bot-button-sure-close-platform", Act.CLOSE_PLATFORM, share=share)
            hers = _sure(turn, "bot-button-sure-close-runner", Act.CLOSE_RUNNER)
            return Screen(text, (leave, (platform,), (hers,)))
        case Act.CLOSE_PLATFORM | Act.CLOSE_RUNNER | Act.SUSPEND:
            raise Stale
        case _:
            assert_never(act)


def _sure(turn: Turn, key: str, act: Act, **words: str) -> Button:
    return turn.button(key, Tap.ACT_SURE, turn.subject, ACTS.index(act) + 1, style=Style.DANGER, **words)


async def ask_reason(turn: Turn) -> Replies:
    """[Yes, ...]: the next typed line is the reason, and does it."""
    require_desk(turn)
    act = _act_of(turn)
    if not turn.private or act in (Act.CLOSE, Act.SUSPEND):
        raise Stale
    leave = turn.button("bot-button-leave", Tap.ADMIN_ORDER, turn.subject, MENU)
    return (EditMenu(await reason_wanted(turn, act, turn.subject, leave)),)


async def reason_wanted(turn: Turn, act: Act, subject: int, leave: Button) -> Screen:
    """Ask for the one line that carries the act out on this order or person."""
    await expect(turn.work, turn.campus.id, turn.member.person_id, Expects.ADMIN_REASON, subject, detail=act)
    return Screen(turn.say("bot-ask-reason", act=act, subject=str(subject)), ((leave,),))


async def typed_reason(turn: Turn) -> Replies:
    """The reason that was asked for; what cannot be one keeps the question open."""
    require_desk(turn)
    why = " ".join(turn.typed.split())
    if len(why) > steering.LONGEST_REASON:
        return (NewMessage(told(turn, turn.say("bot-reason-too-long", most=steering.LONGEST_REASON))),)
    detail = None if turn.dialogue is None else turn.dialogue.detail
    if detail is None or detail not in ACTS:
        raise Stale
    done = await carry_out(turn, Act(detail), turn.asked_about, why)
    await expect_nothing(turn.work, turn.campus.id, turn.member.person_id)
    return (NewMessage(done),)


async def carry_out(turn: Turn, act: Act, subject: int, why: str) -> Screen:
    """Do it to this order or person, for this reason."""
    look = turn.button("bot-button-open-order", Tap.ADMIN_ORDER, subject, MENU)
    match act:
        case Act.CANCEL:
            await steering.cancel(turn.work, turn.campus, turn.member, subject, why)
            said = turn.say("bot-cancelled-by-admin", order=subject, reason=why)
        case Act.RELEASE:
            await steering.take_back(turn.work, turn.campus, turn.member, subject, why)
            said = turn.say("bot-taken-back", order=subject, reason=why)
        case Act.FINISH:
            await steering.finish(turn.work, turn.campus, turn.member, subject, why)
            said = turn.say("bot-finished-by-admin", order=subject, reason=why)
        case Act.CLOSE_PLATFORM | Act.CLOSE_RUNNER:
            said = await _close(turn, subject, Bearer.PLATFORM if act is Act.CLOSE_PLATFORM else Bearer.RUNNER, why)
        case Act.SUSPEND:
            member = await roster.suspend(turn.work, turn.campus, turn.member, subject, why)
            back = turn.button("bot-button-runners", Tap.RUNNERS, 0, MENU)
            return Screen(turn.say("bot-suspended", name=member.first_name, reason=why), ((back,),))
        case Act.CLOSE:
            raise Stale
        case _:
            assert_never(act)
    return Screen(said, ((board_button(turn), look),))


async def _close(turn: Turn, order_id: int, bearer: Bearer, why: str) -> str:
    order = await steering.close_purchase(turn.work, turn.campus, turn.member, order_id, bearer, why)
    share = turn.money(order.runner_share or 0)
    return turn.say("bot-closed-by-admin", order=order_id, bearer=bearer, share=share, reason=why)


async def cancel(turn: Turn) -> Replies:
    """/cancel NUMBER reason: the reason is what both sides read, so there is none without."""
    return await _commanded(turn, Act.CANCEL, "bot-usage-cancel")


async def release(turn: Turn) -> Replies:
    """/release NUMBER reason: the job goes back to the group."""
    return await _commanded(turn, Act.RELEASE, "bot-usage-release")


async def finish(turn: Turn) -> Replies:
    """/finish NUMBER reason: what was bought was handed over, though no PIN says so; its history keeps the reason."""
    return await _commanded(turn, Act.FINISH, "bot-usage-finish")


async def _commanded(turn: Turn, act: Act, usage: str) -> Replies:
    require_desk(turn)
    number, why = reason_of(turn.arguments)
    if number is None:
        return (NewMessage(told(turn, turn.say(usage))),)
    return (NewMessage(await carry_out(turn, act, number, why)),)


async def close(turn: Turn) -> Replies:
    """/close NUMBER runner|platform reason: bought, and it will not arrive."""
    require_desk(turn)
    number, _, rest = turn.arguments.partition(" ")
    bearer, _, reason = rest.strip().partition(" ")
    found, why = reason_of(f"{number} {reason}")
    if found is None or bearer.lower() not in tuple(Bearer) or NUMBER.fullmatch(number) is None:
        return (NewMessage(told(turn, turn.say("bot-usage-close"))),)
    act = Act.CLOSE_PLATFORM if bearer.lower() == Bearer.PLATFORM else Act.CLOSE_RUNNER
    return (NewMessage(await carry_out(turn, act, found, why)),)
