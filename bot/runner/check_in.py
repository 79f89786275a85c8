"""The runner check-in: a runner's answer to whether the delivery is going well."""

from bot.conversation.replies import Answer, EditMenu, Replies, Screen
from bot.conversation.request_context import RequestContext
from domain.messaging.buttons import Tap
from domain.orders.use_cases import check_ins


async def check_in_tapped(context: RequestContext) -> Replies:
    """Handle [Yes, on it]: the answer replaces the question, with a button that shows the order message."""
    order = await check_ins.check_in_as_runner(context.work, context.campus, context.member, context.subject)
    open_button = context.button("bot-button-open-order", Tap.OPEN_ORDER, order.id)
    noted = Screen(context.say("bot-checked-in", order=order.id), ((open_button,),))
    return Answer(context.say_plain("bot-checked-in-toast")), EditMenu(noted)
