"""One scripted person: reads the chats, types, taps the buttons there are, follows links; nothing else."""

import re
from dataclasses import dataclass, field

from sandbox.play.eyes import Eyes
from sandbox.play.narrator import Narrator
from sandbox.play.pages import press_on_page
from sandbox.play.sights import Button, Message, Place, Toast, read_toast
from sandbox.play.tally import Tally
from sandbox.play.wire import PlayError, fields

PATIENCE = 20.0  # seconds; people would have given up, and machines under test are slow
TAP_PATIENCE = 15.0  # seconds Telegram shows the clock on a button
NUMBER = re.compile(r"#(\d+)")
PIN = re.compile(r"PIN: (\d{4})\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class Spotted:
    """A button somebody has seen; it may be gone when it is tapped."""

    message: Message
    button: Button


@dataclass(slots=True, kw_only=True)
class Player:
    """A person with a phone."""

    name: str
    number: int
    bot: str  # @name
    groups: tuple[int, ...]
    eyes: Eyes
    narrator: Narrator
    tally: Tally = field(default_factory=Tally)
    _tapped: dict[tuple[Place, int], int] = field(default_factory=dict)  # the state of a message when last tapped
    _followed: set[str] = field(default_factory=set)

    @property
    def chats(self) -> frozenset[Place]:
        """Every chat this person can look into."""
        return frozenset({Place(self.bot, self.number), *(Place(str(group)) for group in self.groups)})

    async def types(self, text: str, *, in_group: int | None = None, to: Message | None = None) -> None:
        """Write a line to the bot, or into a group; perhaps in answer to a message."""
        self.tally.lines += 1
        line: dict[str, object] = {"from": self.number, "chat": in_group or self.bot, "text": text}
        await self.eyes.wire.post("/sim/messages", line if to is None else line | {"reply_to": to.number})

    async def shows(self, caption: str = "") -> None:
        """Take a photo and send it to the bot."""
        self.tally.photos += 1
        self.narrator.act(" ".join([f"{self.name} sends a photo", *([f"with {caption!r}"] if caption else [])]))
        shown = {"from": self.number, "chat": self.bot, "text": caption, "photo": True}
        await self.eyes.wire.post("/sim/messages", shown)

    async def taps(
        self,
        action: str,
        label: str = "",
        *,
        about: int | None = None,
        unchanged: bool = False,
        within: float = PATIENCE,
    ) -> Toast:
        """Tap the newest button with this action once it is there, and wait for the answer.

        After a tap people wait until the message has changed before they tap on it again; `unchanged` does not wait.
        """
        return await self.taps_on(await self.spots(action, label, about=about, unchanged=unchanged, within=within))

    async def spots(
        self,
        action: str,
        label: str = "",
        *,
        about: int | None = None,
        unchanged: bool = False,
        within: float = PATIENCE,
    ) -> Spotted:
        """See a button, without tapping it yet."""

        def look() -> Spotted | None:
            for message in self.eyes.in_places(self.chats):
                if not unchanged and self._tapped.get((message.place, message.number)) == message.edits:
                    continue
                for button in message.buttons:
                    if button.action == action and label in button.label and about in (None, _number(button.subject)):
                        return Spotted(message=message, button=button)
            return None

        which = " ".join([action, *([repr(label)] if label else []), *([f"of #{about}"] if about else [])])
        return await self.eyes.until(look, f"{self.name} sees a button to {which}", self.chats, within=within)

    async def taps_on(self, spotted: Spotted) -> Toast:
        """Tap a button one saw; PlayError when the tap is not answered."""
        message = spotted.message
        self._tapped[message.place, message.number] = message.edits
        self.tally.taps += 1
        self.narrator.act(f"{self.name} taps [{spotted.button.label}]")
        chat = message.place.chat
        press = {
            "from": self.number,
            "chat": chat if chat.startswith("@") else int(chat),
            "message_id": message.number,
            "data": spotted.button.data,
        }
        tap = fields(await self.eyes.wire.post("/sim/taps", press))["callback_query_id"]
        answer = fields(await self.eyes.wire.get(f"/sim/taps/{tap}", wait=TAP_PATIENCE))
        if not answer["answered"]:
            raise PlayError(f"{self.name} tapped [{spotted.button.label}] and got no answer in {TAP_PATIENCE:.0f} s.")
        return read_toast(answer)

    async def reads(self, *words: str, within: float = PATIENCE) -> Message:
        """Wait for a message that says all of this, and return it as it stands."""

        def look() -> Message | None:
            found = (one for one in self.eyes.in_places(self.chats) if one.by_bot)
            return next((one for one in found if all(word in one.text for word in words)), None)

        return await self.eyes.until(look, f"{self.name} reads {' ... '.join(words)!r}", self.chats, within=within)

    async def reads_number(self, *words: str, within: float = PATIENCE) -> int:
        """The number (#12) of the order in a message that says all of this."""
        message = await self.reads("#", *words, within=within)
        found = NUMBER.search(message.text)
        if found is None:
            raise PlayError(f"{self.name} finds no order's number in {message.text!r}.")
        return int(found[1])

    async def reads_pin(self, order: int) -> str:
        """The PIN the customer tells the runner at the door."""
        message = await self.reads(f"#{order}", "PIN:")
        found = PIN.search(message.text)
        if found is None:
            raise PlayError(f"{self.name} finds no PIN in {message.text!r}.")
        return found[1]

    async def saves_card(self, number: str) -> None:
        """Follow the link to Stripe's Checkout page and save the card of this number."""
        await self._presses("/pay/checkout/", "Save card", number=number)

    async def approves_at_bank(self) -> None:
        """Follow the link to the bank's page and say yes."""
        await self._presses("/pay/approve/", "Approve")

    async def finishes_onboarding(self) -> None:
        """Follow the link to Stripe's onboarding and answer what it asks."""
        await self._presses("/pay/onboarding/", "Finish onboarding")

    async def _presses(self, path: str, button: str, **typed: str) -> None:
        link = await self._finds_link(path)
        self._followed.add(link)
        self.narrator.act(" ".join([f"{self.name} opens Stripe's page and presses [{button}]", *typed.values()]))
        await press_on_page(self.eyes.wire.session, link, button, **typed)

    async def _finds_link(self, path: str) -> str:
        def look() -> str | None:
            links = (one.link for message in self.eyes.in_places(self.chats) for one in message.buttons)
            return next((link for link in links if link and path in link and link not in self._followed), None)

        return await self.eyes.until(look, f"{self.name} sees a link to {path}", self.chats, within=PATIENCE)


def _number(subject: str) -> int | None:
    return int(subject) if subject.removeprefix("-").isdigit() else None
