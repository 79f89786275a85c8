"""The parts of one running stand-in, and how they are opened."""

from dataclasses import dataclass, field
from pathlib import Path

from sandbox.telegram.event_feed import EventFeed
from sandbox.telegram.journal import Journal
from sandbox.telegram.send_limits import SendLimits
from sandbox.telegram.telegram_clock import TelegramClock, Waker
from sandbox.telegram.telegram_faults import TelegramFaults
from sandbox.telegram.telegram_world import TelegramWorld
from sandbox.telegram.transcript import Transcript
from sandbox.telegram.webhook_courier import WebhookCourier


@dataclass(slots=True, kw_only=True)
class TelegramSandbox:
    """The state and parts that every method and control request works on."""

    journal: Journal
    world: TelegramWorld
    clock: TelegramClock
    feed: EventFeed
    faults: TelegramFaults
    transcript: Transcript
    courier: WebhookCourier
    limits: SendLimits = field(default_factory=SendLimits)
    poll_wakers: dict[int, Waker] = field(default_factory=dict)  # wakes the long polls of a bot, by bot id
    latest_poll_numbers: dict[int, int] = field(default_factory=dict)  # number of the latest getUpdates call, by bot id

    def poll_waker_of(self, bot_id: int) -> Waker:
        """Return the waker of a bot's long polls."""
        return self.poll_wakers.setdefault(bot_id, Waker())

    def end_all_waits(self) -> None:
        """End every wait, because the server stops."""
        for waker in (self.clock.waker, self.feed.waker, *self.poll_wakers.values()):
            waker.close()


def open_telegram_sandbox(state: Path | None, transcript_folder: Path | None) -> TelegramSandbox:
    """Open a stand-in with the state in the folder `state`, or an empty one without a folder."""
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
