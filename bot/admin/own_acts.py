"""The agreement of a campus' only admin to one act on an order of their own, or about themselves."""

from bot.admin.access import require_admin_access
from bot.conversation.choices import read_choice
from bot.conversation.replies import Answer, NewMessage, Replies, Screen
from bot.conversation.request_context import RequestContext
from domain.campuses.own_acts.subjects import ActSubjectKind
from domain.support.use_cases import own_acts


async def agree_to_own_act_tapped(context: RequestContext) -> Replies:
    """Handle [Yes, I do it myself], below the refusal of an act on the admin's own matter."""
    require_admin_access(context)
    kind = read_choice(context, tuple(ActSubjectKind))
    await own_acts.agree_to_own_act(context.work, context.campus, context.member, kind, context.subject)
    return Answer(""), NewMessage(Screen(context.say("bot-own-act-agreed")))
