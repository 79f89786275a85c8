"""Whom a command is about: a person's number, their @name, a side of an order, or of the message replied to.

When several people may be meant, the bot asks which, and nothing else happens: the command waits for a button.
"""

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from aiogram import Router

from bot.admin.access import require_admin_access, require_admin_access_and_clear_input
from bot.admin.commands import MAX_LINES, board_button
from bot.admin.reasons import ask_for_reason
from bot.conversation.relay.offer import checksum_text
from bot.conversation.replies import EditMenu, NewMessage, Replies, Screen
from bot.conversation.request_context import MAX_LABEL_LENGTH, RequestContext, truncate
from bot.conversation.routing import Handler, on_commands, on_taps
from domain.campuses.people import RunnerStatus
from domain.campuses.people_repository import list_members_by_username
from domain.errors import Stale
from domain.messaging.buttons import Button, Tap, TapArgument, make_button
from domain.orders.drafts.draft import PendingInput
from domain.orders.drafts.repository import clear_pending_input, find_pending_input, set_pending_input
from domain.orders.repository import find_order
from domain.restrictions.errors import PersonUnknown
from domain.support.addressee_repository import Addressee, list_addressees, list_people_of_message
from domain.support.order_sides import OrderSide

_PERSON = re.compile(r"[0-9]{1,15}", re.ASCII)
_ORDER = re.compile(r"#([0-9]{1,15})", re.ASCII)
_USERNAME = re.compile(r"@([A-Za-z0-9_]{3,32})", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Addressed:
    """The person, and the words behind them."""

    person_id: int
    rest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonCommand:
    """A command about a person: what it does, and what it says when it names nobody, or lacks the words it needs."""

    act: Callable[[RequestContext, Addressed], Awaitable[Replies]]
    otherwise: Handler
    order_side: OrderSide  # whom the number of an order means
    needs_words: bool = False
    statuses: frozenset[RunnerStatus] = frozenset(RunnerStatus)  # of whom it may be about, in reply to a message


def register_person_commands(router: Router, commands: Mapping[str, PersonCommand]) -> None:
    """Register commands about people, and the buttons of the question whom one means."""
    on_commands(
        router, {name: partial(run_person_command, command) for name, command in commands.items()}, private_only=False
    )
    on_taps(router, {Tap.ADDRESSEE: partial(_choose, commands)})


async def run_person_command(command: PersonCommand, context: RequestContext) -> Replies:
    """Do the command about the one it names; ask which, or for the words that are missing."""
    await require_admin_access_and_clear_input(context)
    people, rest = await _find_people(command, context)
    if command.needs_words and not rest and len(people) == 1:
        name = context.typed.partition(" ")[0].partition("@")[0]
        return (NewMessage(await ask_for_reason(context, f"{name} {people[0]}")),)
    if not people or (command.needs_words and not rest):
        return await command.otherwise(context)
    if len(people) > 1:
        return await _ask_which(context, people, rest)
    return await command.act(context, Addressed(person_id=people[0], rest=rest))


async def _choose(commands: Mapping[str, PersonCommand], context: RequestContext) -> Replies:
    """Handle the button of a person: do the kept command about them. Raise Stale when another one is kept."""
    require_admin_access(context)
    key = context.work, context.campus.id, context.member.person_id
    kept = await find_pending_input(*key)
    if kept is None or kept.pending_input is not PendingInput.ADDRESSEE or kept.detail is None:
        raise Stale
    name, _, rest = kept.detail.partition(" ")
    if name not in commands or checksum_text(kept.detail) != context.read_argument(TapArgument.CHECKSUM):
        raise Stale
    await clear_pending_input(*key)
    done = await commands[name].act(context, Addressed(person_id=context.subject, rest=rest))
    return tuple(EditMenu(each.screen) if isinstance(each, NewMessage) else each for each in done)


async def _find_people(command: PersonCommand, context: RequestContext) -> tuple[Sequence[int], str]:
    """Return whom the arguments may mean, and the words behind; nobody when they name none and reply to nothing.

    Raise PersonUnknown for a @name that no member has and an order without that side, OrderNotFound for an order of no
    number here.
    """
    words = " ".join(context.arguments.split())
    first, _, rest = words.partition(" ")
    if _PERSON.fullmatch(first) is not None:
        return (int(first),), rest
    if (order_number := _ORDER.fullmatch(first)) is not None:
        order = await find_order(context.work, context.campus.id, int(order_number[1]))
        side = order.customer_id if command.order_side is OrderSide.CUSTOMER else order.runner_id
        if side is None:
            raise PersonUnknown
        return (side,), rest
    if (username := _USERNAME.fullmatch(first)) is not None:
        named = await list_members_by_username(context.work, context.campus.id, username[1])
        if not named:
            raise PersonUnknown
        return named, rest
    return await _find_people_of_reply(command, context), words


async def _find_people_of_reply(command: PersonCommand, context: RequestContext) -> Sequence[int]:
    """Return whom the message replied to is about; where some can take this command and some cannot, the former."""
    if context.reply_to is None:
        return ()
    people = await list_people_of_message(context.work, context.campus.id, context.chat_id, context.reply_to)
    members = await list_addressees(context.work, context.campus.id, people)
    able = {each.person_id for each in members if each.runner_status in command.statuses}
    return [person_id for person_id in people if person_id in able] or people


async def _ask_which(context: RequestContext, people: Sequence[int], rest: str) -> Replies:
    """Ask which of several people is meant, each with their last order; the command waits for the button."""
    name = context.typed.partition(" ")[0].removeprefix("/").partition("@")[0]
    kept = f"{name} {rest}"
    key = context.work, context.campus.id, context.member.person_id
    await set_pending_input(*key, PendingInput.ADDRESSEE, detail=kept)
    members = (await list_addressees(context.work, context.campus.id, people))[:MAX_LINES]
    lines = [_person_line(context, each) for each in members]
    rows = tuple((_person_button(context, each, kept),) for each in members)
    said = "\n".join([context.say("bot-which-person", count=len(people)), *lines])
    return (NewMessage(Screen(said, (*rows, (board_button(context),)))),)


def _person_line(context: RequestContext, addressee: Addressee) -> str:
    name, number = addressee.first_name, str(addressee.person_id)
    return context.say("bot-which-person-line", name=name, number=number, **_last_order(context, addressee))


def _person_button(context: RequestContext, addressee: Addressee, kept: str) -> Button:
    label = context.say_plain("bot-button-which-person", name=addressee.first_name, **_last_order(context, addressee))
    checksum = checksum_text(kept)
    return make_button(truncate(label, MAX_LABEL_LENGTH), Tap.ADDRESSEE, addressee.person_id, checksum)


def _last_order(context: RequestContext, addressee: Addressee) -> dict[str, str | int]:
    at = addressee.ordered_at
    day = "-" if at is None else f"{at.astimezone(context.campus.zone):%d %b %Y}"
    return {"order": addressee.last_order or 0, "day": day}
