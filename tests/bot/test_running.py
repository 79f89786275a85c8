"""A runner: joining, claiming, giving back, buying, bringing, handing over."""

import asyncio

from domain.buttons import Tap
from domain.order import OrderStatus
from domain.people import RunnerStatus
from domain.store.schema import barred, event, membership, orders, push, saga
from tests.bot.stage import Somebody, Stage


async def test_asking_to_run_tells_the_admins_once(stage: Stage) -> None:
    ben = await stage.somebody("Ben")
    await ben.press("🏃")
    await ben.press("Ask to join")
    assert "You asked to become a runner" in await ben.text()
    await ben.tap(Tap.ASK_TO_RUN, version=1)
    (member,) = await stage.rows(membership, membership.c.person_id == ben.id)
    assert member["runner_status"] == RunnerStatus.ASKED


async def test_an_approved_runner_sees_what_is_left_to_do(stage: Stage) -> None:
    ana = await stage.runner()
    await ana.tap(Tap.DELIVER_FOOD, version=1)
    assert "You are a runner" in await ana.text()
    assert "Set up pay-out" in await ana.labels()
    for _ in range(2):
        assert "link" in (await ana.press("Set up pay-out"))["text"]
    assert len(await stage.rows(saga, saga.c.person_id == ana.id, saga.c.kind == "onboard_runner")) == 1


async def test_of_two_claims_one_wins_and_both_hear_the_truth(stage: Stage) -> None:
    order_id = await _job(stage)
    ana, ben = await stage.runner("Ana"), await stage.runner("Ben")
    card = await _group_card(stage)
    answers = await asyncio.gather(*(_claim(stage, each, order_id, card) for each in (ana, ben)))
    winner = (await stage.order(order_id))["runner_id"]
    told = dict(zip((ana.id, ben.id), answers, strict=True))
    assert "is yours" in told.pop(winner)["text"]
    assert "another runner was faster" in told.popitem()[1]["text"]


async def test_a_second_claim_of_the_winner_says_it_is_hers_already(stage: Stage) -> None:
    order_id, ana = await _job(stage), await stage.runner()
    await ana.tap(Tap.CLAIM, order_id, 1)
    assert "already yours" in (await ana.tap(Tap.CLAIM, order_id, 1))["text"]


async def test_a_claim_of_one_who_is_no_runner_is_refused_with_the_way_to_become_one(stage: Stage) -> None:
    order_id, eve = await _job(stage), await stage.somebody("Eve")
    answer = await eve.tap(Tap.CLAIM, order_id, 1)
    assert "not a runner yet" in answer["text"]
    assert await stage.status(order_id) is OrderStatus.CREATED


async def test_a_runner_does_not_claim_her_own_order(stage: Stage) -> None:
    order_id = await _job(stage)
    customer = (await stage.order(order_id))["customer_id"]
    await stage.change(membership, membership.c.person_id == customer, runner_status=RunnerStatus.APPROVED)
    mei = Somebody(id=customer, stage=stage)
    assert "your own order" in (await mei.tap(Tap.CLAIM, order_id, 1))["text"]


async def test_giving_a_job_back_asks_once_and_bars_the_runner(stage: Stage) -> None:
    order_id, ana = await _claimed(stage)
    await ana.tap(Tap.RELEASE, order_id, 2)
    await ana.press("Yes, give it back")
    assert await stage.status(order_id) is OrderStatus.CREATED
    assert [row["person_id"] for row in await stage.rows(barred, barred.c.order_id == order_id)] == [ana.id]
    assert "gave this job back" in (await ana.tap(Tap.CLAIM, order_id, 3))["text"]
    assert "not yours" in (await ana.tap(Tap.RELEASE_SURE, order_id, 2))["text"]


async def test_a_job_runs_from_the_claim_to_the_pin(stage: Stage) -> None:
    order_id, ana = await _claimed(stage)
    await stage.check_hold(order_id)
    await ana.tap(Tap.BOUGHT, order_id, 2)
    assert "what does the receipt say" in await ana.text()
    await ana.write("4.50")
    assert "S$4.50 is noted" in await ana.text()
    assert "Library, door" in (await ana.tap(Tap.PICKED_UP, order_id, 3))["text"]
    assert "PIN" in (await ana.tap(Tap.HERE, order_id, 4))["text"]
    row = await stage.order(order_id)
    assert (row["status"], row["receipt"], row["total"]) == ("ARRIVED", 450, 450 + 200 + 80)
    await ana.write(row["pin"])
    assert "is delivered" in await ana.text()
    assert await stage.status(order_id) is OrderStatus.DELIVERED
    assert [run["status"] for run in await _sagas(stage, order_id, "complete_order")] == ["running"]


async def test_the_estimate_is_one_tap_and_a_second_one_changes_nothing(stage: Stage) -> None:
    order_id, ana = await _claimed(stage)
    await stage.check_hold(order_id)
    await ana.tap(Tap.BOUGHT, order_id, 2)
    await ana.press("As estimated · S$4.20")
    assert (await stage.order(order_id))["receipt"] == 420
    version = (await stage.order(order_id))["version"]
    assert "not open for that" in (await ana.tap(Tap.BOUGHT_AS_ESTIMATED, order_id, 2))["text"]
    assert "not open for that" in (await ana.tap(Tap.BOUGHT, order_id, 2))["text"]
    assert (await stage.order(order_id))["version"] == version


async def test_a_receipt_above_the_limit_is_refused_and_asked_again(stage: Stage) -> None:
    order_id, ana = await _claimed(stage)
    await stage.check_hold(order_id)
    await ana.tap(Tap.BOUGHT, order_id, 2)
    await ana.write("5.21")
    assert "at most S$5.20" in await ana.text()
    assert await stage.status(order_id) is OrderStatus.ACCEPTED
    await ana.write("5.20")
    assert await stage.status(order_id) is OrderStatus.PLACED


async def test_nothing_is_bought_before_the_hold_is_checked(stage: Stage) -> None:
    order_id, ana = await _claimed(stage)
    for tap in (Tap.BOUGHT, Tap.BOUGHT_AS_ESTIMATED):
        assert "making sure that the money is held" in (await ana.tap(tap, order_id, 2))["text"]
    assert await stage.status(order_id) is OrderStatus.ACCEPTED


async def test_steps_out_of_order_are_stale(stage: Stage) -> None:
    order_id, ana = await _claimed(stage)
    for tap in (Tap.PICKED_UP, Tap.HERE):
        assert "out of date" in (await ana.tap(tap, order_id, 2))["text"]
    assert await stage.status(order_id) is OrderStatus.ACCEPTED


async def test_another_runner_can_do_nothing_with_a_job(stage: Stage) -> None:
    order_id, _ = await _claimed(stage)
    await stage.check_hold(order_id)
    ben = await stage.runner("Ben")
    for tap in (Tap.RELEASE, Tap.RELEASE_SURE, Tap.BOUGHT, Tap.BOUGHT_AS_ESTIMATED, Tap.PICKED_UP, Tap.HERE):
        assert "not yours" in (await ben.tap(tap, order_id, 2))["text"]
    assert await stage.status(order_id) is OrderStatus.ACCEPTED


async def test_five_wrong_pins_lock_the_hand_over(stage: Stage) -> None:
    order_id, ana = await _arrived(stage)
    pin = (await stage.order(order_id))["pin"]
    wrong = "0000" if pin != "0000" else "1111"
    for left in ("4 tries are left", "3 tries are left", "2 tries are left", "one try is left"):
        await ana.write(wrong)
        assert left in await ana.text()
    await ana.write(wrong)
    assert "Five wrong PINs" in await ana.text()
    await ana.write(pin)
    assert "Five wrong PINs" in await ana.text()
    assert await stage.status(order_id) is OrderStatus.ARRIVED


async def test_a_line_that_can_be_no_pin_is_not_one_of_the_five_tries(stage: Stage) -> None:
    order_id, ana = await _arrived(stage)
    for line in ("hello?", "she is not here", "12345"):
        await ana.write(line)
        assert "four digits" in await ana.text()
    row = await stage.order(order_id)
    assert row["pin_tries"] == 0
    await ana.write(row["pin"])
    assert await stage.status(order_id) is OrderStatus.DELIVERED
    await ana.write("thanks")
    assert "did not understand" in await ana.text()


async def test_an_admin_finishes_an_arrived_job_with_a_reason_when_the_pin_can_not(stage: Stage) -> None:
    order_id, ana = await _arrived(stage)
    sam = await stage.admin()
    await sam.write(f"/finish {order_id}")
    assert "/finish 12" in await sam.text()
    await ana.write(f"/finish {order_id} I say so")
    assert (await stage.order(order_id))["status"] == OrderStatus.ARRIVED
    await sam.write(f"/finish {order_id} the customer called")
    row = await stage.order(order_id)
    assert (row["status"], row["runner_id"]) == (OrderStatus.DELIVERED, ana.id)
    (told,) = await stage.rows(event, event.c.order_id == order_id, event.c.event == "finished_by_admin")
    assert (told["actor_role"], told["actor_id"], told["reason"]) == ("admin", sam.id, "the customer called")
    await sam.write(f"/finish {order_id} once more")
    assert len(await stage.rows(event, event.c.order_id == order_id, event.c.event == "finished_by_admin")) == 1


async def test_the_pin_is_understood_even_after_another_question(stage: Stage) -> None:
    order_id, ana = await _arrived(stage)
    await ana.write("/start")
    await ana.write((await stage.order(order_id))["pin"])
    assert await stage.status(order_id) is OrderStatus.DELIVERED


async def test_the_customer_is_told_the_pin_when_the_runner_is_here(stage: Stage) -> None:
    order_id, _ = await _arrived(stage)
    row = await stage.order(order_id)
    (told,) = await stage.rows(push, push.c.order_id == order_id, push.c.key == "push-arrived")
    assert (told["chat_id"], told["args"]["pin"]) == (row["customer_id"], row["pin"])


async def test_in_a_group_only_claims_are_for_everybody(stage: Stage) -> None:
    order_id, ana = await _claimed(stage)
    await stage.check_hold(order_id)
    card = await _group_card(stage)
    answer = await ana.tap(Tap.BOUGHT_AS_ESTIMATED, order_id, 2, message_id=card, chat=stage.groups["north"])
    assert "not yours" in answer["text"]
    assert await stage.status(order_id) is OrderStatus.ACCEPTED


async def _job(stage: Stage) -> int:
    mei = await stage.customer()
    order_id = await mei.order_food()
    await stage.publish(order_id)
    return order_id


async def _claimed(stage: Stage) -> tuple[int, Somebody]:
    order_id, ana = await _job(stage), await stage.runner()
    assert "is yours" in (await ana.tap(Tap.CLAIM, order_id, 1))["text"]
    return order_id, ana


async def _arrived(stage: Stage) -> tuple[int, Somebody]:
    order_id, ana = await _claimed(stage)
    await stage.check_hold(order_id)
    for tap in (Tap.BOUGHT_AS_ESTIMATED, Tap.PICKED_UP, Tap.HERE):
        await ana.tap(tap, order_id, 2)
    assert (await stage.rows(orders, orders.c.id == order_id))[0]["status"] == "ARRIVED"
    return order_id, ana


async def _group_card(stage: Stage) -> int:
    """A message of the bot in the runner group, as a worker would send it."""
    form = {"chat_id": stage.groups["north"], "text": "a job"}
    async with stage.session.post(f"{stage.telegram}/bot7001:north/sendMessage", json=form) as response:
        return int((await response.json())["result"]["message_id"])


async def _claim(stage: Stage, runner: Somebody, order_id: int, card: int) -> dict[str, str]:
    answer: dict[str, str] = await runner.tap(Tap.CLAIM, order_id, 1, message_id=card, chat=stage.groups["north"])
    return answer


async def _sagas(stage: Stage, order_id: int, kind: str) -> list[dict[str, object]]:
    return await stage.rows(saga, saga.c.order_id == order_id, saga.c.kind == kind)
