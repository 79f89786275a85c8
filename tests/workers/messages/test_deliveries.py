"""The sweep's deliveries: begun round by round, and none waits for another one."""

from sqlalchemy import text

from tests.workers.messages.post_office import ANA, MEI, PostOffice
from workers.deliveries import AT_ONCE
from workers.messages import send_push


async def test_a_delivery_that_hangs_holds_up_no_other(post: PostOffice) -> None:
    await post.sim("faults", kind="hang", method="sendMessage", chat=MEI, seconds=2)
    deliveries = post.deliveries()
    slow = await post.push("slow")
    await deliveries.begin()
    await post.until_under_way("sendMessage")
    quick = await post.push("quick", ANA)
    await deliveries.begin()
    await deliveries.under_way[send_push, quick]
    assert [len(await post.texts(one)) for one in (ANA, MEI)] == [1, 0]
    assert list(deliveries.under_way) == [(send_push, slow)]
    await deliveries.finish()
    assert (len(await post.texts(MEI)), deliveries.under_way) == (1, {})


async def test_a_round_begins_nothing_twice_and_no_more_than_there_is_room_for(post: PostOffice) -> None:
    numbers = [await post.push(f"{number}", MEI + number) for number in range(AT_ONCE + 2)]
    deliveries = post.deliveries()
    for _ in range(2):
        await deliveries.begin()
        assert list(deliveries.under_way) == [(send_push, number) for number in numbers[:AT_ONCE]]
    await deliveries.finish()
    assert deliveries.under_way == {}


async def test_what_waits_behind_a_message_that_was_put_off_does_not_crowd_it_out(post: PostOffice) -> None:
    first, *_ = [await post.push(f"{number}") for number in range(AT_ONCE + 2)]
    async with post.office.database() as work:
        put_off = "UPDATE push SET due_at = now() - CASE WHEN id = :first THEN interval '0' ELSE interval '9 s' END"
        await work.connection.execute(text(put_off), {"first": first})
    deliveries = post.deliveries()
    await deliveries.begin()
    assert list(deliveries.under_way) == [(send_push, first)]
    await deliveries.finish()
