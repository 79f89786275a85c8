"""/bar, /limit and /unbar: an admin writes who, how long and why, reads what it means, and says yes."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from bot.admin.access import require_admin_access, require_admin_access_and_clear_input
from bot.admin.commands import reply_with_command
from bot.admin.listing import show_each
from bot.admin.people.addressing import Addressed, find_addressed
from bot.admin.people.restriction_parsing import MissingTerm, parse_restriction
from bot.conversation.paging import get_page, paging_row_with_refresh
from bot.conversation.replies import EditMenu, NewMessage, Replies, Screen
from bot.conversation.request_context import RequestContext, truncate
from domain.campuses import use_cases as campuses_use_cases
from domain.messaging.buttons import Button, ButtonStyle, Tap
from domain.restrictions import use_cases
from domain.restrictions.model import Restriction, RestrictionKind

MAX_NAME_LENGTH = 10  # characters on a button


@dataclass(frozen=True, slots=True, kw_only=True)
class _KindSentences:
    usage: str
    example: str
    yes: str


_SENTENCES: Mapping[RestrictionKind, _KindSentences] = MappingProxyType(
    {
        RestrictionKind.BAR: _KindSentences(
            usage="bot-usage-bar", example="bot-restrict-example-bar", yes="bot-button-sure-bar"
        ),
        RestrictionKind.LIMIT: _KindSentences(
            usage="bot-usage-limit", example="bot-restrict-example-limit", yes="bot-button-sure-limit"
        ),
    }
)
_MISSING_SENTENCES: Mapping[MissingTerm, str] = MappingProxyType(
    {
        MissingTerm.LENGTH: "bot-restrict-missing-length",
        MissingTerm.REASON: "bot-restrict-missing-reason",
        MissingTerm.AMOUNT: "bot-restrict-missing-amount",
        MissingTerm.NOTE: "bot-restrict-missing-note",
    }
)


async def bar_command(context: RequestContext) -> Replies:
    """Handle /bar WHO HOW_LONG money|conduct WHY."""
    return await _propose(context, RestrictionKind.BAR)


async def limit_command(context: RequestContext) -> Replies:
    """Handle /limit WHO HOW_LONG money|conduct SUM WHY; the sum is of a day, or 1open is a number of open orders."""
    return await _propose(context, RestrictionKind.LIMIT)


async def _propose(context: RequestContext, kind: RestrictionKind) -> Replies:
    await require_admin_access_and_clear_input(context)
    addressed = await find_addressed(context)
    if addressed is None:
        return _say(context, context.say(_SENTENCES[kind].usage))
    parsed = parse_restriction(kind, addressed.rest, currency=context.campus.currency, now=context.work.now)
    if parsed.terms is None:
        return _say(context, _missing(context, kind, addressed, parsed.missing))
    proposed = await use_cases.propose_restriction(
        context.work, context.campus, context.member, addressed.person_id, parsed.terms
    )
    yes = context.button(_SENTENCES[kind].yes, Tap.RESTRICT_SURE, proposed.id, style=ButtonStyle.DANGER)
    leave = context.button("bot-button-leave", Tap.RESTRICTIONS)
    return (NewMessage(Screen(_say_terms(context, "bot-act-restrict", proposed), ((leave,), (yes,)))),)


def _missing(
    context: RequestContext, kind: RestrictionKind, addressed: Addressed, missing: tuple[MissingTerm, ...]
) -> str:
    wanted = "\n".join(context.say(_MISSING_SENTENCES[term]) for term in missing)
    example = context.say(_SENTENCES[kind].example, person=str(addressed.person_id))
    return f"{context.say('bot-restrict-missing')}\n{wanted}\n{example}"


def _say(context: RequestContext, text: str) -> Replies:
    return (NewMessage(Screen(text, ((_list_button(context),),))),)


def _list_button(context: RequestContext) -> Button:
    return context.button("bot-button-restrictions", Tap.RESTRICTIONS)


async def confirm_restriction_tapped(context: RequestContext) -> Replies:
    """Handle [Yes, bar] and [Yes, limit]."""
    require_admin_access(context)
    made = await use_cases.confirm_restriction(context.work, context.campus, context.member, context.subject)
    return (EditMenu(Screen(_say_terms(context, "bot-restricted", made), ((_list_button(context),),))),)


async def unbar_command(context: RequestContext) -> Replies:
    """Handle /unbar WHO WHY: all that was decided about this person ends."""
    require_admin_access(context)
    addressed = await find_addressed(context)
    if addressed is None or not addressed.rest:
        return _say(context, context.say("bot-usage-unbar"))
    why = truncate(addressed.rest, campuses_use_cases.MAX_REASON_LENGTH)
    asked, shown = (context.work, context.campus, context.member), context.is_shown_to_admins
    lifted = await use_cases.lift_restrictions(*asked, addressed.person_id, why, shown_to_admins=shown)
    said = context.say("bot-unbarred", name=lifted[0].first_name, count=len(lifted))
    return _say(context, said)


async def show_unbar_command(context: RequestContext) -> Replies:
    """Handle [Lift…] of the list: name the command, because the reason belongs to it."""
    require_admin_access(context)
    return (reply_with_command(context, f"/unbar {context.subject} reason"),)


async def restrictions_command(context: RequestContext) -> Replies:
    """Handle /restrictions."""
    await require_admin_access_and_clear_input(context)
    return (NewMessage(await _render_list(context, 0)),)


async def show_restrictions_page(context: RequestContext) -> Replies:
    """Handle [Restrictions], its pages, and the way back from a question."""
    await require_admin_access_and_clear_input(context)
    return (EditMenu(await _render_list(context, context.subject)),)


async def _render_list(context: RequestContext, page: int) -> Screen:
    everybody = await use_cases.view_restrictions(context.work, context.campus, context.member)
    shown = get_page(everybody, page)
    lines = show_each(context, shown.items, lambda line: line.id, _line)
    buttons = [_unbar_button(context, line) for line in shown.items]
    rows = [tuple(buttons[place : place + 2]) for place in range(0, len(buttons), 2)]
    said = "\n\n".join([context.say("bot-restrictions", count=len(everybody)), *lines])
    return Screen(said, (*rows, paging_row_with_refresh(context, Tap.RESTRICTIONS, shown)))


def _line(context: RequestContext, line: Restriction) -> str:
    return _say_terms(context, "bot-restrictions-line", line)


def _unbar_button(context: RequestContext, line: Restriction) -> Button:
    name = truncate(line.first_name, MAX_NAME_LENGTH)
    return context.button("bot-button-unbar", Tap.UNBAR, line.person_id, name=name)


def _say_terms(context: RequestContext, key: str, restriction: Restriction) -> str:
    terms = restriction.terms
    until = "-" if terms.until is None else context.format_time(terms.until, "Dt")
    return context.say(
        key,
        name=restriction.first_name,
        number=str(restriction.person_id),
        kind=terms.kind,
        why=terms.reason,
        ends="no" if terms.until is None else "yes",
        until=until,
        limited="no" if terms.daily_sum is None else "yes",
        daily="-" if terms.daily_sum is None else context.format_money(terms.daily_sum),
        counted="no" if terms.open_orders is None else "yes",
        most=terms.open_orders or 0,
        note=terms.note,
    )
