"""Delivering what was written: cards drawn as committed when they are sent, pushes sent at most once by themselves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import assert_never

from domain.buttons import Button, Style
from domain.cards import Card, draw
from domain.logs import get_logger
from domain.parking import MOST_TRIES, ParkedKind, spelled
from domain.saga import backoff
from domain.store.card_rows import (
    CardRow,
    card_delivered,
    card_lost_its_message,
    card_parked,
    card_postponed,
    claim_card,
    move_chat,
)
from domain.store.card_views import Sight, read_sight, sight_from
from domain.store.parking import worked_after_all
from domain.store.people import mark_unreachable
from domain.store.push_rows import (
    PushRow,
    claim_push,
    find_due_push,
    push_dropped,
    push_failed,
    push_postponed,
    push_sent,
)
from domain.store.readers import Reader, reader_of
from domain.store.unit_of_work import Database, Singly, UnitOfWork
from domain.store.use_cases.relaying import tell_not_heard
from domain.words import say, say_plain
from workers.buckets import Buckets
from workers.losses import lose
from workers.mistakes import park_card, park_push
from workers.telegram_sender import (
    Blocked,
    Broken,
    GoneMessage,
    Migrated,
    NotSent,
    Outcome,
    Sender,
    Sent,
    Unchanged,
    Unsure,
    Wait,
)

AT_ONCE_AGAIN = timedelta(0)
AFTER_A_FAULT = timedelta(seconds=2)  # what was written to the same chat later waits that long

log = get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """What delivering needs."""

    database: Database
    singly: Singly
    sender: Sender
    buckets: Buckets


async def draw_card(office: Office, card_id: int) -> None:
    """Bring one card up to what is committed; nothing when it is not due, or another worker is at it."""
    card: CardRow | None = None
    try:
        async with office.singly() as connection:  # one for both: nobody waits for another while the lease runs
            card = await claim_card(connection, card_id)
            seen = None if card is None else await read_sight(connection, card)
        if card is not None and seen is not None:
            await _draw(office, card, sight_from(seen, card))
    except Exception as fault:  # of our own: the other cards go on, and this one not for ever
        if card is None:
            raise
        log.exception("order_message_not_rendered", order_message=card.id, order=card.order_id)
        await _note_card_fault(office, card, spelled(fault))


async def _note_card_fault(office: Office, card: CardRow, error: str) -> None:
    async with office.database() as work:
        if card.tries < MOST_TRIES:
            await card_postponed(work, card, backoff(card.tries), error)
        else:
            await _give_card_up(work, card, error)


async def _draw(office: Office, card: CardRow, sight: Sight) -> None:
    if not sight.reader.reachable:
        return await _record_card(office, card, "", Blocked("not reachable"))
    try:
        drawn = draw(card.kind, sight.view, sight.reader.locale)
    except (LookupError, ValueError) as mistake:
        return await _record_card(office, card, "", Broken(repr(mistake)))
    outcome = await _deliver(office, card, drawn, silent=not sight.rings)
    return await _record_card(office, card, drawn.digest, outcome)


async def _deliver(office: Office, card: CardRow, drawn: Card, *, silent: bool) -> Outcome | timedelta:
    """The outcome, or how long the chat's buckets say to wait."""
    if card.message_id is not None and drawn.digest == card.delivered_hash:
        return Unchanged()
    pause = await office.buckets.take(card.campus_id, card.chat_id, edit=card.message_id is not None)
    if pause:
        return timedelta(seconds=pause)
    if card.message_id is None:
        return await office.sender.send(card.campus_id, card.chat_id, drawn, silent=silent)
    return await office.sender.edit(card.campus_id, card.chat_id, card.message_id, drawn)


async def _record_card(office: Office, card: CardRow, digest: str, outcome: Outcome | timedelta) -> None:
    if isinstance(outcome, Wait):
        await office.buckets.rest(card.campus_id, card.chat_id, outcome.seconds)
    async with office.database() as work:
        await _write_card(work, card, digest, outcome)


async def _write_card(work: UnitOfWork, card: CardRow, digest: str, outcome: Outcome | timedelta) -> None:
    """Write down what became of it, and what follows from that; nothing when another worker went past."""
    match outcome:
        case Sent(message_id):
            await _deliver_at_last(work, card, message_id, digest)
        case Unchanged():
            await _deliver_at_last(work, card, card.message_id, digest)
        case timedelta():
            await card_postponed(work, card, outcome)
        case Wait(seconds):
            await card_postponed(work, card, timedelta(seconds=seconds))
        case GoneMessage():
            await card_lost_its_message(work, card)
        case Migrated(new_chat_id):
            await _move_card(work, card, new_chat_id)
        case Unsure(why) | NotSent(why):  # a card that perhaps came is sent again: better two than none
            await card_postponed(work, card, backoff(card.tries), why)
        case Blocked(why):
            await _leave_card(work, card, why)
        case Broken(why):
            log.error("order_message_refused", order_message=card.id, order=card.order_id, error=why)
            await _give_card_up(work, card, why)
        case _:
            assert_never(outcome)


async def _move_card(work: UnitOfWork, card: CardRow, new_chat_id: int) -> None:
    if await card_postponed(work, card, AT_ONCE_AGAIN):
        await move_chat(work, card.chat_id, new_chat_id)
        work.ring("draw_card", card.id)


async def _leave_card(work: UnitOfWork, card: CardRow, why: str) -> None:
    if await card_parked(work, card, why):
        await _note_blocked(work, card.campus_id, card.chat_id, why)


async def _give_card_up(work: UnitOfWork, card: CardRow, error: str) -> None:
    if await card_parked(work, card, error):
        await park_card(work, card, error)


async def _deliver_at_last(work: UnitOfWork, card: CardRow, message_id: int | None, digest: str) -> None:
    if await card_delivered(work, card, message_id, digest) and card.tries > 1:
        await worked_after_all(work, ParkedKind.CARD, card.id)


async def send_push(office: Office, push_id: int) -> None:
    """Send one message, at most once by itself; nothing when it is not due, or another worker is at it."""
    message: PushRow | None = None
    try:
        async with office.singly() as connection:
            message = await find_due_push(connection, push_id)
            reader = None if message is None else await reader_of(connection, message.campus_id, message.chat_id)
        ready = None if message is None or reader is None else await _ready(office, message, reader)
    except Exception as fault:  # of our own, before anything was sent: what waits behind it does not wait for ever
        if message is None:
            raise
        log.exception("notification_not_prepared", notification=push_id)
        return await _note_push_fault(office, message, spelled(fault))
    if ready is None:
        return None
    message, words = ready
    outcome = await office.sender.send(
        message.campus_id, message.chat_id, words, silent=message.silent, photo=message.photo
    )
    return await _record_push(office, message, outcome)


async def _note_push_fault(office: Office, message: PushRow, error: str) -> None:
    async with office.database() as work:
        failed = await push_failed(work, message, AFTER_A_FAULT, error)
        if failed is not None and failed.tries >= MOST_TRIES:
            await _give_push_up(work, failed, error)


async def _ready(office: Office, message: PushRow, reader: Reader) -> tuple[PushRow, Card] | None:
    """The message, claimed by this worker, and its words; None when it is not its to send now, or never will be."""
    if not reader.reachable:
        await _record_push(office, message, Blocked("not reachable"))
        return None
    try:
        words = _written(message, reader.locale)
    except (LookupError, ValueError) as mistake:
        await _record_push(office, message, Broken(repr(mistake)))
        return None
    pause = await office.buckets.take(message.campus_id, message.chat_id, edit=False)
    if pause:
        async with office.database() as work:
            await push_postponed(work, message, timedelta(seconds=pause))
        return None
    async with office.singly() as connection:
        claimed = await claim_push(connection, message)
    return None if claimed is None else (claimed, words)


def _written(message: PushRow, locale: str) -> Card:
    buttons: Sequence[Button] = [
        Button(
            words=say_plain(locale, each["key"], **message.args),
            data=each.get("data"),
            url=each.get("url"),
            style=_style(each),
        )
        for each in message.buttons
    ]
    return Card(text=say(locale, message.key, **message.args), rows=tuple((each,) for each in buttons))


def _style(button: Mapping[str, str]) -> Style | None:
    return Style(button["style"]) if "style" in button else None


async def _record_push(office: Office, message: PushRow, outcome: Outcome) -> None:
    if isinstance(outcome, Wait):
        await office.buckets.rest(message.campus_id, message.chat_id, outcome.seconds)
    async with office.database() as work:
        await _write_push(work, message, outcome)


async def _write_push(work: UnitOfWork, message: PushRow, outcome: Outcome) -> None:
    """Write down what became of it, and what follows from that; nothing when another worker went past."""
    match outcome:
        case Sent(message_id):
            await _sent_at_last(work, message, message_id)
        case Wait(seconds):
            await push_postponed(work, message, timedelta(seconds=seconds))
        case NotSent(why):
            await push_postponed(work, message, backoff(message.tries), why)
        case Migrated(new_chat_id):
            await _move_push(work, message, new_chat_id)
        case Unsure(why):
            await lose(work, message, why)
        case Blocked(why):
            await _leave_push(work, message, why)
        case Broken(why):
            log.error("notification_refused", notification=message.id, key=message.key, error=why)
            await _give_push_up(work, message, why)
        case Unchanged() | GoneMessage():
            raise AssertionError(f"a send cannot end as {outcome}")
        case _:
            assert_never(outcome)


async def _move_push(work: UnitOfWork, message: PushRow, new_chat_id: int) -> None:
    if await push_postponed(work, message, AT_ONCE_AGAIN):
        await move_chat(work, message.chat_id, new_chat_id)
        work.ring("send_push", message.id)


async def _leave_push(work: UnitOfWork, message: PushRow, why: str) -> None:
    if await push_dropped(work, message, why):
        await _note_blocked(work, message.campus_id, message.chat_id, why)
        await tell_not_heard(work, message.id)


async def _give_push_up(work: UnitOfWork, message: PushRow, error: str) -> None:
    if await push_dropped(work, message, error):
        await park_push(work, message, error)


async def _sent_at_last(work: UnitOfWork, message: PushRow, message_id: int) -> None:
    if await push_sent(work, message, message_id):
        await worked_after_all(work, ParkedKind.PUSH, message.id)


async def _note_blocked(work: UnitOfWork, campus_id: int, chat_id: int, why: str) -> None:
    """A person is left in peace until she writes again; a group that shut us out is for the operator to see."""
    if chat_id > 0:
        await mark_unreachable(work, campus_id, chat_id)
    else:
        log.error("group_unreachable", campus=campus_id, chat=chat_id, error=why)
