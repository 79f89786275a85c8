"""The bots, people and groups of the Telegram sandbox at the start, and how they are created."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

from sandbox.launch.processes import LaunchError

REQUEST_TIMEOUT_SECONDS = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class BotAccount:
    """A bot as BotFather makes it; its campus reads the token from TELEGRAM_BOT_TOKEN_<campus>."""

    campus: str
    token: str
    username: str
    name: str

    @property
    def token_variable(self) -> str:
        """Return the name of the environment variable that holds the token."""
        return f"TELEGRAM_BOT_TOKEN_{self.campus.upper()}"


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonAccount:
    """A person with a Telegram account."""

    id: int
    first_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupChat:
    """A group chat; people are named by id, bots by username, administrators by either."""

    id: int
    title: str
    members: tuple[int, ...]
    bots: tuple[str, ...]
    admins: tuple[int | str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class InitialChat:
    """A chat that the chat page shows at the first visit; `chat` is a bot's @username or a group's id.

    `start` is the code of the link that leads the person to the bot.
    """

    person: int
    chat: str | int
    role: str
    start: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TelegramAccounts:
    """All accounts and groups at the start."""

    bots: tuple[BotAccount, ...]
    people: tuple[PersonAccount, ...]
    groups: tuple[GroupChat, ...]
    initial_chats: tuple[InitialChat, ...] = ()  # empty: the chat page is not started


MEI = PersonAccount(id=1001, first_name="Mei")
KAI = PersonAccount(id=1002, first_name="Kai")
ANA = PersonAccount(id=2001, first_name="Ana")
BEN = PersonAccount(id=2002, first_name="Ben")
SAM = PersonAccount(id=3001, first_name="Sam")
NORTH_BOT = BotAccount(
    campus="north",
    token="7000000001:sandbox-north-00000000000000000000",
    username="campusg_north_bot",
    name="CampusG North",
)
RUNNERS = GroupChat(
    id=-1001000000001,
    title="North runners",
    members=(ANA.id, BEN.id, SAM.id),
    bots=(NORTH_BOT.username,),
    admins=(SAM.id, NORTH_BOT.username),  # a bot must be an admin to create invite links
)
ADMINS = GroupChat(
    id=-1001000000002,
    title="North admins",
    members=(SAM.id,),
    bots=(NORTH_BOT.username,),
    admins=(SAM.id, NORTH_BOT.username),
)
DEMO_ACCOUNTS = TelegramAccounts(
    bots=(NORTH_BOT,),
    people=(MEI, KAI, ANA, BEN, SAM),
    groups=(RUNNERS, ADMINS),
    initial_chats=(
        InitialChat(person=MEI.id, chat=f"@{NORTH_BOT.username}", role="orders food", start="north-2026"),
        InitialChat(person=ANA.id, chat=f"@{NORTH_BOT.username}", role="delivers"),
        InitialChat(person=ANA.id, chat=RUNNERS.id, role="delivers"),
        InitialChat(person=SAM.id, chat=ADMINS.id, role="admin"),
    ),
)


def create_accounts(telegram_url: str, accounts: TelegramAccounts) -> None:
    """Create all accounts in the Telegram sandbox; existing ones do not change."""
    for bot in accounts.bots:
        post_control_request(
            f"{telegram_url}/sim/bots", {"token": bot.token, "username": bot.username, "name": bot.name}
        )
    for person in accounts.people:
        post_control_request(f"{telegram_url}/sim/users", asdict(person))
    for group in accounts.groups:
        post_control_request(f"{telegram_url}/sim/groups", asdict(group))


def open_bot_chats(telegram_url: str, bot: BotAccount, people: Iterable[PersonAccount]) -> None:
    """Open the chat of each person with the bot, if it is not open, because a bot cannot write to them before."""
    for person in people:
        write_first_message(telegram_url, person, f"@{bot.username}", "/start")


def write_first_message(telegram_url: str, person: PersonAccount, chat: str | int, text: str) -> None:
    """Write a message as a person into an empty chat (a bot's @username or a group's id); else do nothing."""
    query = urlencode({"chat": chat, "user": person.id})
    with urlopen(f"{telegram_url}/sim/messages?{query}", timeout=REQUEST_TIMEOUT_SECONDS) as answer:
        messages = json.load(answer)
    if not messages:
        post_control_request(f"{telegram_url}/sim/messages", {"from": person.id, "chat": chat, "text": text})


def post_control_request(url: str, body: Mapping[str, object]) -> None:
    """Send a request to a sandbox's control API; raise LaunchError with its answer when it is refused."""
    request = Request(url, data=json.dumps(body).encode(), headers={"Content-Type": "application/json"})
    try:
        with urlopen(request, timeout=REQUEST_TIMEOUT_SECONDS) as answer:
            answer.read()
    except HTTPError as refusal:
        with refusal:
            raise LaunchError(f"{url} refused {dict(body)}: {refusal.read().decode(errors='replace')}") from None
