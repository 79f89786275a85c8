"""The whole stand-in as one object: state, clock, news and what is recorded, with the parts that act on them."""

from dataclasses import dataclass, field
from pathlib import Path

from .event_feed import EventFeed
from .journal import Journal
from .telegram_clock import TelegramClock, Waker
from .telegram_faults import TelegramFaults
from .telegram_world import TelegramWorld
from .transcript import Transcript
from .webhook_courier import WebhookCourier


@dataclass(slots=True, kw_only=True)
class TelegramSandbox:
    """What every method and every control request works on."""

    journal: Journal
    world: TelegramWorld
    clock: TelegramClock
    feed: EventFeed
    faults: TelegramFaults
    transcript: Transcript
    courier: WebhookCourier
    poll_wakers: dict[int, Waker] = field(default_factory=dict)  # rings when a bot has a new update
    latest_poll_numbers: dict[int, int] = field(default_factory=dict)  # the number of the latest getUpdates of a bot

    def poll_waker_of(self, bot_id: int) -> Waker:
        """The bell of a bot's long polls."""
        return self.poll_wakers.setdefault(bot_id, Waker())

    def end_all_waits(self) -> None:
        """End every wait: the server stops."""
        for waker in (self.clock.waker, self.feed.waker, *self.poll_wakers.values()):
            waker.close()


def open_telegram_sandbox(state: Path | None, transcript_folder: Path | None) -> TelegramSandbox:
    """A stand-in with the state found in the folder `state`, or with none."""
    journal = Journal(state)
    world, clock, transcript = TelegramWorld(journal), TelegramClock(journal), Transcript(transcript_folder)
    return TelegramSandbox(
        journal=journal,
        world=world,
        clock=clock,
        feed=EventFeed(journal, clock),
        faults=TelegramFaults(),
        transcript=transcript,
        courier=WebhookCourier(world, clock, transcript),
    )
