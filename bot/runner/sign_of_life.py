"""A runner who was asked whether all is well with her job."""

from bot.home import MENU
from bot.replies import Answer, EditMenu, Replies, Screen
from bot.turn import Turn
from domain.buttons import Tap
from domain.store.use_cases import patience


async def on_it(turn: Turn) -> Replies:
    """[Yes, on it]: the question is answered and goes, the job's card is one tap away."""
    order = await patience.show_life(turn.work, turn.campus, turn.member, turn.subject)
    look = turn.button("bot-button-open-order", Tap.OPEN_ORDER, order.id, MENU)
    noted = Screen(turn.say("bot-on-it", order=order.id), ((look,),))
    return Answer(turn.plain("bot-on-it-toast")), EditMenu(noted)
