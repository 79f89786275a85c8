"""The campuses that one process serves, each with its bot, and how each of them is."""

from dataclasses import dataclass, field

from aiogram import Bot
from aiogram.client.telegram import TelegramAPIServer

from bot.transport.caching_session import CachingSession
from domain.settings.redaction import redact_text
from domain.settings.settings import BotSettings
from domain.settings.timeouts import Timeout

CALL_TIMEOUT_SECONDS = Timeout.BOT_CALL.seconds
STARTING = "starting"


@dataclass(frozen=True, slots=True, kw_only=True)
class CampusState:
    """Whether the updates of a campus are handled now, and what is wrong: Telegram's own words where it has some."""

    is_serving: bool
    trouble: str | None = None


@dataclass(slots=True, kw_only=True)
class BotRegistry:
    """The bots that were set up, by campus, and the state of each campus by its name."""

    settings: BotSettings
    bots: dict[int, Bot] = field(default_factory=dict)
    by_name: dict[str, int] = field(default_factory=dict)
    states: dict[str, CampusState] = field(default_factory=dict)
    opened: dict[int, Bot] = field(default_factory=dict)  # also those that Telegram refuses

    @property
    def is_serving(self) -> bool:
        """Whether any campus is served: the trouble of one must not stop the others."""
        return any(state.is_serving for state in self.states.values())

    def set_state(self, campus: str, *, is_serving: bool, trouble: str | None = None) -> bool:
        """Record how a campus is. Return whether it was another way before."""
        state = CampusState(is_serving=is_serving, trouble=None if trouble is None else redact_text(trouble))
        is_changed = self.states.get(campus) != state
        self.states[campus] = state
        return is_changed

    def describe_states(self) -> dict[str, str]:
        """Return a few words for each campus, by name."""
        return {name: _describe(state) for name, state in sorted(self.states.items())}

    def open_bot(self, campus_id: int, token: str) -> Bot:
        """Return the bot of a campus, which makes no call yet."""
        if campus_id not in self.opened:
            self.opened[campus_id] = new_bot(self.settings.telegram_api_url, token)
        return self.opened[campus_id]

    async def close(self) -> None:
        """Close the connections to Telegram."""
        for bot in self.opened.values():
            await bot.session.close()


def _describe(state: CampusState) -> str:
    if state.trouble is None:
        return "serving" if state.is_serving else STARTING
    return f"serving, but {state.trouble}" if state.is_serving else state.trouble


def new_bot(api_url: str, token: str) -> Bot:
    """Return aiogram's bot with our timeout; the library's own is a minute."""
    server = TelegramAPIServer.from_base(api_url)
    return Bot(token, session=CachingSession(api=server, timeout=CALL_TIMEOUT_SECONDS))
