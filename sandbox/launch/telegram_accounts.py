"""Who lives in the Telegram sandbox: the bots, people and groups that a launched CampusG starts with."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

from sandbox.launch.processes import LaunchError

REQUEST_TIMEOUT_SECONDS = 10.0  # seconds for one answer of the sandbox


@dataclass(frozen=True, slots=True, kw_only=True)
class BotAccount:
    """A bot as BotFather would make it; the campus it serves finds its token in TELEGRAM_BOT_TOKEN_<campus>."""

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
    """Somebody with a Telegram account."""

    id: int
    first_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupChat:
    """A group chat; people are named by their ids, bots by their user names, administrators by either."""

    id: int
    title: str
    members: tuple[int, ...]
    bots: tuple[str, ...]
    admins: tuple[int | str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class InitialChat:
    """A chat that the chat page shows at first, as one person sees it; a bot by its @name, a group by its number.

    `start` is the code of the link by which the person comes to the bot.
    """

    person: int
    chat: str | int
    role: str
    start: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TelegramAccounts:
    """Everybody there is at the start."""

    bots: tuple[BotAccount, ...]
    people: tuple[PersonAccount, ...]
    groups: tuple[GroupChat, ...]
    initial_chats: tuple[InitialChat, ...] = ()  # none: nobody wants the chat page


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
    admins=(SAM.id, NORTH_BOT.username),  # a bot must be one to make invite links
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
    """Tell the Telegram sandbox of everybody; those it knows already stay as they are."""
    for bot in accounts.bots:
        post_control_request(
            f"{telegram_url}/sim/bots", {"token": bot.token, "username": bot.username, "name": bot.name}
        )
    for person in accounts.people:
        post_control_request(f"{telegram_url}/sim/users", asdict(person))
    for group in accounts.groups:
        post_control_request(f"{telegram_url}/sim/groups", asdict(group))


def open_bot_chats(telegram_url: str, bot: BotAccount, people: Iterable[PersonAccount]) -> None:
    """Let these people open their chat with the bot, if they never did: it may write to nobody before."""
    for person in people:
        write_first_message(telegram_url, person, f"@{bot.username}", "/start")


def write_first_message(telegram_url: str, person: PersonAccount, chat: str | int, text: str) -> None:
    """Let somebody write into a chat, a bot's by its @name or a group's by its number, if nobody ever wrote there."""
    query = urlencode({"chat": chat, "user": person.id})
    with urlopen(f"{telegram_url}/sim/messages?{query}", timeout=REQUEST_TIMEOUT_SECONDS) as answer:
        messages = json.load(answer)
    if not messages:
        post_control_request(f"{telegram_url}/sim/messages", {"from": person.id, "chat": chat, "text": text})


def post_control_request(url: str, body: Mapping[str, object]) -> None:
    """Send one order to a sandbox's control API; raise LaunchError with its answer when it refuses."""
    request = Request(url, data=json.dumps(body).encode(), headers={"Content-Type": "application/json"})
    try:
        with urlopen(request, timeout=REQUEST_TIMEOUT_SECONDS) as answer:
            answer.read()
    except HTTPError as refusal:
        with refusal:
            raise LaunchError(f"{url} refused {dict(body)}: {refusal.read().decode(errors='replace')}") from None
