"""The campuses of the scenes with their chats, and which person plays which part."""

from dataclasses import dataclass
from pathlib import Path

from sandbox.launch.stack import CAMPUS_FILE
from sandbox.launch.telegram_accounts import (
    ADMINS,
    ANA,
    BEN,
    DEMO_ACCOUNTS,
    MEI,
    NORTH_BOT,
    RUNNERS,
    SAM,
    BotAccount,
    GroupChat,
    PersonAccount,
    TelegramAccounts,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CampusChats:
    """A campus as people on Telegram see it: a bot and two groups."""

    file: Path
    bot: BotAccount
    runners: GroupChat
    admins: GroupChat


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenePeople:
    """The people of one scene, at their campus."""

    campus_chats: CampusChats
    mei: PersonAccount = MEI  # the customer
    ana: PersonAccount = ANA  # the first runner
    ben: PersonAccount = BEN  # the second runner
    sam: PersonAccount = SAM  # the admin


def define_campus_chats(
    name: str, number: int, file: Path, runners: tuple[int, ...], admins: tuple[int, ...]
) -> CampusChats:
    """Define a campus with a bot and groups of its own. `number` (2 to 99) keeps their ids apart."""
    bot = BotAccount(
        campus=name,
        token=f"70000000{number:02d}:sandbox-{name}-{'0' * 20}",
        username=f"campusg_{name}_bot",
        name=f"CampusG {name.title()}",
    )
    first = -1_001_000_000_000 - 10 * number
    admin_names: tuple[int | str, ...] = (*admins, bot.username)
    everybody = tuple(dict.fromkeys((*runners, *admins)))
    return CampusChats(
        file=file,
        bot=bot,
        runners=GroupChat(
            id=first - 1, title=f"{name.title()} runners", members=everybody, bots=(bot.username,), admins=admin_names
        ),
        admins=GroupChat(
            id=first - 2, title=f"{name.title()} admins", members=admins, bots=(bot.username,), admins=admin_names
        ),
    )


NORTH_CHATS = CampusChats(file=CAMPUS_FILE, bot=NORTH_BOT, runners=RUNNERS, admins=ADMINS)
HASTY_CHATS = define_campus_chats("hasty", 2, Path(__file__).with_name("hasty.toml"), (ANA.id, BEN.id), (SAM.id,))


def accounts_of_campus(campus_chats: CampusChats) -> TelegramAccounts:
    """Return the accounts that a campus of the demo's people needs."""
    return TelegramAccounts(
        bots=(campus_chats.bot,), people=DEMO_ACCOUNTS.people, groups=(campus_chats.runners, campus_chats.admins)
    )
