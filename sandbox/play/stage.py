"""Where a scene is played: the people with their phones, beside a CampusG that runs."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from sandbox.launch.people import Group, Person
from sandbox.play.cast import Troupe
from sandbox.play.eyes import Eyes, open_eyes
from sandbox.play.narrator import Narrator
from sandbox.play.player import Player
from sandbox.play.wire import Wire, wired


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """What must be true of an order's money when the scene is over, in minor units."""

    order: int
    charged: int = 0
    paid_out: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """What a scene may use."""

    mei: Player
    ana: Player
    ben: Player
    sam: Player
    eyes: Eyes
    telegram: Wire
    stripe: Wire


Scene = Callable[[Stage], Awaitable[tuple[Ending, ...]]]


@asynccontextmanager
async def set_stage(telegram_url: str, stripe_url: str, troupe: Troupe, narrator: Narrator) -> AsyncIterator[Stage]:
    """Give everybody of the troupe a phone, for the length of a scene."""
    campus = troupe.campus
    async with (
        wired(telegram_url) as telegram,
        wired(stripe_url) as stripe,
        open_eyes(telegram, (narrator.event,)) as eyes,
    ):

        def player(person: Person, *groups: Group) -> Player:
            return Player(
                name=person.first_name,
                number=person.id,
                bot=f"@{campus.bot.username}",
                groups=tuple(group.id for group in groups),
                eyes=eyes,
                narrator=narrator,
            )

        yield Stage(
            mei=player(troupe.mei),
            ana=player(troupe.ana, campus.runners),
            ben=player(troupe.ben, campus.runners),
            sam=player(troupe.sam, campus.runners, campus.admins),
            eyes=eyes,
            telegram=telegram,
            stripe=stripe,
        )
