"""The admins' desk: who may speak there and how a command is read; what is stuck, and how it is woken."""

import re

from bot.home import MENU
from bot.replies import Answer, EditMenu, NewMessage, Replies, Rows, Screen
from bot.turn import Turn, cut
from domain.buttons import Tap
from domain.errors import NotAllowed
from domain.people import Role
from domain.store.use_cases import steering

MOST_LINES = 40  # of a history or a list; a message holds 4096 characters
LONGEST_ERROR = 200  # characters of what Stripe said
NUMBER = re.compile(r"#?([0-9]{1,15})")


def require_desk(turn: Turn) -> None:
    """NotAllowed for those who are no admin, and in groups that are not the admins' own: others would read along."""
    if Role.ADMIN not in turn.member.roles or not (turn.private or turn.chat_id == turn.campus.admin_chat):
        raise NotAllowed


def reason_of(arguments: str) -> tuple[int | None, str]:
    """The number and the reason behind a command that needs both; no number when one of them is missing."""
    number, _, reason = arguments.partition(" ")
    found, why = NUMBER.fullmatch(number), " ".join(reason.split())
    return (int(found[1]) if found and why else None), cut(why, steering.LONGEST_REASON)


async def list_stuck(turn: Turn) -> Replies:
    """/stuck: every saga that needs a human, with [Retry]."""
    require_desk(turn)
    return (NewMessage(await _stuck(turn)),)


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
    return (Answer(turn.plain("bot-paying-again")),)


async def _stuck(turn: Turn) -> Screen:
    sagas = (await steering.stuck(turn.work, turn.campus, turn.member))[:MOST_LINES]
    lines = [
        turn.say(
            "bot-stuck-line",
            number=saga.number,
            kind=saga.kind,
            order="-" if saga.order_id is None else str(saga.order_id),
            error=cut(saga.error, LONGEST_ERROR),
            tries=saga.tries,
            since=f"{saga.since.astimezone(turn.campus.zone):%d.%m. %H:%M}",
        )
        for saga in sagas
    ]
    rows: Rows = tuple(
        (turn.button("bot-button-retry", Tap.RETRY, saga.number, MENU, number=saga.number),) for saga in sagas
    )
    return Screen("\n\n".join([turn.say("bot-stuck", count=len(sagas)), *lines]), rows)
