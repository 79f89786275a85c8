"""/bar, /limit and /unbar: an admin writes who, how long and why, reads what it means, and says yes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from bot.admin.access import require_admin_access, require_admin_access_and_clear_input
from bot.admin.listing import show_each
from bot.admin.people.addressing import Addressed
from bot.admin.people.restriction_parsing import MissingTerm, parse_restriction
from bot.admin.reasons import ask_for_reason
from bot.conversation.paging import answer_refresh, get_page, paging_row_with_refresh
from bot.conversation.replies import EditMenu, NewMessage, Replies, Screen
from bot.conversation.request_context import RequestContext, truncate
from domain.campuses import use_cases as campuses_use_cases
from domain.campuses.people import RunnerStatus
from domain.campuses.people_repository import find_member
from domain.messaging.buttons import Button, ButtonStyle, Tap
from domain.money import format_money
from domain.payments.model import PersonDebt
from domain.payments.use_cases import customer_debts
from domain.restrictions import use_cases
from domain.restrictions.model import Restriction, RestrictionKind

MAX_NAME_LENGTH = 10  # characters on a button


@dataclass(frozen=True, slots=True, kw_only=True)
class _KindSentences:
    example: str
    yes: str


_SENTENCES: Mapping[RestrictionKind, _KindSentences] = MappingProxyType(
    {
        RestrictionKind.BAR: _KindSentences(example="bot-restrict-example-bar", yes="bot-button-sure-bar"),
        RestrictionKind.LIMIT: _KindSentences(example="bot-restrict-example-limit", yes="bot-button-sure-limit"),
    }
)
_MISSING_SENTENCES: Mapping[MissingTerm, str] = MappingProxyType(
    {
        MissingTerm.DURATION: "bot-restrict-missing-duration",
        MissingTerm.REASON: "bot-restrict-missing-reason",
        MissingTerm.AMOUNT: "bot-restrict-missing-amount",
        MissingTerm.NOTE: "bot-restrict-missing-note",
    }
)


async def propose(kind: RestrictionKind, context: RequestContext, addressed: Addressed) -> Replies:
    """Handle /bar WHO HOW_LONG money|conduct WHY, and /limit, with a sum of a day or a number of open orders: ask."""
    parsed = parse_restriction(kind, addressed.rest, currency=context.campus.currency, now=context.work.now)
    if parsed.missing == (MissingTerm.NOTE,):
        return (NewMessage(await ask_for_reason(context, f"/{kind} {addressed.person_id} {addressed.rest}")),)
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


async def say_usage(key: str, context: RequestContext) -> Replies:
    """Say how a command is written."""
    return _say(context, context.say(key))


def _list_button(context: RequestContext) -> Button:
    return context.button("bot-button-restrictions", Tap.RESTRICTIONS)


async def confirm_restriction_tapped(context: RequestContext) -> Replies:
    """Handle [Yes, bar] and [Yes, limit]."""
    require_admin_access(context)
    made = await use_cases.confirm_restriction(context.work, context.campus, context.member, context.subject)
    return (EditMenu(Screen(_say_terms(context, "bot-restricted", made), ((_list_button(context),),))),)


async def unbar(context: RequestContext, addressed: Addressed) -> Replies:
    """Handle /unbar WHO WHY: what this campus decided ends, and what others decided holds no more here."""
    why = truncate(addressed.rest, campuses_use_cases.MAX_REASON_LENGTH)
    asked, shown = (context.work, context.campus, context.member), context.is_shown_to_admins
    lifted = await use_cases.lift_restrictions(*asked, addressed.person_id, why, shown_to_admins=shown)
    member = await find_member(context.work, context.campus.id, addressed.person_id)
    said = context.say(
        "bot-unbarred",
        name=member.first_name,
        number=str(member.person_id),
        count=len(lifted),
        elsewhere=len([each for each in lifted if each.campus_id != context.campus.id]),
        suspended="yes" if member.runner_status is RunnerStatus.SUSPENDED else "no",
    )
    return _say(context, said)


async def ask_unbar_reason(context: RequestContext) -> Replies:
    """Handle [Lift…] of the list, and of a message about another campus' decision: ask for the reason."""
    require_admin_access(context)
    return (NewMessage(await ask_for_reason(context, f"/unbar {context.subject}")),)


async def restrictions_command(context: RequestContext) -> Replies:
    """Handle /restrictions."""
    await require_admin_access_and_clear_input(context)
    return (NewMessage(await _render_list(context, 0)),)


async def show_restrictions_page(context: RequestContext) -> Replies:
    """Handle [Restrictions], its pages, and the way back from a question."""
    await require_admin_access_and_clear_input(context)
    return answer_refresh(context), EditMenu(await _render_list(context, context.subject))


async def _render_list(context: RequestContext, page: int) -> Screen:
    restricted = await use_cases.view_restrictions(context.work, context.campus, context.member)
    owing = await customer_debts.view_debts_elsewhere(context.work, context.campus, context.member)
    everything: Sequence[Restriction | PersonDebt] = (*restricted, *owing)
    shown = get_page(everything, page)
    lines = show_each(context, shown.items, _number, _line)
    buttons = [_lift_button(context, line) for line in shown.items if isinstance(line, Restriction)]
    rows = [tuple(buttons[place : place + 2]) for place in range(0, len(buttons), 2)]
    said = "\n\n".join([context.say("bot-restrictions", count=len(everything)), *lines])
    return Screen(said, (*rows, paging_row_with_refresh(context, Tap.RESTRICTIONS, shown)))


def _number(line: Restriction | PersonDebt) -> int:
    return line.id if isinstance(line, Restriction) else line.debt.id


def _line(context: RequestContext, line: Restriction | PersonDebt) -> str:
    if isinstance(line, Restriction):
        return _say_terms(context, "bot-restrictions-line", line)
    return context.say(
        "bot-restrictions-owes",
        name=line.first_name,
        number=str(line.debt.customer_id),
        amount=format_money(line.debt.amount, line.debt.currency),
        team=line.campus_title,
        order=line.debt.order_id,
    )


def _lift_button(context: RequestContext, line: Restriction) -> Button:
    """Return [Lift…], or [Let back] for a suspension of this campus, which ends with their status as a runner."""
    name, here = truncate(line.first_name, MAX_NAME_LENGTH), line.campus_id == context.campus.id
    if here and line.terms.kind is RestrictionKind.SUSPENSION:
        return context.button("bot-button-unsuspend", Tap.UNSUSPEND, line.person_id, name=name)
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
        daily="-" if terms.daily_sum is None else format_money(terms.daily_sum, terms.currency or "-"),
        counted="no" if terms.open_orders is None else "yes",
        most=terms.open_orders or 0,
        note=terms.note,
        by="here" if restriction.campus_id == context.campus.id else "elsewhere",
        team=restriction.campus_title,
        exempt="yes" if restriction.exempted else "no",
        campuses=", ".join(restriction.exempted) or "-",
    )
