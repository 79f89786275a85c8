"""`make chat AS=mei`: one person's chats in the terminal, beside a running demo."""

import asyncio
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import indent

from sandbox.launch.demo import DEMO_FOLDER
from sandbox.launch.telegram_accounts import DEMO_ACCOUNTS, PersonAccount
from sandbox.play.chat_observer import observe_chats
from sandbox.play.narrator import Narrator
from sandbox.play.observed_messages import ObservedMessage
from sandbox.play.sandbox_client import PlayError, open_sandbox_client
from sandbox.play.scene_campuses import NORTH_CHATS, ScenePeople
from sandbox.play.scripted_user import ScriptedUser, SeenButton

USAGE = "Type to write to the bot, a number to tap that button, `g ...` to write in the group; Ctrl-D ends."


@dataclass(slots=True)
class TerminalChat:
    """The terminal view of one person. Each button has a number before it."""

    person: PersonAccount
    tappable_buttons: list[SeenButton] = field(default_factory=list)
    scripted_user: ScriptedUser | None = None

    def on_event(self, event: Mapping[str, object], message: ObservedMessage | None) -> None:
        """Print one event of the sandbox, if it happened in a chat of this person."""
        if message is None or self.scripted_user is None or message.chat_ref not in self.scripted_user.chats:
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
        assert self.scripted_user is not None
        if line.isdigit() and 0 < int(line) <= len(self.tappable_buttons):
            toast = await self.scripted_user.tap_button(self.tappable_buttons[int(line) - 1])
            if toast.text:
                print(f"\n  » {toast.text}")
        elif line.startswith("g ") and self.scripted_user.groups:
            await self.scripted_user.type_text(line[2:], in_group=self.scripted_user.groups[0])
        elif line:
            await self.scripted_user.type_text(line)


async def run_terminal_chat(telegram_url: str, person: PersonAccount) -> None:
    """Print what the person sees and run what is entered, until the input ends."""
    terminal = TerminalChat(person)
    narrator = Narrator(lambda _paragraph: None, ScenePeople(campus_chats=NORTH_CHATS))
    groups = tuple(group.id for group in (NORTH_CHATS.admins, NORTH_CHATS.runners) if person.id in group.members)
    async with open_sandbox_client(telegram_url) as client, observe_chats(client, (terminal.on_event,)) as observer:
        terminal.scripted_user = ScriptedUser(
            name=person.first_name,
            user_id=person.id,
            bot=f"@{NORTH_CHATS.bot.username}",
            groups=groups,
            observer=observer,
            narrator=narrator,
        )
        print(f"You are {person.first_name}. {USAGE} Begin with /start.")
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
    name = sys.argv[1] if len(sys.argv) > 1 else "mei"
    person = next((one for one in DEMO_ACCOUNTS.people if one.first_name.lower() == name.lower()), None)
    if person is None:
        names = ", ".join(one.first_name.lower() for one in DEMO_ACCOUNTS.people)
        print(f"Nobody is called {name!r} here; there are {names}.", file=sys.stderr)
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
