"""A real bot on the database that release 0009 left, where buttons of its messages are pressed one by one."""

import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from aiogram.types import TelegramObject
from sqlalchemy import Executable, select

from bot.conversation.middlewares import NextHandler
from bot.conversation.replies import Answer, CommandMenu, EditMenu, NewMessage, Picture, Replies, Reply
from bot.transport.dispatching import new_dispatch, new_dispatcher
from bot.transport.update_inbox import Dispatch, UpdateInbox, handle_update
from domain.campuses.tables import campus
from domain.database.unit_of_work import Begin, UnitOfWork
from domain.errors import CampusGError
from domain.inbox.repository import IncomingUpdate
from domain.inbox.tables import telegram_update
from domain.orders.drafts.draft import PendingInput
from domain.orders.drafts.repository import change_draft, set_pending_input
from sandbox.telegram.telegram_server import running_telegram
from tests.bot.conversation.permission_rules import DRAFT_VERSION
from tests.bot.conversation.permission_setup import BASKET
from tests.migrations.release_recording import Json, Recording, load_database, read_recording
from tests.stack.bot_stack import NORTH, BotStack, wait_until
from tests.stack.campus_setup import running_bot_stack
from tests.stack.raw_updates import incoming_update, tap_content
from tests.stack.shared_servers import drop_database, execute, migrate, with_path

DATABASE_NAME = "campusg_old_buttons"
RUNNER_GROUP, ADMIN_CHAT = -100, -200  # the groups of the recorded campus
FALLBACK_ROUTER = "rest"  # the router of updates without a handler


@dataclass(frozen=True, slots=True, kw_only=True)
class Press:
    """A recorded callback string, who presses it, in which chat, and what is prepared before."""

    data: str
    person: int
    chat: int
    pending_input: PendingInput | None = None
    detail: str | None = None
    has_basket: bool = False  # the person has begun an order
    preparations: tuple[Executable, ...] = ()  # statements that are run before

    @property
    def action(self) -> str:
        """The action text of the callback string."""
        return self.data.split(":")[1]

    @property
    def subject(self) -> int:
        """The id in the callback string."""
        return int(self.data.split(":")[2])


@dataclass(slots=True, kw_only=True)
class Outcome:
    """What one press led to."""

    router: str | None = None  # the router of the handler that was called
    refusal: CampusGError | None = None
    error: Exception | None = None
    replies: Replies | None = None
    is_handled: bool = False

    @property
    def texts(self) -> list[str]:
        """The texts the person reads."""
        return [text for reply in self.replies or () for text in _texts_of(reply) if text]


@dataclass(slots=True, kw_only=True)
class OldButtons:
    """The recorded campus under this release, its bot, and the outcome of the latest press."""

    recording: Recording
    stack: BotStack
    campus_id: int
    dispatch: Dispatch
    latest: Outcome = field(default_factory=Outcome)

    async def press(self, press: Press) -> Outcome:
        """Press the button through the update inbox, in a transaction that is rolled back."""
        assert self.stack.running_bot is not None
        self.latest = Outcome()
        async with self.stack.work() as work:
            outermost = work.connection.get_transaction()
            assert outermost is not None
            await self._prepare(work, press)
            inbox = self._inbox_inside(work, self.stack.running_bot.inbox)
            pressed = self._update_of(press)
            await handle_update(inbox, pressed)
            self.latest.is_handled = await _is_handled(work, pressed)
            await outermost.rollback()
        return self.latest

    def _inbox_inside(self, work: UnitOfWork, inbox: UpdateInbox) -> UpdateInbox:
        """Return the bot's own inbox, with savepoints as transactions, that notes the outcome."""

        @asynccontextmanager
        async def savepoint(_begin: Begin = Begin.WITH_TIME, /) -> AsyncIterator[UnitOfWork]:
            async with work.connection.begin_nested():
                inner = UnitOfWork(connection=work.connection, began_at=work.now, registers=work.registers)
                yield inner
                await inner.insert_deferred()

        async def dispatch(inner: UnitOfWork, incoming_update: IncomingUpdate) -> Replies:
            try:
                return await self.dispatch(inner, incoming_update)
            except CampusGError as refusal:
                self.latest.refusal = refusal
                raise
            except Exception as error:
                self.latest.error = error
                raise

        def send_replies(_: IncomingUpdate, replies: Replies) -> None:
            self.latest.replies = replies

        return replace(inbox, database=savepoint, dispatch=dispatch, send_replies=send_replies)

    async def note_router(self, handler: NextHandler, event: TelegramObject, data: dict[str, Any]) -> Any:
        """Note the router of the handler; aiogram calls this after the filters of that handler have passed."""
        self.latest.router = data["event_router"].name
        return await handler(event, data)

    async def _prepare(self, work: UnitOfWork, press: Press) -> None:
        for statement in press.preparations:
            await work.connection.execute(statement)
        if press.has_basket:
            await change_draft(work, self.campus_id, press.person, version=DRAFT_VERSION, **BASKET)
        if press.pending_input is not None:
            await set_pending_input(
                work, self.campus_id, press.person, press.pending_input, press.subject, press.detail
            )

    def _update_of(self, press: Press) -> IncomingUpdate:
        group: Json = {"id": press.chat, "type": "supergroup", "title": "A group"}
        shown_in = None if press.chat == press.person else group
        content = tap_content(press.person, press.data, shown_in, has_button=False)
        return incoming_update(self.campus_id, press.person, content)


async def _is_handled(work: UnitOfWork, pressed: IncomingUpdate) -> bool:
    """Return whether the update is stored as handled, without a failure and not as a dead letter."""
    query = select(telegram_update.c.handled_at, telegram_update.c.tries, telegram_update.c.dead_lettered)
    this = telegram_update.c.campus_id == pressed.campus_id, telegram_update.c.update_id == pressed.update_id
    row = (await work.connection.execute(query.where(*this))).one_or_none()
    return row is not None and row.handled_at is not None and row.tries == 0 and not row.dead_lettered


def _texts_of(reply: Reply) -> Iterator[str]:
    match reply:
        case Answer(text=text):
            yield text
        case NewMessage(screen=screen) | EditMenu(screen=screen):
            yield screen.text
        case Picture(caption=caption):
            yield caption
        case CommandMenu():
            return
        case _:
            yield type(reply).__name__


@asynccontextmanager
async def running_old_buttons(postgres_url: str, redis_url: str) -> AsyncIterator[OldButtons]:
    """Load the recording into release 0009, migrate it to this release, and start the bot on it.

    The Telegram sandbox is this bot's own: the other tests' bot has the same token.
    """
    recording, url = read_recording(time.time()), with_path(postgres_url, DATABASE_NAME)
    await drop_database(postgres_url, DATABASE_NAME)
    await execute(postgres_url, f"CREATE DATABASE {DATABASE_NAME} TEMPLATE template0")
    migrate(url, "upgrade", "0009")
    await load_database(url, recording)
    migrate(url, "upgrade", "head")
    campus_id = recording.facts["campus"]
    await execute(
        url,
        f"UPDATE {campus.name} SET name = '{NORTH[0]}' WHERE id = {int(campus_id)}",  # the campus that has a token
        # A recorded update without any content: aiogram warns of it, and a warning is an error in tests.
        f"UPDATE {telegram_update.name} SET handled_at = now() WHERE handled_at IS NULL AND NOT dead_lettered",
    )
    async with (
        running_telegram() as telegram_url,
        running_bot_stack(url, redis_url, telegram_url, webhooks=False, names=()) as stack,
    ):
        assert stack.running_bot is not None
        bots = stack.running_bot.bot_registry.bots

        async def is_served() -> bool:
            return campus_id in bots

        await wait_until(is_served)
        await _open_groups(stack, campus_id)
        dispatcher = new_dispatcher()
        dispatch = new_dispatch(dispatcher, bots)
        old_buttons = OldButtons(recording=recording, stack=stack, campus_id=campus_id, dispatch=dispatch)
        dispatcher.callback_query.middleware(old_buttons.note_router)
        yield old_buttons
    await drop_database(postgres_url, DATABASE_NAME)


async def _open_groups(stack: BotStack, campus_id: int) -> None:
    """Let the groups of the recorded campus exist, with the bot in them: without a runner group nobody may order."""
    (recorded,) = await stack.rows(campus, campus.c.id == campus_id)
    for group in (recorded["runner_group"], recorded["admin_chat"]):
        kind = "supergroup" if str(group).startswith("-100") else "group"
        bots = [NORTH[2]]
        await stack.control_telegram("groups", id=group, title="Old", type=kind, members=[], bots=bots, admins=bots)
    found_again = {"runner_group_lost": None, "runner_group_lost_at": None}
    found_again |= {"admin_chat_lost": None, "admin_chat_lost_at": None}
    await stack.update_rows(campus, campus.c.id == campus_id, **found_again)
