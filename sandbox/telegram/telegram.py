"""The whole stand-in as one object: state, clock, news and what is recorded, with the parts that act on them."""

from dataclasses import dataclass, field
from pathlib import Path

from .clock import Bell, Clock
from .faults import Faults
from .feed import Feed
from .journal import Journal
from .transcript import Transcript
from .webhook_courier import Courier
from .world import World


@dataclass(slots=True, kw_only=True)
class Telegram:
    """What every method and every control request works on."""

    journal: Journal
    world: World
    clock: Clock
    feed: Feed
    faults: Faults
    transcript: Transcript
    courier: Courier
    polled: dict[int, Bell] = field(default_factory=dict)  # rings when a bot has a new update
    pollers: dict[int, int] = field(default_factory=dict)  # the number of the latest getUpdates of a bot

    def bell_of(self, bot_id: int) -> Bell:
        """The bell of a bot's long polls."""
        return self.polled.setdefault(bot_id, Bell())

    def silence(self) -> None:
        """End every wait: the server stops."""
        for bell in (self.clock.bell, self.feed.bell, *self.polled.values()):
            bell.silence()


def found_telegram(state: Path | None, transcript_folder: Path | None) -> Telegram:
    """A stand-in with the state found in the folder `state`, or with none."""
    journal = Journal(state)
    world, clock, transcript = World(journal), Clock(journal), Transcript(transcript_folder)
    return Telegram(
        journal=journal,
        world=world,
        clock=clock,
        feed=Feed(journal, clock),
        faults=Faults(),
        transcript=transcript,
        courier=Courier(world, clock, transcript),
    )
