"""The sandbox's state: accounts, chats, messages, taps and pending updates."""

from dataclasses import replace

from sandbox.telegram.journal import Journal
from sandbox.telegram.record_table import RecordTable
from sandbox.telegram.records import (
    Bot,
    Group,
    InviteLink,
    Message,
    Person,
    PrivateChat,
    StoredFile,
    Tap,
    Update,
    Webhook,
)

MAX_KEPT_DELIVERED_UPDATES = 2_000


def private_place(bot_id: int, user_id: int) -> str:
    """Return the place of the private chat of a bot and a person."""
    return f"private:{bot_id}:{user_id}"


def group_place(chat_id: int) -> str:
    """Return the place of a group, shared by all members."""
    return f"group:{chat_id}"


class TelegramWorld:
    """Stores the state in memory and on disk, without any rules of Telegram."""

    def __init__(self, journal: Journal) -> None:
        self.bots = RecordTable(journal, Bot, lambda bot: str(bot.id))
        self.webhooks = RecordTable(journal, Webhook, lambda webhook: str(webhook.bot_id))
        self.people = RecordTable(journal, Person, lambda person: str(person.id))
        self.groups = RecordTable(journal, Group, lambda group: str(group.id))
        self.private_chats = RecordTable(journal, PrivateChat, lambda chat: private_place(chat.bot_id, chat.user_id))
        self.taps = RecordTable(journal, Tap, lambda tap: tap.id)
        self.links = RecordTable(journal, InviteLink, lambda link: link.link)
        self.files = RecordTable(journal, StoredFile, lambda file: file.file_id)
        self._message_rows = RecordTable(journal, Message, lambda message: f"{message.place}/{message.message_id}")
        self._update_rows = RecordTable(journal, Update, lambda update: f"{update.bot_id}/{update.update_id}")
        self._messages: dict[str, dict[int, Message]] = {}
        self._last_message_id: dict[str, int] = {}
        self._updates: dict[int, dict[int, Update]] = {}
        self._pending: dict[int, dict[int, Update]] = {}
        for message in sorted(self._message_rows, key=lambda row: row.message_id):
            self._index_message(message)
        for update in sorted(self._update_rows, key=lambda row: row.update_id):
            self._index_update(update)

    def bot_by_token(self, token: str) -> Bot | None:
        """Return the bot with this token, or None when there is none or the token was revoked."""
        bot = self.bots.get(token.partition(":")[0])
        return bot if bot is not None and bot.token == token and not bot.revoked else None

    def bot_by_name(self, name: str) -> Bot | None:
        """Return the bot with this username (with or without @, in any case), or None."""
        wanted = name.removeprefix("@").lower()
        return next((bot for bot in self.bots if bot.username.lower() == wanted), None)

    def messages_in(self, place: str) -> dict[int, Message]:
        """Return all messages of a place by id, oldest first, deleted ones included."""
        return self._messages.get(place, {})

    def message(self, place: str, message_id: int) -> Message | None:
        """Return a message that is not deleted, or None."""
        found = self.messages_in(place).get(message_id)
        return None if found is None or found.deleted else found

    def keep_message(self, message: Message) -> Message:
        """Insert or replace a message."""
        self._index_message(message)
        return self._message_rows.put(message)

    def next_message_id(self, place: str) -> int:
        """Return the id of the next message, counted per group, and per bot over all its private chats."""
        return self._last_message_id.get(_counter(place), 0) + 1

    def keep_update(self, update: Update) -> Update:
        """Insert or replace an update."""
        self._index_update(update)
        return self._update_rows.put(update)

    def mark_delivered(self, update: Update) -> None:
        """Mark an update as received by the bot; the latest ones are kept so that tests can repeat them."""
        self.keep_update(replace(update, delivered=True, again=False))
        kept = self._updates[update.bot_id]
        if len(kept) > MAX_KEPT_DELIVERED_UPDATES:
            oldest = kept[next(iter(kept))]
            if oldest.delivered:
                del kept[oldest.update_id]
                self._update_rows.drop(oldest)

    def pending(self, bot_id: int) -> dict[int, Update]:
        """Return the updates that a bot has not received, by id."""
        return self._pending.setdefault(bot_id, {})

    def update(self, bot_id: int, update_id: int) -> Update | None:
        """Return an update that is pending or still kept after its delivery, or None."""
        return self._updates.get(bot_id, {}).get(update_id)

    def next_update_id(self, bot_id: int) -> int:
        """Return the highest id plus one; a bot's first is derived from its id, because real ones are arbitrary."""
        return max(self._updates.get(bot_id, {}), default=100_000_000 + bot_id % 1_000_000) + 1

    def _index_message(self, message: Message) -> None:
        self._messages.setdefault(message.place, {})[message.message_id] = message
        counter = _counter(message.place)
        self._last_message_id[counter] = max(self._last_message_id.get(counter, 0), message.message_id)

    def _index_update(self, update: Update) -> None:
        self._updates.setdefault(update.bot_id, {})[update.update_id] = update
        if update.delivered:
            self.pending(update.bot_id).pop(update.update_id, None)
        else:
            self.pending(update.bot_id)[update.update_id] = update


def _counter(place: str) -> str:
    kind, owner, *_ = place.split(":")
    return f"{kind}:{owner}"
