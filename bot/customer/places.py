"""Choosing where the food is handed over: a building, a spot in it, or a place of one's own words."""

from collections.abc import Sequence
from dataclasses import replace

from bot.customer.basket import begin_draft, change
from bot.customer.food import typed_items
from bot.customer.reading import reads_like_food
from bot.customer.screens import flow, places
from bot.customer.screens.pieces import noticed
from bot.replies import EditMenu, NewMessage, Replies, Screen
from bot.turn import Turn
from domain.campus import DropPoint
from domain.draft import LONGEST_NAME, Dialogue, Draft, Expects, one_line
from domain.errors import Stale
from domain.store.campuses import drop_points_of
from domain.store.drafts import expect, expected


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
    """A place in her own words; after a building was chosen, a room in it. What reads like food is asked about."""
    draft = await begin_draft(turn)
    typed = one_line(turn.typed)
    if draft.store_name is not None and reads_like_food(typed, turn.campus.currency):
        lines = "\n".join(filter(None, map(one_line, turn.typed.splitlines())))
        await expect(turn.work, *_here(turn), Expects.DROP_POINT, turn.asked_about or None, lines)
        return (NewMessage(places.food_or_place(turn, draft, typed)),)
    return (NewMessage(await _brought_to(turn, draft, typed, turn.asked_about)),)


async def as_place(turn: Turn, draft: Draft) -> Replies:
    """[It's the place]: what was typed, though it reads like food."""
    asked = await _typed_before(turn)
    return (EditMenu(await _brought_to(turn, draft, one_line(asked.detail or ""), asked.subject or 0)),)


async def as_item(turn: Turn, draft: Draft) -> Replies:
    """[Add to basket]: what was typed where a place was asked for."""
    asked = await _typed_before(turn)
    line = replace(turn, typed=asked.detail or "")
    return tuple(EditMenu(reply.screen) for reply in await typed_items(line) if isinstance(reply, NewMessage))


async def _typed_before(turn: Turn) -> Dialogue:
    asked = await expected(turn.work, *_here(turn))
    if asked is None or asked.expects is not Expects.DROP_POINT or not asked.detail:
        raise Stale
    return asked


async def _brought_to(turn: Turn, draft: Draft, typed: str, spot: int) -> Screen:
    """The screen after these words for a place; `spot` is a drop point of the building that was asked about, or 0."""
    points = await drop_points_of(turn.work, turn.campus.id)
    place = _within(points, typed, spot)
    if not typed or len(place) > LONGEST_NAME:
        wanted = turn.say("bot-place-unclear", most=LONGEST_NAME)
        return noticed(await places.drop_points(turn, draft), wanted)
    named = [building for building in places.buildings_of(points) if building.name.lower() == place.lower()]
    if named and len(named[0].spots) > 1:
        return await places.spots(turn, draft, named[0].spots[0].id)
    known = [named[0].spots[0]] if named else [point for point in points if point.name.lower() == place.lower()]
    changed = await change(turn, drop_point=known[0].name if known else place)
    return await flow.next_screen(turn, changed)


def _within(points: Sequence[DropPoint], typed: str, spot: int) -> str:
    """`room 412`, when the question was about Hall 3, is a place in Hall 3."""
    if not spot or not typed:
        return typed
    try:
        building = places.building_with(points, spot).name
    except Stale:  # the campus put it aside meanwhile
        return typed
    return typed if typed.lower().startswith(building.lower()) else f"{building}, {typed}"


def _here(turn: Turn) -> tuple[int, int]:
    return turn.campus.id, turn.member.person_id
