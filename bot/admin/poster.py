"""/poster: the campus' invitation as a QR code to print, for any place or for one drop point."""

from functools import partial

from bot.admin.admin_commands import require_admin_access
from bot.home import MENU_VERSION, home_button
from bot.picture_rendering import render_poster
from bot.replies import NewMessage, Picture, Replies, Rows, Screen
from bot.request_context import RequestContext
from domain.buttons import Tap
from domain.campus import DropPoint
from domain.errors import Stale
from domain.store.campus_repository import list_drop_points

MAX_PLACES = 24  # buttons under the poster


async def poster_command(context: RequestContext) -> Replies:
    """Handle /poster: send the poster for any place, with a button for each drop point's poster."""
    require_admin_access(context)
    link = context.campus.invitation_link()
    if link is None:
        return (NewMessage(Screen(context.say("bot-invite-later"), _home_row(context))),)
    points = await list_drop_points(context.work, context.campus.id)
    rows: Rows = tuple(
        (context.button("bot-button-poster", Tap.POSTER, point.id, MENU_VERSION, place=point.name),)
        for point in points[:MAX_PLACES]
    )
    caption = context.say("bot-poster", campus=context.campus.title, link=link)
    render = partial(render_poster, link, context.campus.title, context.say_plain("bot-poster-line"))
    return (Picture(render=render, caption=caption, rows=(*rows, *_home_row(context))),)


async def show_place_poster(context: RequestContext) -> Replies:
    """Handle [Poster for a place]: a person who scans it has food brought to that place."""
    require_admin_access(context)
    point = await _require_drop_point(context)
    link = context.campus.invitation_link(point.id)
    if link is None:
        return (NewMessage(Screen(context.say("bot-invite-later"), _home_row(context))),)
    caption = context.say("bot-poster-place", campus=context.campus.title, place=point.name, link=link)
    render = partial(
        render_poster, link, context.campus.title, context.say_plain("bot-poster-place-line", place=point.name)
    )
    return (Picture(render=render, caption=caption, rows=_home_row(context)),)


def _home_row(context: RequestContext) -> Rows:
    """Return [Home], but nothing in the admin chat, which has no home screen."""
    return ((home_button(context),),) if context.is_private else ()


async def _require_drop_point(context: RequestContext) -> DropPoint:
    found = [point for point in await list_drop_points(context.work, context.campus.id) if point.id == context.subject]
    if not found:
        raise Stale
    return found[0]
