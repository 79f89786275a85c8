"""Scenes of the limits that count what somebody did before, each at the limits as shipped.

What came before is written as rows, and not played (`sandbox/play/earlier_orders.py`).
"""

from collections.abc import Iterator
from datetime import timedelta

from sandbox.people.customer import GOOD_CARD, ORDER_OPEN_TEXT
from sandbox.people.populated_stack import SceneContext
from sandbox.play.earlier_orders import EarlierOrder, write_earlier_orders
from sandbox.play.money_check import ExpectedMoney
from sandbox.play.scenes.delivery_scenes import delivered
from sandbox.play.scenes.limit_scenes import EARLIER_CLAIM_SQL, SWEEP_TIMEOUT_SECONDS, require_told

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
MAX_OF_PAIR = 5  # deliveries of one runner to one customer in a day
MAX_REFUNDS = 3
MAX_DISPUTES = 2
MAX_UNPROVEN = 4  # hand-overs without the PIN in a day
HELD = (830, 0)  # charged, and nothing paid out yet


async def play_same_runner(scene: SceneContext) -> tuple[ExpectedMoney, ...]:
    """Ana brought Mei five orders today. The sixth is for another runner, as Ana reads."""
    mei, ana = scene.mei, scene.ana
    await ana.start_bot()
    order = await _order_after(scene, *_daily(scene, MAX_OF_PAIR, 500, to_mei=True))
    require_told(await ana.tap("claim", subject_id=order), "You brought this customer a lot in the last 24 hours")
    await mei.cancel_order(order)
    return (ExpectedMoney(order_id=order),)


async def play_many_refunds(scene: SceneContext) -> tuple[ExpectedMoney, ...]:
    """Three of Mei's last orders were refunded. The team wants a word before the next one, and the basket is kept."""
    mei, ben = scene.mei, scene.ben
    await mei.fill_basket()
    await write_earlier_orders(
        scene,
        *(
            EarlierOrder(customer=mei, runner=ben, receipt=500, ago=day * DAY, is_refunded=True)
            for day in range(2, 2 + MAX_REFUNDS)
        ),
    )
    require_told(await mei.tap("place"), "Many of your last orders were refunded")
    return ()


async def play_often_without_pin(scene: SceneContext) -> tuple[ExpectedMoney, ...]:
    """Ana left three orders with a photo today. The pay of the fourth waits until Sam has looked at it."""
    mei, ana = scene.mei, scene.ana
    order = await _claimed_after(scene, *_daily(scene, MAX_UNPROVEN - 1, 500, by_pin=False))
    await ana.bring_to_door(mei, order)
    await scene.populated_stack.fire_timer(order, "reminder")
    await mei.wait_for_message(f"{ana.name} is waiting", f"#{order}")
    await scene.populated_stack.fire_timer(order, "absent")
    await ana.tap("leave", subject_id=order)
    await ana.send_photo()
    await _see_review(scene, order, "handed over many orders of the day without the PIN")
    return (_held(order),)


async def play_disputed(scene: SceneContext) -> tuple[ExpectedMoney, ...]:
    """Two orders that Ana brought last week were disputed and lost. The pay for the next one waits for Sam."""
    order = await _claimed_after(
        scene,
        *(
            EarlierOrder(customer=scene.ben, runner=scene.ana, receipt=500, ago=day * DAY, is_disputed=True)
            for day in range(8, 8 + MAX_DISPUTES)
        ),
    )
    await scene.ana.bring_order(scene.mei, order)
    await _see_review(scene, order, "banks dispute payments for jobs of")
    return (_held(order),)


async def play_new_customers(scene: SceneContext) -> tuple[ExpectedMoney, ...]:
    """Ana brought new accounts more than S$250 today. Sam bars Mei, who is one of them, from the message about it."""
    mei, sam = scene.mei, scene.sam
    order = await _claimed_after(scene, *_daily(scene, 3, 8_200))
    await scene.ana.bring_order(mei, order)
    await _see_review(scene, order, "brought new accounts much in a day")
    await sam.tap("bar_side", subject_id=order)
    await sam.tap("bar_side", f"{mei.name}, ordered", subject_id=order)
    require_told(await sam.tap("bar_side_sure", "for 7 days", subject_id=order), "Barred and told")
    await sam.wait_for_message(f"Please look at #{order}", f"{mei.name} is barred until", f"by {sam.name}")
    await mei.wait_for_message("You can't order or take jobs until", "because of payments")
    return (_held(order),)


async def play_much_of_one_pair(scene: SceneContext) -> tuple[ExpectedMoney, ...]:
    """Ana brought Mei, a known customer, S$400 this week. The pay of the next order waits for Sam, who lets it go."""
    mei, ana, sam = scene.mei, scene.ana, scene.sam
    await ana.set_up_payout_account()
    order = await _claimed_after(
        scene,
        *(EarlierOrder(customer=mei, runner=ana, receipt=10_000, ago=day * DAY) for day in range(2, 6)),
    )
    await ana.bring_order(mei, order)
    await _see_review(scene, order, "much in a week")
    await ana.wait_for_message(f"#{order}: delivered", "the campus team looks at this job first")
    require_told(await sam.tap("pay_go", subject_id=order), "Let go")
    await ana.wait_for_message(f"#{order}: delivered", "S$7.30 was sent", timeout=SWEEP_TIMEOUT_SECONDS)
    return delivered(order)


async def play_much_of_one_runner(scene: SceneContext) -> tuple[ExpectedMoney, ...]:
    """Ana brought S$495 today, and brings Mei, a known customer, one more order. Its pay waits for Sam."""
    known = (EarlierOrder(customer=scene.mei, runner=scene.ben, receipt=500, ago=day * DAY) for day in range(9, 12))
    order = await _claimed_after(scene, *known, *_daily(scene, 5, 9_900))
    await scene.ana.bring_order(scene.mei, order)
    await _see_review(scene, order, f"{scene.ana.name} brought much in a day")
    return (_held(order),)


def _daily(
    scene: SceneContext, count: int, receipt: int, *, to_mei: bool = False, by_pin: bool = True
) -> Iterator[EarlierOrder]:
    """Yield what Ana brought in the last hours: to Mei, or to Ben, who eats too."""
    customer = scene.mei if to_mei else scene.ben
    for hours in range(1, 1 + count):
        yield EarlierOrder(customer=customer, runner=scene.ana, receipt=receipt, ago=hours * HOUR, by_pin=by_pin)


async def _order_after(scene: SceneContext, *earlier: EarlierOrder) -> int:
    """Let Mei order after these orders, and return the new one. They come after the basket, which thus has its fee."""
    await scene.mei.fill_basket()
    await write_earlier_orders(scene, *earlier)
    await scene.mei.tap("place")
    await scene.mei.save_card(GOOD_CARD)
    return await scene.mei.wait_for_order_number(ORDER_OPEN_TEXT)


async def _claimed_after(scene: SceneContext, *earlier: EarlierOrder) -> int:
    """Let Mei order, and Ana claim a quarter of an hour ago: Ana has been to the shop."""
    await scene.ana.start_bot()
    order = await _order_after(scene, *earlier)
    await scene.ana.tap("claim", subject_id=order)
    await scene.populated_stack.query(EARLIER_CLAIM_SQL, order)
    return order


async def _see_review(scene: SceneContext, order: int, why: str) -> None:
    await scene.sam.wait_for_message(f"Please look at #{order}", why, timeout=SWEEP_TIMEOUT_SECONDS)


def _held(order: int) -> ExpectedMoney:
    charged, paid_out = HELD
    return ExpectedMoney(order_id=order, charged=charged, paid_out=paid_out)
