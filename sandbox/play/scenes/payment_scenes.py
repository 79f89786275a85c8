"""Scenes of payments: a card that declines, a bank that asks for approval."""

from sandbox.play.scene_context import ExpectedMoney, SceneContext
from sandbox.play.scenes.scene_steps import (
    APPROVAL_REQUIRED_CARD,
    CHARGED_AMOUNT,
    DECLINED_CARD,
    GOOD_CARD,
    ORDER_OPEN_TEXT,
    RUNNER_AMOUNT,
    bring_order_to_customer,
    fill_basket,
    set_up_payout_account,
    wait_until_runner_paid,
)


async def play_declined(scene: SceneContext) -> tuple[ExpectedMoney, ...]:
    """The card is declined: Mei is told, adds another card, and orders again."""
    mei, ana = scene.mei, scene.ana
    await set_up_payout_account(ana)
    await fill_basket(mei)
    await mei.tap("place")
    await mei.save_card(DECLINED_CARD)
    refused = await mei.wait_for_order_number("cancelled", "Your bank said no")
    await mei.tap("add_card", subject_id=refused)
    await mei.save_card(GOOD_CARD)
    await mei.wait_for_message("Your card is saved", "4242")
    await mei.tap("try_again", subject_id=refused, allow_unchanged=True)
    await mei.tap("place")
    order = await mei.wait_for_order_number(ORDER_OPEN_TEXT)
    await ana.tap("claim", subject_id=order)
    await bring_order_to_customer(ana, mei, order)
    await wait_until_runner_paid(ana, order)
    return ExpectedMoney(order_id=refused), ExpectedMoney(
        order_id=order, charged=CHARGED_AMOUNT, paid_out=RUNNER_AMOUNT
    )


async def play_bank_approval(scene: SceneContext) -> tuple[ExpectedMoney, ...]:
    """Mei's bank asks for approval before it holds the money."""
    mei, ana = scene.mei, scene.ana
    await set_up_payout_account(ana)
    await fill_basket(mei)
    await mei.tap("place")
    await mei.save_card(APPROVAL_REQUIRED_CARD)
    order = await mei.wait_for_order_number("your bank wants a yes from you")
    await mei.approve_at_bank()
    await mei.wait_for_message(f"#{order}", ORDER_OPEN_TEXT)
    await ana.tap("claim", subject_id=order)
    await bring_order_to_customer(ana, mei, order)
    await wait_until_runner_paid(ana, order)
    return (ExpectedMoney(order_id=order, charged=CHARGED_AMOUNT, paid_out=RUNNER_AMOUNT),)
