"""What the page shows at first: a chat, the person who looks into it, and a word about them."""

from argparse import ArgumentTypeError
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatView:
    """One chat as one person sees it; `chat` is "@bot" or a group's number, `role` a word such as "runs".

    `start` is the code of the link by which the person came: what the Start button sends.
    """

    person: int
    chat: str | int
    role: str = ""
    start: str = ""


def parse_chat_view(words: str) -> ChatView:
    """A view from PERSON:CHAT[:ROLE[:START]]; ArgumentTypeError with a sentence when it is none."""
    person, chat, role, start = [*words.split(":", 3), "", "", ""][:4]
    if not person.isdigit() or not (len(chat) > 1 if chat.startswith("@") else chat.removeprefix("-").isdigit()):
        raise ArgumentTypeError(f"{words!r} is not like 1001:@some_bot:orders")
    return ChatView(person=int(person), chat=chat if chat.startswith("@") else int(chat), role=role, start=start)
