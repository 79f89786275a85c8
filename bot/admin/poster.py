"""/poster: the campus' invitation as a code to print, one for everywhere or one for each drop point."""

from functools import partial

from bot.admin.steering import require_desk
from bot.home import MENU, home_button
from bot.pictures import draw_poster
from bot.replies import NewMessage, Picture, Replies, Rows, Screen
from bot.turn import Turn
from domain.buttons import Tap
from domain.campus import DropPoint
from domain.errors import Stale
from domain.store.campuses import drop_points_of

MOST_PLACES = 24  # buttons under the poster


async def poster(turn: Turn) -> Replies:
    """/poster: the one that hangs anywhere, with a button for each drop point's own."""
    require_desk(turn)
    link = turn.campus.invitation()
    if link is None:
        return (NewMessage(Screen(turn.say("bot-invite-later"), _home(turn))),)
    points = await drop_points_of(turn.work, turn.campus.id)
    rows: Rows = tuple(
        (turn.button("bot-button-poster", Tap.POSTER, point.id, MENU, place=point.name),)
        for point in points[:MOST_PLACES]
    )
    caption = turn.say("bot-poster", campus=turn.campus.title, link=link)
    draw = partial(draw_poster, link, turn.campus.title, turn.plain("bot-poster-line"))
    return (Picture(draw=draw, caption=caption, rows=(*rows, *_home(turn))),)


async def poster_of_place(turn: Turn) -> Replies:
    """[Poster for a place]: who scans it has her food brought there."""
    require_desk(turn)
    point = await _place(turn)
    link = turn.campus.invitation(point.id)
    if link is None:
        return (NewMessage(Screen(turn.say("bot-invite-later"), _home(turn))),)
    caption = turn.say("bot-poster-place", campus=turn.campus.title, place=point.name, link=link)
    draw = partial(draw_poster, link, turn.campus.title, turn.plain("bot-poster-place-line", place=point.name))
    return (Picture(draw=draw, caption=caption, rows=_home(turn)),)


def _home(turn: Turn) -> Rows:
    """In the admin chat there is no home to go to."""
    return ((home_button(turn),),) if turn.private else ()


async def _place(turn: Turn) -> DropPoint:
    found = [point for point in await drop_points_of(turn.work, turn.campus.id) if point.id == turn.subject]
    if not found:
        raise Stale
    return found[0]
