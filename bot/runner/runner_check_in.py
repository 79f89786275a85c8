"""The runner check-in: a runner's answer to whether the delivery is going well."""

from bot.home import MENU_VERSION
from bot.replies import Answer, EditMenu, Replies, Screen
from bot.request_context import RequestContext
from domain.buttons import Tap
from domain.store.use_cases import check_in_use_cases


async def check_in_tapped(context: RequestContext) -> Replies:
    """Handle [Yes, on it]: the answer replaces the question, with a button that shows the order message."""
    order = await check_in_use_cases.check_in_as_runner(context.work, context.campus, context.member, context.subject)
    open_button = context.button("bot-button-open-order", Tap.OPEN_ORDER, order.id, MENU_VERSION)
    noted = Screen(context.say("bot-checked-in", order=order.id), ((open_button,),))
    return Answer(context.say_plain("bot-checked-in-toast")), EditMenu(noted)
