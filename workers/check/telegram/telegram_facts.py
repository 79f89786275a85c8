"""What Telegram knows about the bot of a campus, its groups and its admins."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookFacts:
    """Where Telegram sends the updates of a bot: nowhere (""), when it is polled."""

    url: str = ""
    pending: int = 0  # updates that wait
    last_error: str | None = None  # Telegram's words
    last_error_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupFacts:
    """A group as the bot sees it; `refusal` is Telegram's, and then nothing else is known."""

    chat_id: int
    refusal: str | None = None
    title: str = ""
    is_forum: bool = False
    status: str = "left"  # of the bot: creator, administrator, member, restricted, left or kicked
    rights: frozenset[str] = frozenset()  # of the bot, as can_invite_users
    may_write: bool = False
    topic: int | None = None  # the one that is bound
    topic_refusal: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AdminFacts:
    """An admin of a campus, and whether the bot may write to them."""

    number: int
    name: str
    refusal: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenBy:
    """Somebody who wrote to a bot that serves no campus yet."""

    number: int
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BotFacts:
    """The bot of a campus; `refusal` is Telegram's, or why it cannot be reached, and then nothing else is known."""

    refusal: str | None = None
    is_token_refused: bool = False
    username: str = ""
    can_join_groups: bool = True
    reads_everything: bool = False  # its privacy mode is off
    webhook: WebhookFacts = WebhookFacts()
    runner_group: GroupFacts | None = None
    admin_chat: GroupFacts | None = None
    admins: tuple[AdminFacts, ...] = ()
    written_by: tuple[WrittenBy, ...] = ()
