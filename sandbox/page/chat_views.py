"""The chats that the page shows at the first visit."""

from argparse import ArgumentTypeError
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatView:
    """One chat as one person sees it; `chat` is "@bot" or a group's id, `role` a word such as "runs".

    `start` is the code that the Start button sends, from the link that led the person to the bot.
    """

    person: int
    chat: str | int
    role: str = ""
    start: str = ""


def parse_chat_view(words: str) -> ChatView:
    """Parse PERSON:CHAT[:ROLE[:START]]; raise ArgumentTypeError for anything else."""
    person, chat, role, start = [*words.split(":", 3), "", "", ""][:4]
    if not person.isdigit() or not (len(chat) > 1 if chat.startswith("@") else chat.removeprefix("-").isdigit()):
        raise ArgumentTypeError(f"{words!r} is not like 1001:@some_bot:orders")
    return ChatView(person=int(person), chat=chat if chat.startswith("@") else int(chat), role=role, start=start)
