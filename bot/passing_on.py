"""Words that nobody asked for, while somebody may be waiting for them: asked about once, then passed on or let be."""

from collections.abc import Sequence
from dataclasses import dataclass
from zlib import crc32

from bot.home import home, home_button
from bot.replies import EditMenu, NewMessage, Replies, Rows, Screen
from bot.turn import Turn, cut
from domain.buttons import Button, Style, Tap
from domain.draft import Dialogue, Expects
from domain.errors import Stale
from domain.order import WITH_RUNNER, Order
from domain.people import Role
from domain.store.aftercare import open_cases_by
from domain.store.drafts import expect, expect_nothing, expected
from domain.store.orders import customers_orders, find_order, open_jobs
from domain.store.people import find_member
from domain.store.use_cases import aftercare, relaying

LONGEST_QUOTE = 200  # characters of her words that are said back
LARGEST_VERSION = 10**9
MOST_KEPT = 8000  # characters of several lines together: more than is passed on at once


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Somebody the words may be for."""

    name: str
    order_id: int
    tap: Tap
    subject: int


async def offer(turn: Turn) -> Replies | None:
    """[Yes, send it] to the other side of a running order, or to the campus team about an open case; None for nobody.

    Digits are never offered: they may be a PIN.
    """
    if turn.other or turn.photo is not None or turn.message_id is None or not _are_words(turn.typed):
        return None
    readers = await _readers(turn) if Role.CUSTOMER in turn.member.roles else ()
    if not readers:
        return None
    before = turn.dialogue
    said = [before.detail] if before is not None and before.expects is Expects.PASS_ON and before.detail else []
    words = "\n".join([*said, turn.typed])[:MOST_KEPT]
    await expect(turn.work, *_here(turn), Expects.PASS_ON, turn.message_id, words)
    return (NewMessage(_whom(turn, readers, words)),)


def _are_words(typed: str) -> bool:
    return bool(typed) and not typed.startswith("/") and not typed.replace(" ", "").isdigit()


async def _readers(turn: Turn) -> Sequence[Reader]:
    mine, _ = await customers_orders(turn.work, *_here(turn), 0, WITH_RUNNER)
    jobs = await open_jobs(turn.work, *_here(turn))
    sides = [await _other_side(turn, order) for order in (*mine, *jobs)]
    team = turn.plain("bot-campus-team")
    cases = [
        Reader(name=team, order_id=case.order_id, tap=Tap.PASS_ON_CASE, subject=case.id)
        for case in await open_cases_by(turn.work, *_here(turn))
    ]
    return *sides, *cases


async def _other_side(turn: Turn, order: Order) -> Reader:
    other = order.customer_id if turn.member.person_id == order.runner_id else order.runner_id
    name = (await find_member(turn.work, turn.campus.id, other or 0)).first_name
    return Reader(name=name, order_id=order.id, tap=Tap.PASS_ON, subject=order.id)


def _whom(turn: Turn, readers: Sequence[Reader], words: str) -> Screen:
    quoted, seal = cut(words, LONGEST_QUOTE), sealed(words)
    if len(readers) == 1:
        (one,) = readers
        yes = turn.button("bot-button-pass-on", one.tap, one.subject, seal, style=Style.PRIMARY)
        no = turn.button("bot-button-let-be", Tap.LET_BE, 0, seal)
        return Screen(turn.say("bot-pass-on", name=one.name, words=quoted), ((yes, no),))
    rows: Rows = tuple((_reader(turn, one, seal),) for one in readers)
    nobody = turn.button("bot-button-pass-to-nobody", Tap.LET_BE, 0, seal)
    return Screen(turn.say("bot-pass-on-whom", words=quoted), (*rows, (nobody,)))


def _reader(turn: Turn, one: Reader, seal: int) -> Button:
    return turn.button("bot-button-pass-to", one.tap, one.subject, seal, order=one.order_id, name=cut(one.name, 24))


def sealed(words: str) -> int:
    """What a button carries of the words it sends: under other words it is out of date."""
    return crc32(words.encode("utf-8", "replace")) % LARGEST_VERSION


async def pass_on(turn: Turn) -> Replies:
    """[Yes, send it] to the other side of the order."""
    kept = await _kept(turn)
    order = await find_order(turn.work, turn.campus.id, turn.subject)
    outcome = await relaying.pass_on(
        turn.work, turn.campus, turn.member, order, kept.detail or "", photo=None, message_id=kept.subject or 0
    )
    await expect_nothing(turn.work, *_here(turn))
    words = await outcome_words(turn, order, outcome)
    if words is None:
        words = turn.say("bot-passed-on", name=(await _other_side(turn, order)).name)
    return (EditMenu(Screen(words, ((home_button(turn),),))),)


async def pass_to_team(turn: Turn) -> Replies:
    """[Yes, send it] to the campus team."""
    kept = await _kept(turn)
    case = await aftercare.add_to_case(turn.work, turn.campus, turn.member, turn.subject, kept.detail or "", None)
    await expect_nothing(turn.work, *_here(turn))
    return (EditMenu(Screen(turn.say("bot-case-added", case=case.id), ((home_button(turn),),))),)


async def let_be(turn: Turn) -> Replies:
    """[No]: nobody reads it, and here is what else there is."""
    kept = await expected(turn.work, *_here(turn))
    if kept is not None and kept.expects is Expects.PASS_ON:
        await expect_nothing(turn.work, *_here(turn))
    return (EditMenu(Screen(turn.say("bot-let-be"), (await home(turn)).rows)),)


async def outcome_words(turn: Turn, order: Order, outcome: relaying.Outcome) -> str | None:
    """What there is to say about what was, or was not, passed on; None when all went as wished."""
    match outcome:
        case relaying.NobodyYet():
            return turn.say("bot-relay-nobody", order=order.id)
        case relaying.Over():
            return turn.say("bot-relay-over", order=order.id)
        case relaying.Unreachable(name=name):
            return turn.say("bot-relay-unreachable", name=name)
        case relaying.Passed(shortened=True):
            return turn.say("bot-relay-cut", name=(await _other_side(turn, order)).name)
        case relaying.Passed():
            return None


async def _kept(turn: Turn) -> Dialogue:
    kept = await expected(turn.work, *_here(turn))
    if kept is None or kept.expects is not Expects.PASS_ON or sealed(kept.detail or "") != turn.version:
        raise Stale
    return kept


def _here(turn: Turn) -> tuple[int, int]:
    return turn.campus.id, turn.member.person_id
