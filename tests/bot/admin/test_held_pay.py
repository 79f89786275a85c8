"""/held: pay that waits for an admin, as admins and the runner read it, and [Let it go]."""

from datetime import UTC, datetime

from domain.messaging.buttons import Tap
from domain.messaging.order_message import OrderMessageKind
from domain.orders.sagas.pay_delay import PayDelay
from domain.payouts.tables import payable
from domain.screening.tables import review
from tests.bot.admin.test_admin_refunds import paid_order
from tests.stack.bot_stack import BotStack
from tests.stack.delivered_order_setup import order_message_for


async def test_what_waits_is_listed_with_its_reason_and_let_go_once(stack: BotStack) -> None:
    sam, (_, ana, order_id) = await stack.add_admin(), await paid_order(stack)
    waits = {"held_for": PayDelay.REVIEW, "held_until": datetime.now(UTC)}
    await stack.update_rows(payable, payable.c.order_id == order_id, **waits)
    await stack.insert(review, campus_id=stack.campuses["north"], order_id=order_id, reason="too_fast")
    shown = await order_message_for(stack, OrderMessageKind.RUNNER, order_id, ana)
    assert "Your S$6.30 waits: the campus team looks at this job first." in shown.text
    assert f"S$6.30 of job #{order_id} waits: the campus team looks at this job first" in await ana.answer_to("/me")
    assert "Pay held until an admin lets it go: the steps came faster" in await sam.answer_to(f"/order {order_id}")
    listed = await sam.answer_to("/held")
    assert f"#{order_id}, S$6.30 for <i>Ana</i>" in listed or f"#{order_id}, S$6.30 for Ana" in listed
    assert "faster than anybody shops and walks" in listed
    assert "No pay waits for you." in await sam.screen_after(f"Let #{order_id} go")
    (decided,) = await stack.rows(review, review.c.order_id == order_id)
    assert decided["decided_by"] == sam.id
    assert "out of date" in (await sam.tap(Tap.LET_PAY_GO, order_id))["text"]
