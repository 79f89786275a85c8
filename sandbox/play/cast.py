"""Who plays: the campuses with their chats, and which person has which part in a scene."""

from dataclasses import dataclass
from pathlib import Path

from sandbox.launch.people import ADMINS, ANA, BEN, DEMO_CAST, MEI, NORTH_BOT, RUNNERS, SAM, Bot, Cast, Group, Person
from sandbox.launch.stack import CAMPUS_FILE


@dataclass(frozen=True, slots=True, kw_only=True)
class Campus:
    """A campus as people on Telegram see it: a bot to talk to and two groups."""

    file: Path
    bot: Bot
    runners: Group
    admins: Group


@dataclass(frozen=True, slots=True, kw_only=True)
class Troupe:
    """The people of one scene, at their campus."""

    campus: Campus
    mei: Person = MEI  # orders
    ana: Person = ANA  # runs
    ben: Person = BEN  # runs too
    sam: Person = SAM  # steers


def found_campus(name: str, number: int, file: Path, runners: tuple[int, ...], admins: tuple[int, ...]) -> Campus:
    """A campus with a bot and groups of its own; `number` (2 to 99) keeps their ids apart."""
    bot = Bot(
        campus=name,
        token=f"70000000{number:02d}:sandbox-{name}-{'0' * 20}",
        username=f"campusg_{name}_bot",
        name=f"CampusG {name.title()}",
    )
    first = -1_001_000_000_000 - 10 * number
    leaders: tuple[int | str, ...] = (*admins, bot.username)
    together = tuple(dict.fromkeys((*runners, *admins)))
    return Campus(
        file=file,
        bot=bot,
        runners=Group(
            id=first - 1, title=f"{name.title()} runners", members=together, bots=(bot.username,), admins=leaders
        ),
        admins=Group(
            id=first - 2, title=f"{name.title()} admins", members=admins, bots=(bot.username,), admins=leaders
        ),
    )


NORTH = Campus(file=CAMPUS_FILE, bot=NORTH_BOT, runners=RUNNERS, admins=ADMINS)
HASTY = found_campus("hasty", 2, Path(__file__).with_name("hasty.toml"), (ANA.id, BEN.id), (SAM.id,))


def cast_of(campus: Campus) -> Cast:
    """Everybody a campus of the demo's people needs."""
    return Cast(bots=(campus.bot,), people=DEMO_CAST.people, groups=(campus.runners, campus.admins))
