"""Cards: one message a chat and order, edited in place, always showing what is committed."""

from sqlalchemy import func

from domain.order import OrderStatus
from domain.store.schema import live_card
from tests.workers.messages.post_office import ANA, GROUP, MEI, PostOffice

CLAIMED = {"status": OrderStatus.ACCEPTED, "runner_id": ANA, "version": 2, "pin": "0482", "accepted_at": func.now()}


async def test_the_first_card_is_a_new_message_and_its_number_is_kept(post: PostOffice) -> None:
    order = await post.order()
    await post.deliver()
    (text,) = await post.texts()
    assert text.startswith(f"🔎 #{order.id}: looking for a runner")
    card = await post.card("customer")
    (message,) = [one for one in await post.look("messages", chat="@campus_bot", user=MEI) if one["text"] == text]
    assert (card.message_id, card.delivered, card.due_at, card.tries) == (message["message_id"], card.wanted, None, 0)


async def test_a_change_edits_the_message_in_place(post: PostOffice) -> None:
    order = await post.order()
    await post.deliver()
    before = (await post.card("customer")).message_id
    await post.change(order, **CLAIMED)
    await post.deliver()
    (text,) = await post.texts()
    assert text.startswith(f"🏃 #{order.id}: Ana is on it")
    assert (await post.card("customer")).message_id == before
    assert (await post.texts(chat=GROUP, user=1002))[0].splitlines()[1].startswith("Taken by Ana")


async def test_five_changes_before_the_sender_comes_are_one_edit(post: PostOffice) -> None:
    order = await post.order()
    await post.deliver()
    for note in ("a", "b", "c", "d", "e"):
        await post.change(order, note=note)
    await post.deliver()
    assert len(await post.calls("editMessageText", MEI)) == 1
    assert "📝 e" in (await post.texts())[0]


async def test_a_card_that_would_look_the_same_costs_no_call(post: PostOffice) -> None:
    order = await post.order()
    await post.deliver()
    await post.change(order)
    await post.deliver()
    assert await post.calls("editMessageText") == []
    card = await post.card("customer")
    assert (card.delivered, card.due_at) == (card.wanted, None)


async def test_what_telegram_calls_not_modified_is_delivered(post: PostOffice) -> None:
    order = await post.order()
    await post.deliver()
    async with post.office.database() as work:
        await work.connection.execute(live_card.update().values(delivered_hash="what a lost answer leaves"))
    await post.change(order)
    await post.deliver()
    (edit,) = await post.calls("editMessageText", MEI)
    assert edit["status"] == 400
    card = await post.card("customer")
    assert (card.delivered, card.due_at, card.error) == (card.wanted, None, None)


async def test_a_deleted_message_is_replaced_by_a_new_one(post: PostOffice) -> None:
    order = await post.order()
    await post.deliver()
    before = (await post.card("group")).message_id
    await post.forget_message(GROUP, before)
    await post.change(order, **CLAIMED)
    await post.deliver()
    (text,) = await post.texts(chat=GROUP, user=1002)
    assert "Taken by Ana" in text
    assert (await post.card("group")).message_id not in (None, before)


async def test_a_card_whose_sending_got_no_answer_is_sent_again(post: PostOffice) -> None:
    await post.sim("faults", kind="lost_answer", method="sendMessage", chat=MEI)
    await post.order()
    await post.deliver()
    await post.make_due()
    await post.deliver()
    assert len(await post.texts()) == 2
    newest = (await post.look("messages", chat="@campus_bot", user=MEI))[-1]
    assert (await post.card("customer")).message_id == newest["message_id"]


async def test_a_card_that_telegram_can_never_take_is_parked_with_its_reason(post: PostOffice) -> None:
    sentence = "Bad Request: can't parse entities: a mistake of ours"
    await post.sim("faults", kind="status", method="sendMessage", chat=MEI, status=400, description=sentence)
    order = await post.order()
    await post.deliver()
    card = await post.card("customer")
    assert (card.due_at, card.error) == (None, "Can't parse entities: a mistake of ours")
    await post.change(order, note="better")
    await post.deliver()
    assert len(await post.texts()) == 1


async def test_one_failing_card_leaves_the_others_alone(post: PostOffice) -> None:
    await post.sim("faults", kind="status", method="sendMessage", chat=MEI, status=500)
    await post.order()
    await post.deliver_once()
    assert (await post.card("customer")).error == "Internal Server Error"
    assert (await post.card("group")).message_id is not None
