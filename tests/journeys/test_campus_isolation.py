"""Tests of two campuses in one bot and one worker: each has its own bot, groups and people, and sees no other."""

import asyncio

from sandbox.people.observed_messages import ChatRef
from sandbox.people.populated_stack import PopulatedStack
from tests.journeys.running_scenes import running_scene


async def test_orders_of_two_campuses_are_separate_in_groups_and_under_forged_taps(stack: PopulatedStack) -> None:
    async with running_scene(stack, "east") as east, running_scene(stack, "west") as west:
        east_order, west_order = await asyncio.gather(east.mei.order_laksa(), west.mei.order_laksa())
        offer = (await east.ana.find_button("claim", subject_id=east_order)).message
        assert offer.chat_ref == ChatRef(str(stack.campuses["east"].runner_group))
        assert (await west.ana.find_button("claim", subject_id=west_order)).message.chat_ref != offer.chat_ref

        await east.ana.start_bot()
        forged = f"v1:claim:{west_order}:1"
        tap = await stack.telegram.tap(east.ana.user_id, offer.chat_ref.chat, offer.message_id, forged)
        assert (await stack.telegram.answer_to(tap))["text"] == "There is no such order here."
        rows = await stack.query("SELECT status FROM orders WHERE id = ANY($1::bigint[])", [east_order, west_order])
        assert [row["status"] for row in rows] == ["CREATED", "CREATED"]


async def test_an_order_belongs_to_the_campus_whose_bot_took_it(stack: PopulatedStack) -> None:
    async with running_scene(stack, "south") as south:
        order = await south.mei.order_laksa()
        query = "SELECT campus.name FROM orders JOIN campus ON campus.id = campus_id WHERE orders.id = $1"
        assert [row["name"] for row in await stack.query(query, order)] == ["south"]
        await south.mei.type_text("/orders")
        await south.mei.find_button("open_order", subject_id=order)
