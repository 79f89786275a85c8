"""Generates updates of every kind that Telegram could send. Their taps, commands and texts make no sense here."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from random import Random

from domain.messaging.buttons import Tap
from tests.fuzz.input_strategies import Json

COMMANDS = (
    *("start", "orders", "me", "help", "jobs", "board", "order", "cancel", "release", "finish", "close", "pause"),
    *("resume", "runners", "approve", "suspend", "unsuspend", "stuck", "bind", "poster", "cases", "case"),
    *("close_case", "refund", "nonsense", "start@north_bot", "cancel@other_bot", "START", ""),
)
TEXT_LINES = (
    *("Koufu", "2x chicken rice 4.50", "Mac & cheese", "4.20", "S$3", "4817", "0000", "Library", "thanks!", "no chili"),
    *("<b>hi</b>", "{$name}", "a" * 4096, "\n\n", "99x a 9999.99\n" * 25, "١٢٣٤", "-1x cola 2", "🍜🍜", "/", "//", "#"),
)
COMMAND_ARGUMENTS = (
    "why",
    "platform it burnt",
    "runner",
    "all runner late",
    "1.00 platform cold",
    "2.00",
    "reason " * 60,
    "<i>",
)
FILE: Json = {"file_id": "f1", "file_unique_id": "u1"}
PHOTO: Json = [{**FILE, "width": 9, "height": 9}]
CONTENTS: tuple[Json, ...] = (
    {"photo": PHOTO},
    {"photo": PHOTO, "caption": "4.20"},
    {"document": FILE},
    {"document": {**FILE, "mime_type": "image/png"}},
    {"sticker": {**FILE, "type": "regular", "width": 1, "height": 1, "is_animated": False, "is_video": False}},
    {"voice": {**FILE, "duration": 1}},
    {"video": {**FILE, "width": 1, "height": 1, "duration": 1}},
    {"location": {"latitude": 1.3, "longitude": 103.8}},
    {"contact": {"phone_number": "+65", "first_name": "Mei"}},
    {"dice": {"emoji": "🎲", "value": 6}},
    {"poll": {"id": "1", "question": "?", "options": [], "type": "of next year"}},
    {"new_chat_members": [{"id": 5, "is_bot": True, "first_name": "north"}]},
    {"left_chat_member": {"id": 5, "is_bot": True, "first_name": "north"}},
    {"new_chat_title": "Desk"},
    {"group_chat_created": True},
    {"migrate_from_chat_id": -5},
    {"pinned_message": {"message_id": 1, "date": 0, "chat": {"id": -5, "type": "group"}}},
    {"successful_payment": {"currency": "SGD", "total_amount": 1, "invoice_payload": "1"}},
    {"web_app_data": {"data": "v1:claim:1:1", "button_text": "x"}},
    {"users_shared": {"request_id": 1, "users": []}},
    {"forward_origin": {"type": "hidden_user", "sender_user_name": "Sam", "date": 0}, "text": "/pause"},
    {"via_bot": {"id": 9, "is_bot": True, "first_name": "b"}, "text": "/resume"},
    {"sender_chat": {"id": -1001, "type": "channel", "title": "News"}, "text": "/bind admin"},
    {"story": {"id": 1, "chat": {"id": 1, "type": "private"}}},
)
OTHER_KINDS = (
    *("edited_message", "channel_post", "edited_channel_post", "business_message", "business_connection"),
    *("deleted_business_messages", "message_reaction", "message_reaction_count", "inline_query"),
    *("chosen_inline_result", "shipping_query", "pre_checkout_query", "poll", "poll_answer", "chat_member"),
    *("chat_boost", "removed_chat_boost", "purchased_paid_media", "of_next_year"),
)


@dataclass(slots=True, kw_only=True)
class UpdateGenerator:
    """Generates random updates from these people, chats and subjects."""

    rng: Random
    people: Sequence[int]
    chats: Mapping[str, int]  # groups by their name
    numbers: Sequence[int]  # ids of orders, cases, sagas and people
    message_ids: Sequence[int] = (1, 2, 3, 7, 500_000)
    update_ids: "count[int]"
    buttons: Sequence[Tap] = tuple(Tap)
    taps: "count[int]" = field(default_factory=lambda: count(1))

    def next_update(self) -> tuple[str, Json]:
        """Return the kind, for the count, and the update."""
        kinds: tuple[tuple[str, Callable[[], Json]], ...] = (
            *(("forged taps", self._tap),) * 8,
            *(("commands", self._command),) * 5,
            *(("lines", self._text_line),) * 4,
            *(("contents", self._content),) * 3,
            ("membership updates", self._membership_update),
            ("other kinds of update", self._unsupported_update),
        )
        kind, make = self.rng.choice(kinds)
        return kind, {"update_id": next(self.update_ids), **make()}

    def _sender(self, person: int | None = None) -> Json:
        language = self.rng.choice(("en", "en", "de", "zh-hans", "xx", None))
        named = {"id": person or self.rng.choice(self.people), "is_bot": False, "first_name": "Somebody"}
        return named | ({} if language is None else {"language_code": language})

    def _chat(self, person: int) -> Json:
        if self.rng.random() < 0.7:
            return {"id": person, "type": "private", "first_name": "Somebody"}
        return {"id": self.rng.choice(list(self.chats.values())), "type": "supergroup", "title": "A group"}

    def _subject(self) -> int:
        around = self.rng.choice(self.numbers) + self.rng.choice((0, 0, 0, 0, 1, -1))
        return self.rng.choice((around, around, around, 0, -1, 4242, 999_999_999_999_999_999))

    def _tap(self) -> Json:
        sender = self._sender()
        tap, argument = (
            self.rng.choice(self.buttons),
            self.rng.choice((0, 1, 1, 1, 2, 3, 4, 5, 7, 100, 9_999, 999_999_999)),
        )
        data = f"v1:{tap}:{self._subject()}:{argument}"
        if self.rng.random() < 0.05:
            data = self.rng.choice(
                ("", "v2:claim:1:1", "v1:claim:1", data + ":1", data.upper(), "x" * 64, "v1:nope:1:1")
            )
        message: Json = {"message_id": self.rng.choice(self.message_ids), "date": self.rng.choice((0, 1))}
        message["chat"] = self._chat(sender["id"])
        body = {"id": f"fuzz{next(self.taps)}", "from": sender, "chat_instance": "1", "data": data}
        if self.rng.random() < 0.05:
            return {"callback_query": body | {"inline_message_id": "1"}}
        return {"callback_query": body | {"message": message}}

    def _message(self, content: Json) -> Json:
        sender = self._sender()
        message: Json = {"message_id": self.rng.randint(1, 10**6), "date": 1, "from": sender}
        message["chat"] = self._chat(sender["id"])
        if self.rng.random() < 0.2:
            there = {"message_id": self.rng.choice(self.message_ids), "date": 1, "chat": message["chat"]}
            bot = {"id": 7001, "is_bot": True, "first_name": "north"}
            message["reply_to_message"] = there | {"from": bot, "text": "an order message"}
        return {"message": message | content}

    def _command(self) -> Json:
        words = (
            f"{self._subject()} {self.rng.choice(COMMAND_ARGUMENTS)}"
            if self.rng.random() < 0.8
            else self.rng.choice(COMMAND_ARGUMENTS)
        )
        return self._message({"text": f"/{self.rng.choice(COMMANDS)} {words}"[:4096]})

    def _text_line(self) -> Json:
        return self._message({"text": self.rng.choice(TEXT_LINES)})

    def _content(self) -> Json:
        return self._message(self.rng.choice(CONTENTS))

    def _membership_update(self) -> Json:
        sender = self._sender()
        if self.rng.random() < 0.5:
            chat = {"id": self.rng.choice(list(self.chats.values())), "type": "supergroup", "title": "A group"}
            return {"chat_join_request": {"chat": chat, "from": sender, "user_chat_id": sender["id"], "date": 1}}
        chat = {"id": sender["id"], "type": "private", "first_name": "Somebody"}
        bot = {"id": 7001, "is_bot": True, "first_name": "north"}
        old, new = {"user": bot, "status": "member"}, {"user": bot, "status": "kicked", "until_date": 0}
        change = {"old_chat_member": old, "new_chat_member": new} if self.rng.random() < 0.5 else {}
        change = change or {"old_chat_member": new, "new_chat_member": old}
        return {"my_chat_member": {"chat": chat, "from": sender, "date": 1, **change}}

    def _unsupported_update(self) -> Json:
        return {self.rng.choice(OTHER_KINDS): self._message({"text": "/pause"})["message"]}
