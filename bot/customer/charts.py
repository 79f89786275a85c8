"""Charts of /me: what one paid, or earned, week by week; the caption has the same numbers in words."""

from collections.abc import Mapping
from datetime import date, timedelta
from functools import partial

from bot.home import MENU
from bot.pictures import Bar, draw_bars
from bot.replies import Answer, Picture, Replies
from bot.turn import Turn
from domain.buttons import Tap
from domain.people import Action
from domain.store.earnings import earned_by_week, paid_by_week
from domain.store.use_cases.permission import require

WEEKS = 10  # this one and those before it


async def paid(turn: Turn) -> Replies:
    """[Chart what I paid]."""
    require(turn.member, Action.PLACE)
    found = await paid_by_week(turn.work, turn.campus, turn.member.person_id, _mondays(turn)[0])
    return _chart(turn, found, turn.say("bot-chart-paid"))


async def earned(turn: Turn) -> Replies:
    """[Chart my earnings]."""
    require(turn.member, Action.PLACE)
    found = await earned_by_week(turn.work, turn.campus, turn.member.person_id, _mondays(turn)[0])
    return _chart(turn, found, turn.say("bot-chart-earned"))


def _mondays(turn: Turn) -> list[date]:
    """The first days of the weeks shown, on the campus' calendar."""
    today = turn.work.now.astimezone(turn.campus.zone).date()
    this_week = today - timedelta(days=today.weekday())
    return [this_week - timedelta(weeks=weeks) for weeks in reversed(range(WEEKS))]


def _chart(turn: Turn, found: Mapping[date, int], title: str) -> Replies:
    if not found:
        return (Answer(turn.plain("bot-chart-empty")),)
    amounts = [(f"{monday:%d.%m.}", found.get(monday, 0)) for monday in _mondays(turn)]
    bars = tuple(Bar(label, amount, turn.money(amount)) for label, amount in amounts)
    caption = (
        title,
        *(turn.say("bot-chart-week", monday=bar.label, amount=bar.words) for bar in bars),
        turn.say("bot-chart-total", amount=turn.money(sum(bar.height for bar in bars))),
    )
    back = ((turn.button("bot-button-to-me", Tap.ME, version=MENU),),)
    picture = Picture(draw=partial(draw_bars, bars), caption="\n".join(caption), rows=back)
    return Answer(turn.plain("bot-chart-coming")), picture
