"""The answer in the admin chat to /help and to an unknown command."""

from bot.admin.access import require_admin_access
from bot.admin.commands import admin_screen
from bot.conversation.commands import COMMANDS
from bot.conversation.replies import NewMessage, Replies
from bot.conversation.request_context import RequestContext
from domain.database.actors import Role

HELP_COMMANDS = frozenset({"/help", "/start"})


async def show_admin_help(context: RequestContext) -> Replies:
    """Answer with a line for each admin command."""
    require_admin_access(context)
    command = context.typed.partition(" ")[0].partition("@")[0]
    lines = [
        *([] if command in HELP_COMMANDS else [context.say("bot-unknown-command")]),
        context.say("bot-guide-admin-chat"),
        *(
            context.say("bot-guide-line", command=name, what=context.say_plain(key))
            for name, key in COMMANDS[Role.ADMIN].items()
        ),
    ]
    return (NewMessage(admin_screen(context, "\n".join(lines))),)
