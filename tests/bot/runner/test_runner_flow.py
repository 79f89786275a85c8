"""A runner's work: applying, claiming, giving back, buying, bringing, handing over."""

import asyncio

from domain.campuses.people import RunnerStatus
from domain.campuses.tables import membership
from domain.database.tables import event_log
from domain.messaging.buttons import Tap
from domain.messaging.tables import notification
from domain.orders.states import OrderStatus
from domain.orders.tables import barred_runner, orders
from domain.saga.tables import saga
from tests.stack.bot_stack import NORTH, BotStack, BotUser
from tests.stack.order_setup import arrived_order, claimed_order, open_order


async def test_asking_to_run_tells_the_admins_once(stack: BotStack) -> None:
    ben = await stack.add_person("Ben")
    assert "You asked to become a runner" in await ben.screen_after("🏃", "Ask to join")
    await ben.tap(Tap.ASK_TO_RUN, argument=1)
    (member,) = await stack.rows(membership, membership.c.person_id == ben.id)
    assert member["runner_status"] == RunnerStatus.ASKED


async def test_an_approved_runner_sees_what_is_left_to_do(stack: BotStack, ana: BotUser) -> None:
    assert "You are a runner" in await ana.screen_after_tap(Tap.DELIVER_FOOD, argument=1)
    assert "Set up pay-out" in await ana.labels()
    for _ in range(2):
        assert "link" in (await ana.press("Set up pay-out"))["text"]
    assert len(await stack.rows(saga, saga.c.person_id == ana.id, saga.c.kind == "onboard_runner")) == 1


async def test_of_two_claims_one_wins_and_both_runners_are_told(stack: BotStack) -> None:
    order_id, _ = await open_order(stack)
    ana, ben = await stack.add_runner("Ana"), await stack.add_runner("Ben")
    message_id = await _group_message(stack)
    answers = await asyncio.gather(*(_claim(stack, each, order_id, message_id) for each in (ana, ben)))
    winner = (await stack.order_row(order_id))["runner_id"]
    told = dict(zip((ana.id, ben.id), answers, strict=True))
    assert "is yours" in told.pop(winner)["text"]
    assert "another runner was faster" in told.popitem()[1]["text"]


async def test_a_second_claim_of_the_winner_says_it_is_already_theirs(stack: BotStack) -> None:
    order_id, ana = await (await stack.add_customer()).open_order(), await stack.add_runner()
    await ana.tap(Tap.CLAIM, order_id, 1)
    assert "already yours" in (await ana.tap(Tap.CLAIM, order_id, 1))["text"]


async def test_a_claim_by_a_non_runner_is_refused_with_the_way_to_become_one(stack: BotStack) -> None:
    order_id, eve = await (await stack.add_customer()).open_order(), await stack.add_person("Eve")
    answer = await eve.tap(Tap.CLAIM, order_id, 1)
    assert "not a runner yet" in answer["text"]
    assert await stack.status(order_id) is OrderStatus.CREATED


async def test_a_runner_does_not_claim_their_own_order(stack: BotStack) -> None:
    order_id, _ = await open_order(stack)
    customer = (await stack.order_row(order_id))["customer_id"]
    await stack.update_rows(membership, membership.c.person_id == customer, runner_status=RunnerStatus.APPROVED)
    mei = BotUser(id=customer, stack=stack)
    assert "your own order" in (await mei.tap(Tap.CLAIM, order_id, 1))["text"]


async def test_giving_an_order_back_asks_once_and_bars_the_runner(stack: BotStack) -> None:
    order_id, _, ana = await claimed_order(stack)
    await ana.tap(Tap.RELEASE, order_id, 2)
    await ana.press("Yes, give it back")
    assert await stack.status(order_id) is OrderStatus.CREATED
    assert [row["person_id"] for row in await stack.rows(barred_runner, barred_runner.c.order_id == order_id)] == [
        ana.id
    ]
    assert "gave this job back" in (await ana.tap(Tap.CLAIM, order_id, 3))["text"]
    assert "not yours" in (await ana.tap(Tap.RELEASE_SURE, order_id, 2))["text"]


async def test_a_delivery_runs_from_the_claim_to_the_pin(stack: BotStack) -> None:
    order_id, _, ana = await claimed_order(stack)
    assert "what does the receipt say" in await ana.screen_after_tap(Tap.BOUGHT, order_id, 2)
    assert "S$4.50 is noted" in await ana.answer_to("4.50")
    assert "Library, door" in (await ana.tap(Tap.PICKED_UP, order_id, 3))["text"]
    assert "PIN" in (await ana.tap(Tap.ARRIVED, order_id, 4))["text"]
    row = await stack.order_row(order_id)
    assert (row["status"], row["receipt"], row["total"]) == ("ARRIVED", 450, 450 + 200 + 80)
    assert "is delivered" in await ana.answer_to(row["pin"])
    assert await stack.status(order_id) is OrderStatus.DELIVERED
    assert [run["status"] for run in await _saga_rows(stack, order_id, "complete_order")] == ["running"]


async def test_the_estimate_is_one_tap_and_a_second_one_changes_nothing(stack: BotStack) -> None:
    order_id, _, ana = await claimed_order(stack)
    await ana.tap(Tap.BOUGHT, order_id, 2)
    await ana.press("As estimated · S$4.20")
    assert (await stack.order_row(order_id))["receipt"] == 420
    version = (await stack.order_row(order_id))["version"]
    assert "not open for that" in (await ana.tap(Tap.BOUGHT_AS_ESTIMATED, order_id, 2))["text"]
    assert "not open for that" in (await ana.tap(Tap.BOUGHT, order_id, 2))["text"]
    assert (await stack.order_row(order_id))["version"] == version


async def test_a_receipt_above_the_limit_is_refused_and_asked_again(stack: BotStack) -> None:
    order_id, _, ana = await claimed_order(stack)
    await ana.tap(Tap.BOUGHT, order_id, 2)
    assert "at most S$5.20" in await ana.answer_to("5.21")
    assert await stack.status(order_id) is OrderStatus.ACCEPTED
    await ana.write("5.20")
    assert await stack.status(order_id) is OrderStatus.PLACED


async def test_nothing_is_bought_before_the_hold_is_checked(stack: BotStack) -> None:
    order_id, _, ana = await claimed_order(stack)
    await stack.update_rows(orders, orders.c.id == order_id, hold_checked=False)
    for tap in (Tap.BOUGHT, Tap.BOUGHT_AS_ESTIMATED):
        assert "making sure that the money is held" in (await ana.tap(tap, order_id, 2))["text"]
    assert await stack.status(order_id) is OrderStatus.ACCEPTED


async def test_taps_out_of_sequence_are_stale(stack: BotStack) -> None:
    order_id, _, ana = await claimed_order(stack)
    for tap in (Tap.PICKED_UP, Tap.ARRIVED):
        assert "out of date" in (await ana.tap(tap, order_id, 2))["text"]
    assert await stack.status(order_id) is OrderStatus.ACCEPTED


async def test_another_runner_can_do_nothing_with_a_claimed_order(stack: BotStack) -> None:
    order_id, _, _ = await claimed_order(stack)
    ben = await stack.add_runner("Ben")
    for tap in (Tap.RELEASE, Tap.RELEASE_SURE, Tap.BOUGHT, Tap.BOUGHT_AS_ESTIMATED, Tap.PICKED_UP, Tap.ARRIVED):
        assert "not yours" in (await ben.tap(tap, order_id, 2))["text"]
    assert await stack.status(order_id) is OrderStatus.ACCEPTED


async def test_five_wrong_pins_lock_the_hand_over(stack: BotStack) -> None:
    order_id, _, ana = await arrived_order(stack)
    pin = (await stack.order_row(order_id))["pin"]
    wrong = "0000" if pin != "0000" else "1111"
    for left in ("4 tries are left", "3 tries are left", "2 tries are left", "one try is left"):
        assert left in await ana.answer_to(wrong)
    assert "Five wrong PINs" in await ana.answer_to(wrong)
    assert "Five wrong PINs" in await ana.answer_to(pin)
    assert await stack.status(order_id) is OrderStatus.ARRIVED


async def test_a_line_that_can_be_no_pin_is_not_one_of_the_five_tries(stack: BotStack) -> None:
    order_id, _, ana = await arrived_order(stack)
    for line in ("hello?", "nobody is here", "12345"):
        assert "four digits" in await ana.answer_to(line)
    row = await stack.order_row(order_id)
    assert row["pin_tries"] == 0
    await ana.write(row["pin"])
    assert await stack.status(order_id) is OrderStatus.DELIVERED
    assert "did not understand" in await ana.answer_to("thanks")


async def test_an_admin_finishes_an_arrived_order_with_a_reason_when_the_pin_fails(stack: BotStack) -> None:
    order_id, _, ana = await arrived_order(stack)
    sam = await stack.add_admin()
    assert f"It completes /finish {order_id}" in await sam.answer_to(f"/finish {order_id}")
    await ana.write(f"/finish {order_id} I say so")
    assert (await stack.order_row(order_id))["status"] == OrderStatus.ARRIVED
    await sam.write(f"/finish {order_id} the customer called")
    row = await stack.order_row(order_id)
    assert (row["status"], row["runner_id"]) == (OrderStatus.DELIVERED, ana.id)
    (told,) = await stack.rows(event_log, event_log.c.order_id == order_id, event_log.c.event == "finished_by_admin")
    assert (told["actor_role"], told["actor_id"], told["reason"]) == ("admin", sam.id, "the customer called")
    await sam.write(f"/finish {order_id} once more")
    assert (
        len(await stack.rows(event_log, event_log.c.order_id == order_id, event_log.c.event == "finished_by_admin"))
        == 1
    )


async def test_the_pin_is_understood_even_after_another_question(stack: BotStack) -> None:
    order_id, _, ana = await arrived_order(stack)
    await ana.write("/start")
    await ana.write((await stack.order_row(order_id))["pin"])
    assert await stack.status(order_id) is OrderStatus.DELIVERED


async def test_the_customer_is_told_the_pin_when_the_runner_is_here(stack: BotStack) -> None:
    order_id, _, _ = await arrived_order(stack)
    row = await stack.order_row(order_id)
    (told,) = await stack.rows(
        notification, notification.c.order_id == order_id, notification.c.key == "notification-arrived"
    )
    assert (told["chat_id"], told["args"]["pin"]) == (row["customer_id"], row["pin"])


async def test_in_a_group_only_claims_are_for_everybody(stack: BotStack) -> None:
    order_id, _, ana = await claimed_order(stack)
    message_id = await _group_message(stack)
    answer = await ana.tap(Tap.BOUGHT_AS_ESTIMATED, order_id, 2, message_id=message_id, chat=stack.groups["north"])
    assert "not yours" in answer["text"]
    assert await stack.status(order_id) is OrderStatus.ACCEPTED


async def _group_message(stack: BotStack) -> int:
    """Send a message of the bot to the runner group, as a worker would."""
    form = {"chat_id": stack.groups["north"], "text": "a job"}
    return int((await stack.call_telegram(NORTH[1], "sendMessage", **form))["message_id"])


async def _claim(stack: BotStack, runner: BotUser, order_id: int, message_id: int) -> dict[str, str]:
    answer: dict[str, str] = await runner.tap(Tap.CLAIM, order_id, 1, message_id=message_id, chat=stack.groups["north"])
    return answer


async def _saga_rows(stack: BotStack, order_id: int, kind: str) -> list[dict[str, object]]:
    return await stack.rows(saga, saga.c.order_id == order_id, saga.c.kind == kind)
