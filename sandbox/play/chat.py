"""`make chat AS=mei`: one person's phone in the terminal, beside a running demo: type a line, or a button's number."""

import asyncio
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import indent

from sandbox.launch.demo import FOLDER
from sandbox.launch.people import DEMO_CAST, Person
from sandbox.play.cast import NORTH, Troupe
from sandbox.play.eyes import open_eyes
from sandbox.play.narrator import Narrator
from sandbox.play.player import Player, Spotted
from sandbox.play.sights import Message
from sandbox.play.wire import PlayError, wired

HOW = "Type to write to the bot, a number to tap that button, `g ...` to write in the group; Ctrl-D ends."


@dataclass(slots=True)
class Screen:
    """What this person sees, with a number before each button."""

    person: Person
    shown: list[Spotted] = field(default_factory=list)
    player: Player | None = None

    def event(self, event: Mapping[str, object], message: Message | None) -> None:
        """Show one event of the sandbox, if it happened in a chat of this person."""
        if message is None or self.player is None or message.place not in self.player.chats:
            return
        if event["kind"] == "delete" or not (message.by_bot or message.place.user is None):
            return
        edited = " (edited)" if event["kind"] == "edit" else ""
        print(f"\n{message.sender}{' in the group' if message.place.user is None else ''}{edited}")
        print(indent(message.text, "  "))
        for row in message.keyboard:
            print("  " + "  ".join(self._button(Spotted(message=message, button=button)) for button in row))

    def _button(self, spotted: Spotted) -> str:
        if spotted.button.link is not None:
            return f"[{spotted.button.label}: {spotted.button.link}]"
        self.shown.append(spotted)
        return f"[{len(self.shown)}: {spotted.button.label}]"

    async def obey(self, line: str) -> None:
        """Tap or type what was entered."""
        assert self.player is not None
        if line.isdigit() and 0 < int(line) <= len(self.shown):
            toast = await self.player.taps_on(self.shown[int(line) - 1])
            if toast.text:
                print(f"\n  » {toast.text}")
        elif line.startswith("g ") and self.player.groups:
            await self.player.types(line[2:], in_group=self.player.groups[0])
        elif line:
            await self.player.types(line)


async def chat(telegram_url: str, person: Person) -> None:
    """Show and obey until the input ends."""
    screen = Screen(person)
    narrator = Narrator(lambda _paragraph: None, Troupe(campus=NORTH))
    groups = tuple(group.id for group in (NORTH.admins, NORTH.runners) if person.id in group.members)
    async with wired(telegram_url) as wire, open_eyes(wire, (screen.event,)) as eyes:
        screen.player = Player(
            name=person.first_name,
            number=person.id,
            bot=f"@{NORTH.bot.username}",
            groups=groups,
            eyes=eyes,
            narrator=narrator,
        )
        print(f"You are {person.first_name}. {HOW} Begin with /start.")
        while line := await asyncio.to_thread(sys.stdin.readline):
            try:
                await screen.obey(line.strip())
            except PlayError as trouble:
                print(trouble)


def demos_telegram(folder: Path) -> str:
    """Where the running demo's Telegram stand-in answers; PlayError when no demo has run here."""
    noted = folder / "environment"
    lines = noted.read_text().splitlines() if noted.exists() else []
    found = next((line.partition("=")[2] for line in lines if "TELEGRAM_API_URL=" in line), None)
    if found is None:
        raise PlayError("No demo has run here yet: start `make demo` in another terminal first.")
    return found


def main() -> int:
    """Be one of the demo's people."""
    name = sys.argv[1] if len(sys.argv) > 1 else "mei"
    person = next((one for one in DEMO_CAST.people if one.first_name.lower() == name.lower()), None)
    if person is None:
        known = ", ".join(one.first_name.lower() for one in DEMO_CAST.people)
        print(f"Nobody is called {name!r} here; there are {known}.", file=sys.stderr)
        return 2
    try:
        asyncio.run(chat(demos_telegram(FOLDER), person))
    except (PlayError, OSError) as trouble:
        print(trouble, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        pass
    return 0


if __name__ == "__main__":
    sys.exit(main())
