"""The choice of the place of the hand-over: a building, a spot in it, or a typed place."""

from collections.abc import Sequence
from dataclasses import replace

from bot.conversation.replies import EditMenu, NewMessage, Replies, Screen
from bot.conversation.request_context import RequestContext
from bot.customer.draft.basket import begin_draft, change_basket
from bot.customer.draft.basket_items import receive_items
from bot.customer.screens import drop_point_screens, flow
from bot.customer.screens.screen_parts import with_notices
from domain.campuses.campus import DropPoint
from domain.campuses.repository import list_drop_points
from domain.errors import Stale
from domain.orders.drafts.draft import MAX_PLACE_NAME_LENGTH, ConversationState, Draft, PendingInput, normalize_line
from domain.orders.drafts.item_lines import looks_like_item
from domain.orders.drafts.repository import find_pending_input, set_pending_input
from domain.typed import fold_name


async def choose_drop_point(context: RequestContext, draft: Draft) -> Replies:
    """Choose a drop point; a subject of 0 or less shows a page of the buildings."""
    if context.subject <= 0:
        return (EditMenu(await drop_point_screens.render_drop_points(context, draft, -context.subject)),)
    points = await list_drop_points(context.work, context.campus.id)
    chosen = next((point for point in points if point.id == context.subject), None)
    if chosen is None:
        raise Stale
    changed = await change_basket(context, drop_point=chosen.name)
    return (EditMenu(await flow.render_next_screen(context, changed)),)


async def choose_building(context: RequestContext, draft: Draft) -> Replies:
    """Show the spots of a building, or another page of them."""
    return (EditMenu(await drop_point_screens.render_spots(context, draft, context.subject)),)


async def choose_usual_place(context: RequestContext, draft: Draft) -> Replies:
    """Choose the person's usual place."""
    place = await drop_point_screens.find_usual_place(context)
    if place is None:
        raise Stale
    changed = await change_basket(context, drop_point=place)
    return (EditMenu(await flow.render_next_screen(context, changed)),)


async def receive_drop_point(context: RequestContext) -> Replies:
    """Take a typed place, or a room after a building was chosen; ask about a line that looks like an item."""
    draft = await begin_draft(context)
    typed = normalize_line(context.typed)
    if draft.store_name is not None and looks_like_item(typed, context.campus.currency):
        lines = "\n".join(filter(None, map(normalize_line, context.typed.splitlines())))
        await set_pending_input(
            context.work, *_person_key(context), PendingInput.DROP_POINT, context.pending_subject or None, lines
        )
        return (NewMessage(drop_point_screens.render_food_or_place(context, draft, typed)),)
    return (NewMessage(await _set_drop_point(context, draft, typed, context.pending_subject)),)


async def accept_as_place(context: RequestContext, draft: Draft) -> Replies:
    """Handle [It's the place]: take the typed line as the place, although it looks like an item."""
    asked = await _require_kept_text(context)
    return (EditMenu(await _set_drop_point(context, draft, normalize_line(asked.detail or ""), asked.subject or 0)),)


async def accept_as_item(context: RequestContext, draft: Draft) -> Replies:
    """Handle [Add to basket]: take the line that was typed for a place as items."""
    asked = await _require_kept_text(context)
    line = replace(context, typed=asked.detail or "")
    return tuple(EditMenu(reply.screen) for reply in await receive_items(line) if isinstance(reply, NewMessage))


async def _require_kept_text(context: RequestContext) -> ConversationState:
    asked = await find_pending_input(context.work, *_person_key(context))
    if asked is None or asked.pending_input is not PendingInput.DROP_POINT or not asked.detail:
        raise Stale
    return asked


async def _set_drop_point(context: RequestContext, draft: Draft, typed: str, spot: int) -> Screen:
    """Set the typed place and return the next screen; `spot` is a drop point of the chosen building, or 0."""
    points = await list_drop_points(context.work, context.campus.id)
    place = _in_building(points, typed, spot)
    if not typed or len(place) > MAX_PLACE_NAME_LENGTH:
        wanted = context.say("bot-place-not-understood", most=MAX_PLACE_NAME_LENGTH)
        return with_notices(await drop_point_screens.render_drop_points(context, draft), wanted)
    named = [
        building
        for building in drop_point_screens.group_buildings(points)
        if fold_name(building.name) == fold_name(place)
    ]
    if named and len(named[0].spots) > 1:
        return await drop_point_screens.render_spots(context, draft, named[0].spots[0].id)
    matching_points = (
        [named[0].spots[0]] if named else [point for point in points if fold_name(point.name) == fold_name(place)]
    )
    changed = await change_basket(context, drop_point=matching_points[0].name if matching_points else place)
    return await flow.render_next_screen(context, changed)


def _in_building(points: Sequence[DropPoint], typed: str, spot: int) -> str:
    """Return the place in the building of `spot`: `room 412` becomes `Hall 3, room 412`."""
    if not spot or not typed:
        return typed
    try:
        building = drop_point_screens.find_building(points, spot).name
    except Stale:  # it was deactivated meanwhile
        return typed
    return typed if fold_name(typed).startswith(fold_name(building)) else f"{building}, {typed}"


def _person_key(context: RequestContext) -> tuple[int, int]:
    return context.campus.id, context.member.person_id
