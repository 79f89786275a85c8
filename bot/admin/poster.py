"""/poster: the campus' invitation as a QR code to print, for the whole campus or for one drop point."""

from functools import partial

from bot.admin.access import require_admin_access
from bot.conversation.home import home_button
from bot.conversation.picture_rendering import render_poster
from bot.conversation.replies import NewMessage, Picture, Replies, Rows, Screen
from bot.conversation.request_context import RequestContext
from domain.campuses.campus import DropPoint
from domain.campuses.repository import list_drop_points
from domain.errors import Stale
from domain.messaging.buttons import Tap

MAX_DROP_POINT_BUTTONS = 24


async def poster_command(context: RequestContext) -> Replies:
    """Handle /poster: send the poster for the whole campus, with a button for the poster of each drop point."""
    require_admin_access(context)
    link = context.campus.invitation_link()
    if link is None:
        return (NewMessage(Screen(context.say("bot-invite-later"), _home_row(context))),)
    points = await list_drop_points(context.work, context.campus.id)
    rows: Rows = tuple(
        (context.button("bot-button-poster", Tap.POSTER, point.id, place=point.name),)
        for point in points[:MAX_DROP_POINT_BUTTONS]
    )
    caption = context.say("bot-poster", campus=context.campus.title, link=link)
    render = partial(render_poster, link, context.campus.title, context.say_plain("bot-poster-line"))
    return (Picture(render=render, caption=caption, rows=(*rows, *_home_row(context))),)


async def show_drop_point_poster(context: RequestContext) -> Replies:
    """Handle [Poster for a place]: send the poster whose code begins an order to this drop point."""
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
