"""What somebody sees who has not come by the campus' invitation: who we are, and how to get in."""

from bot.replies import Screen
from bot.turn import Turn
from domain.buttons import Tap


def doorstep(turn: Turn) -> Screen:
    """The only screen of a stranger; the way in is a link, so all there is to tap is a second look."""
    again = turn.button("bot-button-look-again", Tap.HOME, version=1)
    return Screen(turn.say("bot-doorstep", name=turn.member.first_name, campus=turn.campus.title), ((again,),))
