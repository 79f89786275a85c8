"""Tests of two campuses in one bot and one worker: each has its own bot, groups and people, and sees no other."""

import asyncio

from sandbox.play.observed_messages import ChatRef
from sandbox.play.sandbox_client import json_object
from sandbox.play.scenes.scene_steps import order_laksa, start_bot
from tests.journeys.journey_stack import JourneyStack


async def test_orders_of_two_campuses_are_separate_in_groups_and_under_forged_taps(stack: JourneyStack) -> None:
    async with stack.running_scene("east") as east, stack.running_scene("west") as west:
        east_order, west_order = await asyncio.gather(order_laksa(east.mei), order_laksa(west.mei))
        offer = (await east.ana.find_button("claim", subject_id=east_order)).message
        assert offer.chat_ref == ChatRef(str(stack.populated_campuses["east"].chats.runners.id))
        assert (await west.ana.find_button("claim", subject_id=west_order)).message.chat_ref != offer.chat_ref

        await start_bot(east.ana)
        forged = {
            "from": east.ana.user_id,
            "chat": int(offer.chat_ref.chat),
            "message_id": offer.message_id,
            "data": f"v1:claim:{west_order}:1",
        }
        tap_id = json_object(await east.telegram.post("/sim/taps", forged))["callback_query_id"]
        answer = json_object(await east.telegram.get(f"/sim/taps/{tap_id}", wait=15))
        assert answer["text"] == "There is no such order here."
        rows = await stack.fetch_rows(
            "SELECT status FROM orders WHERE id = ANY($1::bigint[])", [east_order, west_order]
        )
        assert [row["status"] for row in rows] == ["CREATED", "CREATED"]


async def test_an_order_belongs_to_the_campus_whose_bot_took_it(stack: JourneyStack) -> None:
    async with stack.running_scene("south") as south:
        order = await order_laksa(south.mei)
        query = "SELECT campus.name FROM orders JOIN campus ON campus.id = campus_id WHERE orders.id = $1"
        assert [row["name"] for row in await stack.fetch_rows(query, order)] == ["south"]
        await south.mei.type_text("/orders")
        await south.mei.find_button("open_order", subject_id=order)
