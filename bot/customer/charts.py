"""Charts of /me: what a person paid or earned, week by week; the caption has the same numbers as text."""

from collections.abc import Mapping
from datetime import date, timedelta
from functools import partial

from bot.conversation.picture_rendering import Bar, render_bars
from bot.conversation.replies import Answer, Picture, Replies
from bot.conversation.request_context import RequestContext
from domain.campuses.permissions import Action, require_permission
from domain.messaging.buttons import Tap
from domain.refunds.earnings_repository import sum_earned_by_week, sum_paid_by_week

WEEKS_SHOWN = 10  # the present week and those before it


async def chart_paid(context: RequestContext) -> Replies:
    """Handle [Chart what I paid]."""
    require_permission(context.member, Action.PLACE)
    found = await sum_paid_by_week(context.work, context.campus, context.member.person_id, _mondays(context)[0])
    return _render_chart(context, found, context.say("bot-chart-paid"))


async def chart_earned(context: RequestContext) -> Replies:
    """Handle [Chart my earnings]."""
    require_permission(context.member, Action.PLACE)
    found = await sum_earned_by_week(context.work, context.campus, context.member.person_id, _mondays(context)[0])
    return _render_chart(context, found, context.say("bot-chart-earned"))


def _mondays(context: RequestContext) -> list[date]:
    """Return the Mondays of the weeks shown, in the campus' time zone."""
    today = context.work.now.astimezone(context.campus.zone).date()
    this_week = today - timedelta(days=today.weekday())
    return [this_week - timedelta(weeks=weeks) for weeks in reversed(range(WEEKS_SHOWN))]


def _render_chart(context: RequestContext, found: Mapping[date, int], title: str) -> Replies:
    if not found:
        return (Answer(context.say_plain("bot-chart-empty")),)
    amounts = [(f"{monday:%d.%m.}", found.get(monday, 0)) for monday in _mondays(context)]
    bars = tuple(Bar(label, amount, context.format_money(amount)) for label, amount in amounts)
    caption = (
        title,
        *(context.say("bot-chart-week", monday=bar.label, amount=bar.words) for bar in bars),
        context.say("bot-chart-total", amount=context.format_money(sum(bar.height for bar in bars))),
    )
    back = ((context.button("bot-button-to-me", Tap.ME),),)
    picture = Picture(render=partial(render_bars, bars), caption="\n".join(caption), rows=back)
    return Answer(context.say_plain("bot-chart-coming")), picture
