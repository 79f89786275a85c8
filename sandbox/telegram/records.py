"""The records of the sandbox's state: frozen dataclasses of plain JSON values, each stored as one row."""

from dataclasses import dataclass, field
from typing import TypeAlias

JsonObject: TypeAlias = dict[str, object]
ButtonRows: TypeAlias = list[list[JsonObject]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bot:
    """A bot account; `commands` are keyed by scope and language. A revoked token opens nothing any more.

    What BotFather sets: whether it may join groups, and whether it hears all that is said there.
    """

    id: int
    token: str
    username: str
    name: str
    allowed_updates: list[str] | None = None
    commands: dict[str, list[JsonObject]] = field(default_factory=dict)
    revoked: bool = False
    can_join_groups: bool = True
    hears_everything: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """A bot's webhook and its last failed request (Unix seconds); `trouble` is why its address cannot be reached."""

    bot_id: int
    url: str
    secret_token: str = ""
    max_connections: int = 40
    last_error_date: int | None = None
    last_error_message: str | None = None
    trouble: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A human user."""

    id: int
    first_name: str
    username: str | None = None
    language_code: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A group or supergroup; `members` maps the id of a user or bot to its status in the group.

    `mute` holds the ids of restricted members who may not write. In a `muted` group nobody may but administrators.
    `lacking` maps the id of a bot that is an administrator to the rights that it was not given.
    `topics` maps message_thread_id to whether the topic is open; "0" is General. A group with topics is a forum.
    """

    id: int
    title: str
    type: str = "supergroup"
    members: dict[str, str] = field(default_factory=dict)
    migrated_to: int | None = None
    mute: list[int] = field(default_factory=list)
    muted: bool = False
    deleted: bool = False
    topics: dict[str, bool] = field(default_factory=dict)
    lacking: dict[str, list[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivateChat:
    """The private chat of a person with a bot; it exists from the person's first message on."""

    bot_id: int
    user_id: int
    blocked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message in a place; with a photo, text and entities are the caption."""

    place: str
    message_id: int
    sender_id: int
    date: int
    text: str = ""
    entities: list[JsonObject] = field(default_factory=list)
    photo: list[JsonObject] = field(default_factory=list)
    buttons: ButtonRows = field(default_factory=list)
    reply_keyboard: JsonObject | None = None
    reply_to: int | None = None
    media_group_id: str | None = None  # of an album: its photos are messages with the same one
    thread: int | None = None  # of a topic of a forum
    service: JsonObject = field(default_factory=dict)
    edits: int = 0
    edit_date: int | None = None
    pinned: bool = False
    deleted: bool = False
    silent: bool = False
    protected: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Tap:
    """One tap on a button and the bot's answer; times are Unix seconds of the sandbox's clock."""

    id: str
    bot_id: int
    user_id: int
    place: str
    message_id: int
    data: str
    tapped_at: float
    answered_at: float | None = None
    text: str | None = None
    show_alert: bool = False
    url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """One update for a bot; updates of one queue are sent in order, `again` marks a repetition ordered by a test."""

    bot_id: int
    update_id: int
    body: JsonObject
    queue: str
    expires_at: float
    delivered: bool = False
    again: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class InviteLink:
    """An invite link of a group; `expire_date` is in Unix seconds, `waiting` holds who has asked to join."""

    link: str
    chat_id: int
    bot_id: int
    name: str | None = None
    expire_date: int | None = None
    member_limit: int | None = None
    creates_join_request: bool = False
    waiting: list[int] = field(default_factory=list)
    joined: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFile:
    """A stored picture; `content` is its bytes in base64."""

    file_id: str
    file_path: str
    content: str
    size: int
