"""Two campuses in one bot and one worker: each with its own bot, groups and people, and no way across."""

import asyncio

from sandbox.play.scenes.parts import comes_in, orders_laksa
from sandbox.play.sights import Place
from sandbox.play.wire import fields
from tests.journeys.town import Town


async def test_jobs_of_two_campuses_meet_neither_in_their_groups_nor_under_a_forged_tap(town: Town) -> None:
    async with town.stage("east") as east, town.stage("west") as west:
        ours, theirs = await asyncio.gather(orders_laksa(east.mei), orders_laksa(west.mei))
        offered = (await east.ana.spots("claim", about=ours)).message
        assert offered.place == Place(str(town.quarters["east"].campus.runners.id))
        assert (await west.ana.spots("claim", about=theirs)).message.place != offered.place

        await comes_in(east.ana)
        forged = {
            "from": east.ana.number,
            "chat": int(offered.place.chat),
            "message_id": offered.number,
            "data": f"v1:claim:{theirs}:1",
        }
        tap = fields(await east.telegram.post("/sim/taps", forged))["callback_query_id"]
        answer = fields(await east.telegram.get(f"/sim/taps/{tap}", wait=15))
        assert answer["text"] == "There is no such order here."
        rows = await town.ask("SELECT status FROM orders WHERE id = ANY($1::bigint[])", [ours, theirs])
        assert [row["status"] for row in rows] == ["CREATED", "CREATED"]


async def test_an_order_belongs_to_the_campus_whose_bot_took_it(town: Town) -> None:
    async with town.stage("south") as stage:
        order = await orders_laksa(stage.mei)
        query = "SELECT campus.name FROM orders JOIN campus ON campus.id = campus_id WHERE orders.id = $1"
        assert [row["name"] for row in await town.ask(query, order)] == ["south"]
        await stage.mei.types("/orders")
        await stage.mei.spots("open_order", about=order)
