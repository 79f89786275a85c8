"""Who is it, where, and may they speak here at all: what happens to every update before a handler sees it."""

from collections.abc import Awaitable, Callable
from typing import Any

from aiogram import Router
from aiogram.types import CallbackQuery, ChatJoinRequest, ChatMemberUpdated, Message, TelegramObject, User

from bot.replies import CommandMenu, LetIn, NewMessage, Replies, Screen
from bot.turn import Turn
from domain.buttons import Tap, unpack
from domain.campus import Campus
from domain.draft import Dialogue
from domain.errors import NotAllowed
from domain.people import Member, Role
from domain.store.campuses import find_campus
from domain.store.drafts import expected
from domain.store.groups import follow_group
from domain.store.people import find_member, mark_unreachable, welcome
from domain.store.unit_of_work import UnitOfWork
from domain.words import say

ANONYMOUS_ADMIN = 1087968824  # GroupAnonymousBot, in whose name anonymous administrators write
GROUP_TAPS = frozenset(
    {
        Tap.CLAIM,
        Tap.APPROVE,
        Tap.RETRY,
        Tap.POSTER,
        Tap.CASES,
        Tap.CASE,
        Tap.CASE_ANSWER,
        Tap.CASE_CLOSE,
        Tap.CASE_CLOSE_SURE,
    }
)
DESK_TAPS = frozenset(  # in the admin chat only: others would read along
    {
        Tap.PAY_AGAIN,
        Tap.BOARD,
        Tap.ADMIN_ORDER,
        Tap.ACT,
        Tap.ACT_SURE,
        Tap.RUNNERS,
        Tap.SUSPEND,
        Tap.SUSPEND_SURE,
        Tap.UNSUSPEND,
        Tap.REFUND,
        Tap.LET_GO,
        Tap.LET_GO_SURE,
        Tap.PAY_ANYWAY,
        Tap.DIFFERENCES,
        Tap.LOOK_AGAIN,
        Tap.SETTLE,
        Tap.FORGIVE,
        Tap.STUCK,
        Tap.RESOLVE,
        Tap.PARKED,
        Tap.UNPARK,
        Tap.DROP,
    }
)
GONE = frozenset({"kicked", "left"})

Next = Callable[[TelegramObject, dict[str, Any]], Awaitable[Any]]


def add_middlewares(router: Router) -> None:
    """Put them in front of everything, and answer what has no conversation here."""
    router.message.outer_middleware(listen)
    router.callback_query.outer_middleware(feel)
    router.my_chat_member.register(notice_leaving)
    router.chat_join_request.register(guard_the_door)


async def listen(handler: Next, event: TelegramObject, data: dict[str, Any]) -> Any:
    """A written line: whose it is, and what was asked before."""
    if not isinstance(event, Message):
        return await handler(event, data)
    work, campus = await _here(data)
    if event.migrate_to_chat_id is not None:
        await follow_group(work, campus.id, before=event.chat.id, after=event.migrate_to_chat_id)
        return ()
    if _chatter(event, campus):
        return ()
    if event.sender_chat is not None or (event.from_user is not None and event.from_user.id == ANONYMOUS_ADMIN):
        return (NewMessage(Screen(say("en", "bot-anonymous"))),)
    if event.from_user is None or event.from_user.is_bot:
        return ()
    private = event.chat.type == "private"
    member = await _greet(work, campus, event.from_user, private=private)
    asked: Dialogue | None = await expected(work, campus.id, member.person_id) if private else None
    turn = Turn(
        work=work,
        campus=campus,
        member=member,
        chat_id=event.chat.id,
        private=private,
        typed=(event.text or event.caption or "").strip(),
        photo=event.photo[-1].file_id if event.photo else None,
        other=event.text is None and not event.photo,
        picture_file=event.document is not None and (event.document.mime_type or "").startswith("image/"),
        message_id=event.message_id,
        reply_to=None if event.reply_to_message is None else event.reply_to_message.message_id,
        dialogue=asked,
    )
    return _with_menu(turn, await handler(event, data | {"turn": turn}))


def _chatter(event: Message, campus: Campus) -> bool:
    """What people say in a group, be it in answer to a card: only in the admin chat answers are for us."""
    if event.chat.type == "private" or event.chat.id == campus.admin_chat:
        return False
    return not (event.text or event.caption or "").startswith("/")


async def feel(handler: Next, event: TelegramObject, data: dict[str, Any]) -> Any:
    """A tap: whose it is and what it claims; Stale when it is not of our grammar, NotAllowed for most in a group."""
    if not isinstance(event, CallbackQuery):
        return await handler(event, data)
    tap = unpack(event.data or "")
    work, campus = await _here(data)
    chat = None if event.message is None else event.message.chat
    private = chat is None or chat.type == "private"
    at_the_desk = chat is not None and chat.id == campus.admin_chat and tap.tap in DESK_TAPS
    if not (private or at_the_desk or tap.tap in GROUP_TAPS):
        raise NotAllowed
    member = await _greet(work, campus, event.from_user, private=private)
    chat_id = member.person_id if chat is None else chat.id
    turn = Turn(work=work, campus=campus, member=member, chat_id=chat_id, private=private, tap=tap)
    return _with_menu(turn, await handler(event, data | {"turn": turn}))


def _with_menu(turn: Turn, said: Any) -> Any:
    """Whose roles changed is offered other commands with the next thing she hears."""
    if not turn.private or not isinstance(said, tuple):
        return said
    return (*said, CommandMenu(turn.chat_id, turn.member.roles, turn.member.language))


async def notice_leaving(event: ChatMemberUpdated, work: UnitOfWork, campus_id: int) -> Replies:
    """A person blocked the bot: nothing is sent until she writes again."""
    if event.chat.type == "private" and event.new_chat_member.status in GONE:
        await mark_unreachable(work, campus_id, event.chat.id)
    return ()


async def guard_the_door(event: ChatJoinRequest, work: UnitOfWork, campus_id: int) -> Replies:
    """Who asks to join the runner group comes in as an approved runner, and nobody else does."""
    campus = await find_campus(work, campus_id)
    if event.chat.id != campus.runner_group:
        return ()
    try:
        member = await find_member(work, campus_id, event.from_user.id)
    except LookupError:
        return (LetIn(event.from_user.id, welcome=False),)
    return (LetIn(member.person_id, welcome=bool(member.roles & {Role.RUNNER, Role.ADMIN})),)


async def _here(data: dict[str, Any]) -> tuple[UnitOfWork, Campus]:
    work: UnitOfWork = data["work"]
    return work, await find_campus(work, data["campus_id"])


async def _greet(work: UnitOfWork, campus: Campus, user: User, *, private: bool) -> Member:
    return await welcome(
        work,
        campus.id,
        user.id,
        first_name=user.first_name,
        username=user.username,
        language=user.language_code or "en",
        private=private,
    )
