"""Choosing where the food is handed over: a building, a spot in it, or a place of one's own words."""

from collections.abc import Sequence

from bot.customer.basket import begin_draft, change
from bot.customer.screens import flow, places
from bot.customer.screens.pieces import noticed
from bot.replies import EditMenu, NewMessage, Replies
from bot.turn import Turn
from domain.campus import DropPoint
from domain.draft import LONGEST_NAME, Draft, one_line
from domain.errors import Stale
from domain.store.campuses import drop_points_of


async def choose_drop_point(turn: Turn, draft: Draft) -> Replies:
    """A drop point; 0 and less show a page of the buildings."""
    if turn.subject <= 0:
        return (EditMenu(await places.drop_points(turn, draft, -turn.subject)),)
    points = await drop_points_of(turn.work, turn.campus.id)
    chosen = next((point for point in points if point.id == turn.subject), None)
    if chosen is None:
        raise Stale
    changed = await change(turn, drop_point=chosen.name)
    return (EditMenu(await flow.next_screen(turn, changed)),)


async def choose_building(turn: Turn, draft: Draft) -> Replies:
    """A building of several spots, or another page of them."""
    return (EditMenu(await places.spots(turn, draft, turn.subject)),)


async def choose_usual_place(turn: Turn, draft: Draft) -> Replies:
    """Where her food usually goes."""
    place = await places.usual_place(turn)
    if place is None:
        raise Stale
    changed = await change(turn, drop_point=place)
    return (EditMenu(await flow.next_screen(turn, changed)),)


async def typed_drop_point(turn: Turn) -> Replies:
    """A place in her own words; after a building was chosen, a room in it."""
    draft = await begin_draft(turn)
    points = await drop_points_of(turn.work, turn.campus.id)
    typed = one_line(turn.typed)
    place = _within(turn, points, typed)
    if not typed or len(place) > LONGEST_NAME:
        wanted = turn.say("bot-place-unclear", most=LONGEST_NAME)
        return (NewMessage(noticed(await places.drop_points(turn, draft), wanted)),)
    named = [building for building in places.buildings_of(points) if building.name.lower() == place.lower()]
    if named and len(named[0].spots) > 1:
        return (NewMessage(await places.spots(turn, draft, named[0].spots[0].id)),)
    known = [named[0].spots[0]] if named else [point for point in points if point.name.lower() == place.lower()]
    changed = await change(turn, drop_point=known[0].name if known else place)
    return (NewMessage(await flow.next_screen(turn, changed)),)


def _within(turn: Turn, points: Sequence[DropPoint], typed: str) -> str:
    """`room 412`, when the question was about Hall 3, is a place in Hall 3."""
    if not turn.asked_about or not typed:
        return typed
    try:
        building = places.building_with(points, turn.asked_about).name
    except Stale:  # the campus put it aside meanwhile
        return typed
    return typed if typed.lower().startswith(building.lower()) else f"{building}, {typed}"
