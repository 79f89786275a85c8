"""Who may use an admin's commands and buttons, and in which chats."""

from bot.conversation.request_context import RequestContext
from domain.database.actors import Role
from domain.errors import NotAllowed
from domain.orders.drafts.repository import clear_pending_input


def require_admin_access(context: RequestContext) -> None:
    """Raise NotAllowed unless an admin asks in a private chat or in the admin chat, so that no other group reads it."""
    if Role.ADMIN not in context.member.roles or not (
        context.is_private or context.chat_id == context.campus.admin_chat
    ):
        raise NotAllowed


async def require_admin_access_and_clear_input(context: RequestContext) -> None:
    """Call require_admin_access, and clear the pending input so that a later line cannot answer an old question."""
    require_admin_access(context)
    if context.is_private:
        await clear_pending_input(context.work, context.campus.id, context.member.person_id)
