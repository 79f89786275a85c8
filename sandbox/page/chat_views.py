"""The chats that the page shows at the first visit, and the Web App that its head leads to."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class WebAppLink:
    """A Web App of a bot ("@bot"), opened as this person; `label` is what the link says."""

    person: int
    bot: str
    label: str
    url: str


def parse_web_app_link(words: str) -> WebAppLink:
    """Parse PERSON:@BOT:LABEL:URL; raise ArgumentTypeError for anything else."""
    person, bot, label, url = [*words.split(":", 3), "", "", "", ""][:4]
    if not (person.isdigit() and bot.startswith("@") and label and url.startswith(("http://", "https://"))):
        raise ArgumentTypeError(f"{words!r} is not like 3001:@some_bot:The console:https://food.example.org/console/")
    return WebAppLink(person=int(person), bot=bot, label=label, url=url)
