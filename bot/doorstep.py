"""What somebody sees who has not come by the campus' invitation: who we are, and how to get in."""

from bot.replies import Screen
from bot.turn import Turn


def doorstep(turn: Turn) -> Screen:
    """The only screen of a stranger; there is nothing to tap, the way in is a link."""
    return Screen(turn.say("bot-doorstep", name=turn.member.first_name, campus=turn.campus.title))
