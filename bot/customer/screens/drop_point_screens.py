"""The screens for the place of the hand-over: buildings, and the spots of one."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.conversation.home import home_button
from bot.conversation.paging import PAGE_SIZE, get_page, paging_row
from bot.conversation.replies import Rows, Screen
from bot.conversation.request_context import RequestContext, truncate
from bot.customer.screens.screen_parts import MAX_BUTTON_NAME_LENGTH, back_row, expect_input
from domain.campuses.campus import DropPoint
from domain.campuses.repository import list_drop_points
from domain.errors import Stale
from domain.messaging.buttons import Button, ButtonStyle, Tap
from domain.orders.drafts.draft import Draft, PendingInput
from domain.orders.drafts.reordering import find_last_order


@dataclass(frozen=True, slots=True)
class Building:
    """A building with its spots."""

    name: str
    spots: tuple[DropPoint, ...]


def group_buildings(points: Sequence[DropPoint]) -> tuple[Building, ...]:
    """Return the buildings of these drop points, in the same order."""
    names = dict.fromkeys(point.building for point in points)
    return tuple(Building(name, tuple(point for point in points if point.building == name)) for name in names)


async def find_usual_place(context: RequestContext) -> str | None:
    """Return the person's usual place: the one that was set, else that of the last order."""
    if context.member.default_place is not None:
        return context.member.default_place
    last = await find_last_order(context.work, context.campus.id, context.member.person_id)
    return None if last is None else last.drop_point


async def render_drop_points(context: RequestContext, draft: Draft, page: int = 0) -> Screen:
    """Return the screen of the usual place and the buildings; a building with one spot is chosen at once."""
    await expect_input(context, PendingInput.DROP_POINT)
    shown = get_page(group_buildings(await list_drop_points(context.work, context.campus.id)), page)
    rows: Rows = tuple((_building_button(context, draft, building),) for building in shown.items)
    place = None if shown.number else await find_usual_place(context)
    usual: Rows = ()
    if place is not None:
        usual = ((context.button("bot-button-usual-place", Tap.USUAL_PLACE, 0, draft.version, place=place),),)
    paging = paging_row(context, Tap.DROP_POINT, shown, draft.version)
    return Screen(context.say("bot-drop-points"), (*usual, *rows, *paging, back_row(context, draft, Tap.MENU_ITEM)))


def render_food_or_place(context: RequestContext, draft: Draft, typed: str) -> Screen:
    """Ask whether a typed line is an item or the place; the next typed line is still a place."""
    add = context.button("bot-button-as-item", Tap.USE_AS_ITEM, 0, draft.version, style=ButtonStyle.PRIMARY)
    place = context.button("bot-button-as-place", Tap.USE_AS_DROP_POINT, 0, draft.version)
    back = context.button("bot-button-back", Tap.DROP_POINT, 0, draft.version)
    return Screen(context.say("bot-food-or-place", typed=typed), ((add, place), (back, home_button(context))))


def _building_button(context: RequestContext, draft: Draft, building: Building) -> Button:
    first = building.spots[0]
    if len(building.spots) == 1:
        return context.button("bot-button-drop-point", Tap.DROP_POINT, first.id, draft.version, place=first.name)
    name, count = truncate(building.name, MAX_BUTTON_NAME_LENGTH), len(building.spots)
    return context.button("bot-button-building", Tap.BUILDING, first.id, draft.version, building=name, spots=count)


async def render_spots(context: RequestContext, draft: Draft, first: int) -> Screen:
    """Return the screen of the building of drop point `first`, at its page. Raise Stale when the drop point is gone."""
    points = await list_drop_points(context.work, context.campus.id)
    building = find_building(points, first)
    await expect_input(context, PendingInput.DROP_POINT, first)
    place = next(index for index, spot in enumerate(building.spots) if spot.id == first)
    shown = get_page(building.spots, place // PAGE_SIZE)
    rows: Rows = tuple((_spot_button(context, draft, spot),) for spot in shown.items)
    back = context.button("bot-button-back", Tap.DROP_POINT, 0, draft.version)
    text = context.say("bot-spots", building=building.name)
    return Screen(text, (*rows, *_paging_rows(context, draft, building, shown.number), (back, home_button(context))))


def find_building(points: Sequence[DropPoint], drop_point: int) -> Building:
    """Return the building of a drop point. Raise Stale when the drop point is gone."""
    for building in group_buildings(points):
        if any(spot.id == drop_point for spot in building.spots):
            return building
    raise Stale


def _spot_button(context: RequestContext, draft: Draft, spot: DropPoint) -> Button:
    return context.button("bot-button-drop-point", Tap.DROP_POINT, spot.id, draft.version, place=spot.spot or spot.name)


def _paging_rows(context: RequestContext, draft: Draft, building: Building, number: int) -> Rows:
    """Return the paging buttons; their id is a page's first spot, as callback data cannot hold a building's name."""
    starts = [spot.id for spot in building.spots[::PAGE_SIZE]]
    row: list[Button] = []
    if number:
        row.append(context.button("bot-button-list-before", Tap.BUILDING, starts[number - 1], draft.version))
    if number + 1 < len(starts):
        row.append(context.button("bot-button-list-after", Tap.BUILDING, starts[number + 1], draft.version))
    return (tuple(row),) if row else ()
