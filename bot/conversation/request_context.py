"""The context of one update: the person, the chat, what was tapped or typed, and the texts to answer with."""

from dataclasses import dataclass
from datetime import datetime

from domain.campuses.campus import Campus
from domain.campuses.people import Member
from domain.database.unit_of_work import UnitOfWork
from domain.messaging.buttons import MENU_SCREEN, Button, ButtonStyle, Tap, TapArgument, TapData, pack
from domain.money import format_money
from domain.orders.drafts.draft import ConversationState
from domain.orders.sent_photos.sent_photo import SentPhoto
from domain.words import Html, say, say_plain

MAX_LABEL_LENGTH = 48  # characters; phones cut longer ones

_PLAIN_FORMS = {
    "t": "%H:%M",
    "T": "%H:%M:%S",
    "wt": "%a %H:%M",
    "Dt": "%d %b %Y, %H:%M",
}  # for a Telegram that knows no times


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestContext:
    """What every handler is given, besides the update itself."""

    work: UnitOfWork
    campus: Campus
    member: Member
    chat_id: int
    is_private: bool
    topic: int | None = None  # of a forum: message_thread_id
    chat_title: str = ""  # of a group, as its people named it
    typed: str = ""  # the text, or the caption of a photo
    photo: SentPhoto | None = None  # in the largest size
    has_other_content: bool = False  # neither text nor a photo: a sticker, a voice message, a file...
    is_picture_file: bool = False  # a picture sent as a file: the bot cannot show it to others as a photo
    message_id: int | None = None  # of the person's message
    reply_to: int | None = None  # the message that it is a reply to
    tap: TapData | None = None
    tapped_message: int | None = None  # the bot's message with the tapped button
    is_button_gone: bool = False  # the message of a group has the tapped button no more, as somebody else tapped one
    conversation_state: ConversationState | None = None
    answered_command: str | None = None  # of the bot's question for a reason, which is tapped or replied to
    console_url: str | None = None  # None: there is no console

    @property
    def subject(self) -> int:
        """The id in the tapped button; 0 without a tap."""
        return 0 if self.tap is None else self.tap.subject

    @property
    def is_on_menu(self) -> bool:
        """Whether the tapped button is on a menu, which may be edited; other messages stay as they are."""
        return self.tap is not None and self.tap.is_on_menu

    @property
    def is_shown_to_admins(self) -> bool:
        """Whether the admin chat shows the act: its command was written there, and is answered there."""
        return self.tap is None and self.chat_id == self.campus.admin_chat

    def read_argument(self, meaning: TapArgument) -> int:
        """Return the argument of the tapped button; 0 without a tap. Raise ValueError when it means something else."""
        return 0 if self.tap is None else self.tap.read_argument(meaning)

    @property
    def arguments(self) -> str:
        """The text after a command."""
        return self.typed.partition(" ")[2].strip()

    @property
    def photo_id(self) -> str | None:
        """Telegram's file id of the photo, to pass it on."""
        return None if self.photo is None else self.photo.file_id

    @property
    def pending_subject(self) -> int:
        """The id that the pending input is about; 0 without one."""
        return (self.conversation_state.subject or 0) if self.conversation_state is not None else 0

    def say(self, key: str, **words: str | int) -> str:
        """Return a sentence in the person's language, as HTML."""
        return say(self.member.language, key, **words)

    def say_plain(self, key: str, **words: str | int) -> str:
        """Return a sentence as plain text, for answers to taps and for labels."""
        return say_plain(self.member.language, key, **words)

    def format_money(self, minor: int) -> str:
        """Return an amount (minor units) in the campus' currency."""
        return format_money(minor, self.campus.currency)

    def format_time(self, moment: datetime, form: str = "t") -> Html:
        """Return a time that the reader's phone formats.

        The forms are those of the Bot API's date-time entities: t short, T with seconds, wt with the weekday, Dt with
        the date.
        """
        local = moment.astimezone(self.campus.zone)
        plain = f"{local:{_PLAIN_FORMS[form]}}"
        return Html(f'<tg-time unix="{int(moment.timestamp())}" format="{form}">{plain}</tg-time>')

    def button(
        self,
        key: str,
        tap: Tap,
        subject: int = 0,
        argument: int | None = None,
        *,
        style: ButtonStyle | None = None,
        **words: str | int,
    ) -> Button:
        """Return a button of a menu, with a label of the locale files."""
        label = self.say_plain(key, **words)
        if argument is None:
            argument = MENU_SCREEN if tap.argument is TapArgument.SCREEN else 0
        return Button(label=truncate(label, MAX_LABEL_LENGTH), data=pack(tap, subject, argument), style=style)


def truncate(text: str, max_length: int) -> str:
    """Return the text, shortened with an ellipsis if it is longer."""
    return text if len(text) <= max_length else text[: max_length - 1].rstrip() + "…"
