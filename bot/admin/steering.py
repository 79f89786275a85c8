"""The admins' desk: who may speak there and how a command is read; what is stuck, and how it is woken."""

import re

from bot.admin.debts import section
from bot.home import MENU
from bot.replies import Answer, EditMenu, NewMessage, Replies, Rows, Screen
from bot.turn import Turn, cut
from domain.buttons import Button, Style, Tap
from domain.errors import NotAllowed
from domain.lateness import minutes
from domain.payment import Payable
from domain.people import Role
from domain.store.drafts import expect_nothing
from domain.store.stuck import StuckSaga
from domain.store.use_cases import parking, steering

MOST_LINES = 40  # of a history or a list; a message holds 4096 characters
LONGEST_ERROR = 200  # characters of what Stripe said
NUMBER = re.compile(r"#?([0-9]{1,15})")


def require_desk(turn: Turn) -> None:
    """NotAllowed for those who are no admin, and in groups that are not the admins' own: others would read along."""
    if Role.ADMIN not in turn.member.roles or not (turn.private or turn.chat_id == turn.campus.admin_chat):
        raise NotAllowed


async def look_around(turn: Turn) -> None:
    """As require_desk; and what was asked before is not waited for any more, or a stray line would carry it out."""
    require_desk(turn)
    if turn.private:
        await expect_nothing(turn.work, turn.campus.id, turn.member.person_id)


def board_button(turn: Turn) -> Button:
    """[Board]: back to all open orders."""
    return turn.button("bot-button-board", Tap.BOARD, 0, MENU)


def told(turn: Turn, text: str, *rows: tuple[Button, ...]) -> Screen:
    """Words at the desk, with the way back to the board under them."""
    return Screen(text, (*rows, (board_button(turn),)))


def reason_of(arguments: str) -> tuple[int | None, str]:
    """The number and the reason behind a command that needs both; no number when one of them is missing."""
    number, _, reason = arguments.partition(" ")
    found, why = NUMBER.fullmatch(number), " ".join(reason.split())
    return (int(found[1]) if found and why else None), cut(why, steering.LONGEST_REASON)


async def list_stuck(turn: Turn) -> Replies:
    """/stuck: every saga that needs a human, with [Retry] and [Resolve]."""
    await look_around(turn)
    return (NewMessage(await _stuck(turn)),)


async def show_stuck(turn: Turn) -> Replies:
    """[Stuck]: the same in place of a question."""
    await look_around(turn)
    return (EditMenu(await _stuck(turn)),)


async def retry(turn: Turn) -> Replies:
    """[Retry], on the list or on the alert."""
    require_desk(turn)
    await steering.retry(turn.work, turn.campus, turn.member, turn.subject)
    said = Answer(turn.plain("bot-retried"))
    return (said, EditMenu(await _stuck(turn))) if turn.version else (said,)


async def pay_again(turn: Turn) -> Replies:
    """[Send it again], where the platform's balance was too short for a pay-out."""
    require_desk(turn)
    await steering.pay_again(turn.work, turn.campus, turn.member, turn.subject)
    said = Answer(turn.plain("bot-paying-again"))
    return (said, EditMenu(await _stuck(turn))) if turn.version else (said,)


async def _stuck(turn: Turn) -> Screen:
    sagas = (await steering.stuck(turn.work, turn.campus, turn.member))[:MOST_LINES]
    unsent = (await steering.unsent(turn.work, turn.campus, turn.member))[:MOST_LINES]
    parts = [turn.say("bot-stuck", count=len(sagas)), *(saga_line(turn, saga) for saga in sagas)]
    if unsent:
        owed = (_owed_line(turn, payable) for payable in unsent)
        parts.append("\n".join((turn.say("bot-unsent", count=len(unsent)), *owed)))
    aside = await _parked_row(turn)
    said, letting_go = await section(turn)
    parts += [said] if said else []
    again = [
        turn.button("bot-button-pay-again", Tap.PAY_AGAIN, payable.order_id, MENU, order=payable.order_id)
        for payable in unsent
    ]
    rows = (*(_saga_row(turn, saga.number) for saga in sagas), *((each,) for each in again))
    return told(turn, "\n\n".join(parts), *rows, *letting_go, *aside)


async def _parked_row(turn: Turn) -> Rows:
    count = len(await parking.listed(turn.work, turn.campus, turn.member))
    return ((turn.button("bot-button-parked", Tap.PARKED, 0, MENU, count=count),),) if count else ()


def _saga_row(turn: Turn, number: int) -> tuple[Button, ...]:
    return (
        turn.button("bot-button-retry", Tap.RETRY, number, MENU, number=number),
        turn.button("bot-button-resolve", Tap.RESOLVE, number, MENU, style=Style.DANGER, number=number),
    )


def saga_line(turn: Turn, saga: StuckSaga) -> str:
    """What stands where, since when, and why."""
    hours, rest = divmod(minutes(saga.since, turn.work.now), 60)
    return turn.say(
        "bot-stuck-line",
        number=saga.number,
        kind=saga.kind,
        step=saga.step,
        order="-" if saga.order_id is None else str(saga.order_id),
        error=cut(saga.error, LONGEST_ERROR),
        tries=saga.tries,
        attempt=saga.attempt,
        hours=hours,
        minutes=rest,
        since=f"{saga.since.astimezone(turn.campus.zone):%d.%m. %H:%M}",
    )


def _owed_line(turn: Turn, payable: Payable) -> str:
    return turn.say("bot-unsent-line", order=payable.order_id, amount=turn.money(payable.due))
