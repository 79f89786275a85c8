"""Where the food is handed over: a building, and a spot in it."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.customer.screens.pieces import LONGEST_NAME, ask, back_row
from bot.home import home_button
from bot.pages import PAGE, page_of, turning
from bot.replies import Rows, Screen
from bot.turn import Turn, cut
from domain.buttons import Button, Style, Tap
from domain.campus import DropPoint
from domain.draft import Draft, Expects
from domain.errors import Stale
from domain.store.campuses import drop_points_of
from domain.store.reordering import last_order


@dataclass(frozen=True, slots=True)
class Building:
    """A building with its spots, by name."""

    name: str
    spots: tuple[DropPoint, ...]


def buildings_of(points: Sequence[DropPoint]) -> tuple[Building, ...]:
    """The buildings of these drop points, in their order."""
    names = dict.fromkeys(point.building for point in points)
    return tuple(Building(name, tuple(point for point in points if point.building == name)) for name in names)


async def usual_place(turn: Turn) -> str | None:
    """Where her food usually goes: the place she set, else that of her last order."""
    if turn.member.default_place is not None:
        return turn.member.default_place
    last = await last_order(turn.work, turn.campus.id, turn.member.person_id)
    return None if last is None else last.drop_point


async def drop_points(turn: Turn, draft: Draft, page: int = 0) -> Screen:
    """The usual place, then the buildings; one with a single spot is chosen at once."""
    await ask(turn, Expects.DROP_POINT)
    shown = page_of(buildings_of(await drop_points_of(turn.work, turn.campus.id)), page)
    rows: Rows = tuple((_building(turn, draft, building),) for building in shown.things)
    place = None if shown.number else await usual_place(turn)
    usual: Rows = ()
    if place is not None:
        usual = ((turn.button("bot-button-usual-place", Tap.USUAL_PLACE, 0, draft.version, place=place),),)
    paging = turning(turn, Tap.DROP_POINT, shown, draft.version)
    return Screen(turn.say("bot-drop-points"), (*usual, *rows, *paging, back_row(turn, draft, Tap.MENU_ITEM)))


def food_or_place(turn: Turn, draft: Draft, typed: str) -> Screen:
    """What was typed for a place reads like food: which is it? The next line is still a place."""
    add = turn.button("bot-button-as-item", Tap.AS_ITEM, 0, draft.version, style=Style.PRIMARY)
    place = turn.button("bot-button-as-place", Tap.AS_PLACE, 0, draft.version)
    back = turn.button("bot-button-back", Tap.DROP_POINT, 0, draft.version)
    return Screen(turn.say("bot-food-or-place", typed=typed), ((add, place), (back, home_button(turn))))


def _building(turn: Turn, draft: Draft, building: Building) -> Button:
    first = building.spots[0]
    if len(building.spots) == 1:
        return turn.button("bot-button-drop-point", Tap.DROP_POINT, first.id, draft.version, place=first.name)
    name, count = cut(building.name, LONGEST_NAME), len(building.spots)
    return turn.button("bot-button-building", Tap.BUILDING, first.id, draft.version, building=name, spots=count)


async def spots(turn: Turn, draft: Draft, first: int) -> Screen:
    """The spots of the building that this drop point is in, from that one's page on; Stale when it is gone."""
    points = await drop_points_of(turn.work, turn.campus.id)
    building = building_with(points, first)
    await ask(turn, Expects.DROP_POINT, first)
    place = next(index for index, spot in enumerate(building.spots) if spot.id == first)
    shown = page_of(building.spots, place // PAGE)
    rows: Rows = tuple((_spot(turn, draft, spot),) for spot in shown.things)
    back = turn.button("bot-button-back", Tap.DROP_POINT, 0, draft.version)
    text = turn.say("bot-spots", building=building.name)
    return Screen(text, (*rows, *_pages(turn, draft, building, shown.number), (back, home_button(turn))))


def building_with(points: Sequence[DropPoint], drop_point: int) -> Building:
    """The building that this drop point is in; Stale when it is gone."""
    for building in buildings_of(points):
        if any(spot.id == drop_point for spot in building.spots):
            return building
    raise Stale


def _spot(turn: Turn, draft: Draft, spot: DropPoint) -> Button:
    return turn.button("bot-button-drop-point", Tap.DROP_POINT, spot.id, draft.version, place=spot.spot or spot.name)


def _pages(turn: Turn, draft: Draft, building: Building, number: int) -> Rows:
    """Pages of spots are named by the first spot on them: a building's name fits into no button."""
    starts = [spot.id for spot in building.spots[::PAGE]]
    row: list[Button] = []
    if number:
        row.append(turn.button("bot-button-list-before", Tap.BUILDING, starts[number - 1], draft.version))
    if number + 1 < len(starts):
        row.append(turn.button("bot-button-list-after", Tap.BUILDING, starts[number + 1], draft.version))
    return (tuple(row),) if row else ()
