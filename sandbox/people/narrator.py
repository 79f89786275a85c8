"""Prints what each person sees and does: one paragraph each, with the seconds since the start."""

import os
import sys
import time
from collections.abc import Callable, Iterable
from textwrap import indent

from sandbox.launch.campuses import Campus, PersonAccount
from sandbox.people.control_clients import Json
from sandbox.people.observed_messages import ChatRef, ObservedMessage, chat_ref_of

INDENT = " " * 10
DIM, BOLD, CYAN, RESET = "\033[2m", "\033[1m", "\033[36m", "\033[0m"

PrintParagraph = Callable[[str], None]


class Narrator:
    """Prints the events of one scene with the names of its chats and people."""

    def __init__(
        self,
        print_paragraph: PrintParagraph,
        campus: Campus,
        people: Iterable[PersonAccount],
        *,
        coloured: bool = False,
    ) -> None:
        """Create a narrator. `print_paragraph` receives one paragraph at a time."""
        self._print_paragraph, self._coloured = print_paragraph, coloured
        self._began = time.time()
        self._groups = {str(group): title for group, title in campus.group_titles.items()}
        self._people = {person.id: person.first_name for person in people}
        self._bot, self._bot_name = campus.bot, campus.bot_name

    def on_event(self, event: Json, message: ObservedMessage | None) -> None:
        """Print one event of the sandbox, if it happened in a chat of this scene."""
        chat_ref = chat_ref_of(event)
        if not self._is_scene_chat(chat_ref):
            return
        match event["kind"]:
            case "message" if message is not None and (message.text or message.keyboard):
                self._print_message(self._format_heading(message), message, at=message.updated_at)
            case "edit" if message is not None:
                heading = f"{self._format_heading(message)} (edited in place)"
                self._print_message(heading, message, at=message.updated_at)
            case "delete" if message is not None:
                self._print_sentence(f"{message.sender} deletes a message", at=message.updated_at)
            case "tap_answer" if event["text"]:
                display = "an alert" if event["show_alert"] else "a toast"
                who = self._people.get(event.get("user"), "a person")
                self._print_sentence(f"{who} sees {display}: {event['text']}", at=event["at"])

    def narrate_action(self, sentence: str) -> None:
        """Print what a person does now."""
        self._print_sentence(sentence, at=time.time())

    def _is_scene_chat(self, chat_ref: ChatRef) -> bool:
        return chat_ref.chat in self._groups or (chat_ref.chat == self._bot and chat_ref.user_id in self._people)

    def _format_heading(self, message: ObservedMessage) -> str:
        chat_ref = message.chat_ref
        if chat_ref.user_id is None:
            return f"{message.sender} → {self._groups[chat_ref.chat]}"
        return f"{message.sender} → {self._people[chat_ref.user_id] if message.by_bot else self._bot_name}"

    def _print_message(self, heading: str, message: ObservedMessage, *, at: float) -> None:
        keyboard = "\n".join(
            " ".join(self._paint(CYAN, f"[{button.label}]") for button in row) for row in message.keyboard
        )
        content = indent("\n".join(part for part in (message.text, keyboard) if part), INDENT)
        self._print_paragraph(f"{self._format_time(at)}{self._paint(BOLD, heading)}\n{content}")

    def _print_sentence(self, sentence: str, *, at: float) -> None:
        self._print_paragraph(f"{self._format_time(at)}{sentence}")

    def _format_time(self, at: float) -> str:
        return self._paint(DIM, f"{max(0.0, at - self._began):6.1f} s  ")

    def _paint(self, colour: str, words: str) -> str:
        return f"{colour}{words}{RESET}" if self._coloured else words


def is_colour_wanted() -> bool:
    """Return whether standard output is a terminal and its owner did not set NO_COLOR."""
    return sys.stdout.isatty() and "NO_COLOR" not in os.environ
