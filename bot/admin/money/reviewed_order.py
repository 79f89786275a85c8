"""The alert about pay that waits for an admin: what was decided by whom, and [Bar…], which asks whom and how long."""

from datetime import timedelta
from itertools import product

from bot.admin.access import require_admin_access
from bot.conversation.choices import NO_CHOICE, choice_of, read_choice
from bot.conversation.replies import Answer, EditMenu, Replies, Rows, Screen
from bot.conversation.request_context import RequestContext
from domain.campuses.people_repository import find_member
from domain.database.event_log_repository import LoggedEvent, read_order_history
from domain.messaging.buttons import Button, ButtonStyle, Tap, TapArgument, make_button
from domain.money import format_money
from domain.restrictions.model import Restriction
from domain.restrictions.repository import find_restriction_state
from domain.screening import use_cases
from domain.screening.review import ReviewedOrder, ReviewedSide

SIDES = tuple(ReviewedSide)  # in the order of the choice
LENGTHS = (timedelta(days=7), timedelta(days=30), None)  # of a bar; None is without an end
BARS = tuple(product(SIDES, LENGTHS))


async def show_reviewed_order(context: RequestContext) -> Replies:
    """Handle [Leave it as it is]: the alert again."""
    require_admin_access(context)
    return (EditMenu(await render_reviewed_order(context)),)


async def ask_bar(context: RequestContext) -> Replies:
    """Handle [Bar…]: ask whom, then until when, which is the confirmation."""
    require_admin_access(context)
    about = (context.work, context.campus, context.member, context.subject)
    reviewed, free = await use_cases.view_barrable_sides(*about)
    leave = (context.button("bot-button-leave", Tap.REVIEWED, reviewed.order_id),)
    if context.read_argument(TapArgument.CHOICE) == NO_CHOICE:
        whom = tuple([(await _side_button(context, reviewed, side),) for side in free])
        return (EditMenu(Screen(context.say("bot-bar-whom", order=reviewed.order_id), (leave, *whom))),)
    side = read_choice(context, SIDES)
    member = await find_member(context.work, context.campus.id, reviewed.person_at(side))
    text = context.say("bot-bar-sure", name=member.first_name, number=str(member.person_id), side=side)
    lengths = tuple((_length_button(context, reviewed, side, length),) for length in LENGTHS)
    return (EditMenu(Screen(text, (leave, *lengths))),)


async def _side_button(context: RequestContext, reviewed: ReviewedOrder, side: ReviewedSide) -> Button:
    member = await find_member(context.work, context.campus.id, reviewed.person_at(side))
    choice = choice_of(SIDES, side)
    return context.button(
        "bot-button-bar-whom", Tap.BAR_SIDE, reviewed.order_id, choice, name=member.first_name, side=side
    )


def _length_button(
    context: RequestContext, reviewed: ReviewedOrder, side: ReviewedSide, length: timedelta | None
) -> Button:
    choice, days = choice_of(BARS, (side, length)), 0 if length is None else length.days
    return context.button(
        "bot-button-bar-length", Tap.BAR_SIDE_SURE, reviewed.order_id, choice, style=ButtonStyle.DANGER, days=days
    )


async def bar_side_tapped(context: RequestContext) -> Replies:
    """Handle the length: the person is barred and told, and the alert says so."""
    require_admin_access(context)
    side, length = read_choice(context, BARS)
    await use_cases.bar_side(context.work, context.campus, context.member, context.subject, side, length)
    return Answer(context.say_plain("bot-barred-toast")), EditMenu(await render_reviewed_order(context))


async def render_reviewed_order(context: RequestContext) -> Screen:
    """Return the alert about the tapped order as it is now: why its pay was held, and what was decided by whom."""
    about = (context.work, context.campus, context.member, context.subject)
    reviewed = await use_cases.view_reviewed_order(*about)
    text = context.say(
        "notification-review",
        order=reviewed.order_id,
        amount=format_money(reviewed.share, reviewed.currency),
        customer=await _name(context, reviewed.customer_id),
        runner=await _name(context, reviewed.runner_id),
        why=reviewed.reason,
    )
    return Screen("\n".join((text, *await _decisions(context, reviewed))), _rows(context, reviewed))


async def _decisions(context: RequestContext, reviewed: ReviewedOrder) -> list[str]:
    released = [] if reviewed.released_by is None else [await _say_released(context, reviewed.released_by)]
    events = await read_order_history(context.work, context.campus.id, reviewed.order_id)
    asked = [event for event in events if event.subject == "refund" and event.event == "requested"]
    states = [await find_restriction_state(context.work, context.campus.id, reviewed.person_at(s)) for s in SIDES]
    bars = [state.bar for state in states if state.bar is not None]
    refunded = [await _say_refunded(context, event) for event in asked]
    return [*released, *refunded, *[await _say_barred(context, bar) for bar in bars]]


async def _say_released(context: RequestContext, admin_id: int) -> str:
    return context.say("bot-review-released", admin=await _name(context, admin_id))


async def _say_refunded(context: RequestContext, asked: LoggedEvent) -> str:
    admin = await _name(context, asked.actor.person_id or 0)
    return context.say("bot-review-refunded", admin=admin, note=asked.reason or "-")


async def _say_barred(context: RequestContext, bar: Restriction) -> str:
    here, until = bar.campus_id == context.campus.id, bar.terms.until
    return context.say(
        "bot-review-barred",
        name=bar.first_name,
        ends="no" if until is None else "yes",
        until="-" if until is None else context.format_time(until, "Dt"),
        by="here" if here else "elsewhere",
        admin=await _name(context, bar.decided_by) if here else "-",
        team=bar.campus_title,
    )


def _rows(context: RequestContext, reviewed: ReviewedOrder) -> Rows:
    number, say = reviewed.order_id, context.say_plain  # these buttons stand on an alert, which is no menu
    release = make_button(say("button-let-pay-go"), Tap.LET_PAY_GO, number, style=ButtonStyle.SUCCESS)
    refund = make_button(say("button-refund-held"), Tap.REFUND, number)
    bar = make_button(say("button-bar-side"), Tap.BAR_SIDE, number, NO_CHOICE, style=ButtonStyle.DANGER)
    see_order = make_button(say("button-see-order"), Tap.ADMIN_ORDER, number)
    return (*(((release,),) if reviewed.waits else ()), (refund,), (bar,), (see_order,))


async def _name(context: RequestContext, person_id: int) -> str:
    return (await find_member(context.work, context.campus.id, person_id)).first_name
