"""The screen of a person who has not come by the campus' invitation: who we are, and how to get in."""

from bot.conversation.replies import Screen
from bot.conversation.request_context import RequestContext
from domain.messaging.buttons import Tap


def render_admission_screen(context: RequestContext) -> Screen:
    """Return the only screen of a person who is not admitted; admission needs a link, so the one button tries again."""
    again = context.button("bot-button-try-again", Tap.HOME)
    return Screen(
        context.say("bot-not-admitted", name=context.member.first_name, campus=context.campus.title), ((again,),)
    )
