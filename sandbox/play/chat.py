"""`make chat AS=mei`: one person's chats in the terminal, beside a running demo."""

import asyncio
import sys
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import indent

from sandbox.launch.campuses import KAI, MEI, PersonAccount, read_campus
from sandbox.launch.demo import DEMO_FOLDER
from sandbox.people.chat_observer import observe_chats
from sandbox.people.control_clients import Json, PlayError, TelegramControl, open_control
from sandbox.people.observed_messages import ObservedMessage, SeenButton
from sandbox.people.person import Person

USAGE = "Type to write to the bot, a number to tap that button, `g ...` to write in the group; Ctrl-D ends."


@dataclass(slots=True)
class TerminalChat:
    """The terminal view of one person. Each button has a number before it."""

    person: Person | None = None
    tappable_buttons: list[SeenButton] = field(default_factory=list)

    def on_event(self, event: Json, message: ObservedMessage | None) -> None:
        """Print one event of the sandbox, if it happened in a chat of this person."""
        if message is None or self.person is None or message.chat_ref not in self.person.chats:
            return
        if event["kind"] == "delete" or not (message.by_bot or message.chat_ref.user_id is None):
            return
        edited = " (edited)" if event["kind"] == "edit" else ""
        print(f"\n{message.sender}{' in the group' if message.chat_ref.user_id is None else ''}{edited}")
        print(indent(message.text, "  "))
        for row in message.keyboard:
            print("  " + "  ".join(self._button(SeenButton(message=message, button=button)) for button in row))

    def _button(self, seen_button: SeenButton) -> str:
        if seen_button.button.link is not None:
            return f"[{seen_button.button.label}: {seen_button.button.link}]"
        self.tappable_buttons.append(seen_button)
        return f"[{len(self.tappable_buttons)}: {seen_button.button.label}]"

    async def run_input_line(self, line: str) -> None:
        """Tap the button with this number, or type the line."""
        assert self.person is not None
        if line.isdigit() and 0 < int(line) <= len(self.tappable_buttons):
            toast = await self.person.tap_button(self.tappable_buttons[int(line) - 1])
            if toast.text:
                print(f"\n  » {toast.text}")
        elif line.startswith("g ") and (groups := self.person.campus.groups_of(self.person.account)):
            await self.person.type_text(line[2:], in_group=groups[-1])
        elif line:
            await self.person.type_text(line)


async def run_terminal_chat(telegram_url: str, account: PersonAccount) -> None:
    """Print what the person sees and run what is entered, until the input ends."""
    terminal = TerminalChat()
    async with (
        open_control(TelegramControl, telegram_url) as telegram,
        observe_chats(telegram, terminal.on_event) as observer,
    ):
        terminal.person = Person(account=account, campus=read_campus(), observer=observer)
        print(f"You are {account.first_name}. {USAGE} Begin with /start.")
        while line := await asyncio.to_thread(sys.stdin.readline):
            try:
                await terminal.run_input_line(line.strip())
            except PlayError as trouble:
                print(trouble)


def find_demo_telegram_url(folder: Path) -> str:
    """Return the URL of the running demo's Telegram stand-in. Raise PlayError when no demo has run here."""
    settings_file = folder / "environment"
    lines = settings_file.read_text().splitlines() if settings_file.exists() else []
    found = next((line.partition("=")[2] for line in lines if "TELEGRAM_API_URL=" in line), None)
    if found is None:
        raise PlayError("No demo has run here yet: start `make demo` in another terminal first.")
    return found


def main() -> int:
    """Run the chat of the demo person named on the command line, and return the exit code."""
    name = sys.argv[1] if len(sys.argv) > 1 else MEI.first_name
    campus = read_campus()
    people = {one.first_name.lower(): one for one in (MEI, KAI, *campus.runners, campus.admin)}
    person = people.get(name.lower())
    if person is None:
        print(f"Nobody is called {name!r} here; there are {', '.join(people)}.", file=sys.stderr)
        return 2
    try:
        asyncio.run(run_terminal_chat(find_demo_telegram_url(DEMO_FOLDER), person))
    except (PlayError, OSError) as trouble:
        print(trouble, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        pass
    return 0


if __name__ == "__main__":
    sys.exit(main())
