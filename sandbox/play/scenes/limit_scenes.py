"""Scenes of the limits against fraud, each at the limits as shipped: what is refused, and which pay waits."""

from sandbox.people.control_clients import PlayError
from sandbox.people.customer import DECLINED_CARD, GOOD_CARD, Customer
from sandbox.people.observed_messages import TapAnswer
from sandbox.people.populated_stack import SceneContext
from sandbox.play.money_check import ExpectedMoney
from sandbox.play.scenes.delivery_scenes import delivered

NEW_ORDER_SQL = "SELECT id FROM orders WHERE customer_id = $1 AND status = $2 AND id > $3"
EARLIER_CLAIM_SQL = "UPDATE orders SET accepted_at = accepted_at - interval '15 minutes' WHERE id = $1"
DUE_PAY_SQL = "UPDATE payable SET held_until = now() WHERE order_id = $1"
MAX_OPEN_ORDERS = 3  # of a new account
MAX_DECLINES = 5
MAX_NEW_CARDS = 3
DOUBTED_CARD = "4000 0000 0000 9235"  # Radar sees an elevated risk
SWEEP_TIMEOUT_SECONDS = 40.0  # workers look for held pay now and then


async def play_too_many_orders(scene: SceneContext) -> tuple[ExpectedMoney, ...]:
    """Mei is new and has three orders under way. The fourth waits until one of them is over."""
    mei = scene.mei
    orders = [await mei.order_laksa()]
    while len(orders) < MAX_OPEN_ORDERS:
        await mei.fill_basket()
        await mei.tap("place")
        orders.append(await _newest_order(scene, "CREATED", after=orders[-1]))
    await mei.fill_basket()
    require_told(await mei.tap("place"), "You have 3 orders under way")
    await mei.cancel_order(orders[0])
    await mei.tap("place", allow_unchanged=True)
    orders.append(await _newest_order(scene, "CREATED", after=orders[-1]))
    for order in orders[1:]:
        await mei.cancel_order(order)
    return tuple(ExpectedMoney(order_id=order) for order in orders)


async def play_too_much_in_a_day(scene: SceneContext) -> tuple[ExpectedMoney, ...]:
    """Mei is new and wants food for more than S$120 on one day. The bot says what is possible."""
    mei = scene.mei
    order = await mei.order_laksa()
    await _fill_basket_with_platter(mei, "115.00")
    require_told(await mei.tap("place"), "may come to S$120.00 at most")
    await mei.cancel_order(order)
    return (ExpectedMoney(order_id=order),)


async def play_declined_five_times(scene: SceneContext) -> tuple[ExpectedMoney, ...]:
    """Mei's bank says no five times in a row. It is asked no more for six hours, and Mei reads until when."""
    mei = scene.mei
    await mei.place_order(DECLINED_CARD)
    refused = [await _newest_order(scene, "CANCELLED", after=0)]
    for _ in range(MAX_DECLINES):
        await mei.tap("try_again", subject_id=refused[-1], allow_unchanged=True)
        answer = await mei.tap("place")
        if len(refused) < MAX_DECLINES:
            refused.append(await _newest_order(scene, "CANCELLED", after=refused[-1]))
    require_told(answer, "Your bank said no 5 times in a day")
    return tuple(ExpectedMoney(order_id=order) for order in refused)


async def play_first_pay(scene: SceneContext) -> tuple[ExpectedMoney, ...]:
    """Ana brings a first order. The pay waits a day, Ana reads why, and then it is sent by itself."""
    mei, ana = scene.mei, scene.ana
    await ana.set_up_payout_account()
    order = await mei.order_laksa()
    await ana.tap("claim", subject_id=order)
    await scene.populated_stack.query(EARLIER_CLAIM_SQL, order)  # Ana has been to the shop
    await ana.bring_order(mei, order)
    await ana.wait_for_message(f"#{order}: delivered", "the pay for your first jobs goes out a little later")
    await scene.populated_stack.query(DUE_PAY_SQL, order)  # a day later
    await ana.wait_for_message(f"#{order}: delivered", "S$7.30 was sent", timeout=SWEEP_TIMEOUT_SECONDS)
    return delivered(order)


async def play_too_fast(scene: SceneContext) -> tuple[ExpectedMoney, ...]:
    """Ana claims, buys and delivers within seconds. The pay waits until Sam has looked at it and lets it go."""
    mei, ana, sam = scene.mei, scene.ana, scene.sam
    await ana.set_up_payout_account()
    order = await mei.order_laksa()
    await ana.tap("claim", subject_id=order)
    await ana.bring_order(mei, order)
    await ana.wait_for_message(f"#{order}: delivered", "the campus team looks at this job first")
    await sam.wait_for_message(f"Please look at #{order}", "faster than anybody shops and walks")
    require_told(await sam.tap("pay_go", subject_id=order), "Let go")
    await ana.wait_for_message(f"#{order}: delivered", "S$7.30 was sent", timeout=SWEEP_TIMEOUT_SECONDS)
    return delivered(order)


async def play_fourth_card(scene: SceneContext) -> tuple[ExpectedMoney, ...]:
    """Mei tries one good card after the other: an order with each, cancelled at once. The fourth card is refused."""
    mei = scene.mei
    orders = [await mei.order_laksa()]
    await mei.cancel_order(orders[0])
    for number in range(2, MAX_NEW_CARDS + 2):
        await _save_other_card(mei, f"{GOOD_CARD} #{number}")
        await mei.fill_basket()
        answer = await mei.tap("place")
        if number <= MAX_NEW_CARDS:
            orders.append(await _newest_order(scene, "CREATED", after=orders[-1]))
            await mei.cancel_order(orders[-1])
    require_told(answer, "You used 3 cards in 24 hours. Take one of them")
    await _save_other_card(mei, GOOD_CARD)
    await mei.tap("place", allow_unchanged=True)  # the basket was kept
    orders.append(await _newest_order(scene, "CREATED", after=orders[-1]))
    await mei.cancel_order(orders[-1])
    return tuple(ExpectedMoney(order_id=order) for order in orders)


async def play_doubted(scene: SceneContext) -> tuple[ExpectedMoney, ...]:
    """Stripe doubts the payment of a large order of Mei's, who is new. Ana's pay waits until Sam lets it go."""
    mei, ana, sam = scene.mei, scene.ana, scene.sam
    await ana.set_up_payout_account()
    await _fill_basket_with_platter(mei, "35.00")
    await mei.tap("place")
    await mei.save_card(DOUBTED_CARD)
    order = await _newest_order(scene, "CREATED", after=0)
    await ana.tap("claim", subject_id=order)
    await scene.populated_stack.query(EARLIER_CLAIM_SQL, order)  # Ana has been to the shop
    await ana.bring_order(mei, order)
    await sam.wait_for_message(f"Please look at #{order}", "Stripe doubts this payment, and the account is new")
    require_told(await sam.tap("pay_go", subject_id=order), "Let go")
    await ana.wait_for_message(f"#{order}: delivered", "S$36.80 was sent", timeout=SWEEP_TIMEOUT_SECONDS)
    return (ExpectedMoney(order_id=order, charged=3_780, paid_out=3_680),)


async def _fill_basket_with_platter(mei: Customer, price: str) -> None:
    await mei.type_text(f"/start {mei.campus.invite_code}")
    await mei.tap("order_food")
    await mei.tap("store", "Koufu")
    await mei.find_button("menu_item", "Laksa")
    await mei.type_text(f"1x party platter {price}")
    await mei.tap("items_done")
    await mei.tap("drop_point", "Science Library")
    await mei.find_button("place")


async def _save_other_card(mei: Customer, number: str) -> None:
    """Replace the saved card, and wait until it is saved."""

    def times_saved() -> int:
        return sum("Your card is saved" in message.text for message in mei.seen_messages())

    before = times_saved()
    await mei.add_card(number)
    await mei.wait_until(lambda: times_saved() > before or None, "reads that the card is saved")


async def _newest_order(scene: SceneContext, status: str, *, after: int) -> int:
    """Wait for an order of Mei's in this status, with a number above `after`, and return its number."""
    row = await scene.populated_stack.wait_for_row(NEW_ORDER_SQL, scene.mei.user_id, status, after)
    return int(row["id"])


def require_told(answer: TapAnswer, words: str) -> None:
    """Raise PlayError unless the small window says these words."""
    if words not in answer.text:
        raise PlayError(f"{words!r} was expected, and the small window said {answer.text!r}.")
