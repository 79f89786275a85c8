"""The middlewares: they find the person, the chat and the campus of an update before a handler sees it."""

from collections.abc import Awaitable, Callable
from typing import Any

from aiogram import Router
from aiogram.types import CallbackQuery, Chat, ChatJoinRequest, Message, TelegramObject, User

from bot.conversation.answers.albums import find_album_begun, take_more_of_album
from bot.conversation.answers.changed_messages import AnswerAgain, handle_changed_message
from bot.conversation.answers.last_answers import find_answered_draft, keep_answer
from bot.conversation.asked_commands import find_asked_command, has_button
from bot.conversation.audience.bot_membership import follow_bot_membership
from bot.conversation.audience.groups import answer_in_group, find_heard, require_known_tapper
from bot.conversation.audience.strangers import limit_replies
from bot.conversation.replies import CommandMenu, JoinRequestAnswer, NewMessage, Replies, Screen
from bot.conversation.request_context import RequestContext
from domain.campuses.campus import Campus
from domain.campuses.group_repository import update_group_chat_id
from domain.campuses.people import Member
from domain.campuses.people_repository import ensure_member, find_campus_and_member, find_member
from domain.campuses.repository import find_campus, find_campus_once
from domain.database.unit_of_work import UnitOfWork
from domain.errors import NotAllowed
from domain.messaging.buttons import TapPlace, unpack
from domain.messaging.private_chats import open_private_chat
from domain.orders.drafts.draft import ConversationState, PendingInput
from domain.orders.drafts.repository import find_pending_input
from domain.orders.sent_photos.sent_photo import SentPhoto
from domain.orders.use_cases.lost_groups import record_group_regained
from domain.restrictions.runner_groups.membership import may_be_in_group
from domain.typed import clean_name, clean_text, normalize_command

NextHandler = Callable[[TelegramObject, dict[str, Any]], Awaitable[Any]]


def add_middlewares(router: Router) -> None:
    """Add the middlewares, and the handlers of updates that belong to no conversation."""
    router.message.outer_middleware(message_middleware)
    router.edited_message.outer_middleware(changed_message_middleware)
    router.edited_message.register(_handle_changed_message)
    router.callback_query.outer_middleware(callback_middleware)
    router.my_chat_member.register(follow_bot_membership)
    router.chat_join_request.register(answer_join_request)


async def message_middleware(handler: NextHandler, event: TelegramObject, data: dict[str, Any]) -> Any:
    """Build the context of a message: its person, and the pending input."""
    if not isinstance(event, Message):
        return await handler(event, data)
    work, campus, known = await _load_campus(data, event.from_user)
    if event.migrate_to_chat_id is not None:
        await update_group_chat_id(work, campus.id, before=event.chat.id, after=event.migrate_to_chat_id)
        return ()
    if event.forum_topic_reopened is not None:
        if find_topic(event) == campus.topic_of(event.chat.id):
            await record_group_regained(work, campus.id, event.chat.id)
        return ()
    answered = None if event.chat.type == "private" else await answer_in_group(work, campus, event)
    if answered is not None:
        return answered
    if event.from_user is None or event.from_user.is_bot:
        return ()
    context = await _build_message_context(work, campus, event, event.from_user, known, data.get("console_url"))
    read = event.model_copy(update={"caption" if event.text is None else "text": context.typed})
    begun = await find_album_begun(context, event.media_group_id)

    async def handle(seen: RequestContext) -> Any:
        is_refused = _is_second_hand(event) and _would_act(seen)
        return _refuse_second_hand(seen) if is_refused else await handler(read, data | {"context": seen})

    if begun is not None:
        said = await take_more_of_album(context, begun, handle)
    else:
        before = await find_answered_draft(context)
        said = await handle(context)
        await keep_answer(context, event.media_group_id, before)
    if context.is_private and isinstance(said, tuple):
        said = await limit_replies(context, said)
    return _with_command_menu(context, said)


async def changed_message_middleware(handler: NextHandler, event: TelegramObject, data: dict[str, Any]) -> Any:
    """Build the context of a changed message. In groups only the admin chat is answered, to who is heard there."""
    if not isinstance(event, Message) or event.from_user is None or event.from_user.is_bot:
        return ()
    work, campus, known = await _load_campus(data, event.from_user)
    is_private = event.chat.type == "private"
    if not is_private and (event.chat.id != campus.admin_chat or event.sender_chat is not None):
        return ()
    if not is_private and await find_heard(work, campus, event.chat.id, event.from_user.id) is None:
        return ()
    context = await _build_message_context(work, campus, event, event.from_user, known, data.get("console_url"))
    said = await handler(event, data | {"context": context})
    return await limit_replies(context, said) if is_private and isinstance(said, tuple) else said


async def _handle_changed_message(_: TelegramObject, context: RequestContext) -> Replies | AnswerAgain:
    return await handle_changed_message(context)


async def _build_message_context(
    work: UnitOfWork, campus: Campus, event: Message, user: User, known: Member | None, console_url: str | None
) -> RequestContext:
    is_private = event.chat.type == "private"
    member = await _register_member(work, campus, user, known, is_private=is_private)
    conversation_state: ConversationState | None = (
        await find_pending_input(work, campus.id, member.person_id) if is_private else None
    )
    return RequestContext(
        work=work,
        campus=campus,
        member=member,
        chat_id=event.chat.id,
        topic=find_topic(event),
        is_private=is_private,
        chat_title=event.chat.title or "",
        typed=normalize_command(clean_text(event.text or event.caption or "")),
        photo=_photo_of(event),
        has_other_content=event.text is None and not event.photo,
        is_picture_file=event.document is not None and (event.document.mime_type or "").startswith("image/"),
        message_id=event.message_id,
        reply_to=None if event.reply_to_message is None else event.reply_to_message.message_id,
        answered_command=find_asked_command(event.reply_to_message),
        conversation_state=conversation_state,
        console_url=console_url,
    )


def find_topic(message: Message) -> int | None:
    """Return the topic of a forum that a message stands in; None in General, and in any other chat."""
    return message.message_thread_id if message.is_topic_message else None


def _is_second_hand(event: Message) -> bool:
    """Return whether the words may be somebody else's: the person forwarded them, or chose them from another bot."""
    return event.forward_origin is not None or event.via_bot is not None


def _photo_of(event: Message) -> SentPhoto | None:
    if not event.photo:
        return None
    largest = event.photo[-1]
    return SentPhoto(file_id=largest.file_id, unique_id=largest.file_unique_id, is_second_hand=_is_second_hand(event))


def _would_act(context: RequestContext) -> bool:
    """Return whether the message does something by itself. Photos without words are a customer's or runner's proof."""
    if context.typed.startswith("/") or context.reply_to is not None:
        return True
    asked = None if context.conversation_state is None else context.conversation_state.pending_input
    return asked is PendingInput.CASE_ANSWER or (asked is not None and context.typed != "")


def _refuse_second_hand(context: RequestContext) -> Replies:
    """Say to write it oneself; in a group of others nothing is said."""
    if not context.is_private and context.chat_id != context.campus.admin_chat:
        return ()
    return (NewMessage(Screen(context.say("bot-second-hand"))),)


async def callback_middleware(handler: NextHandler, event: TelegramObject, data: dict[str, Any]) -> Any:
    """Build the context of a tap. Raise Stale for unknown callback data, NotAllowed in a place the Tap is not for."""
    if not isinstance(event, CallbackQuery):
        return await handler(event, data)
    tap = unpack(event.data or "")
    work, campus, known = await _load_campus(data, event.from_user)
    chat = None if event.message is None else event.message.chat
    place = _place_of(chat, campus)
    if place not in tap.tap.places:
        raise NotAllowed
    is_private = place is TapPlace.PRIVATE_CHAT
    if chat is not None and not is_private:
        await require_known_tapper(work, campus, chat.id, event.from_user.id)
    member = await _register_member(work, campus, event.from_user, known, is_private=is_private)
    chat_id = member.person_id if chat is None else chat.id
    context = RequestContext(
        work=work,
        campus=campus,
        member=member,
        chat_id=chat_id,
        topic=find_topic(event.message) if isinstance(event.message, Message) else None,
        is_private=is_private,
        chat_title="" if chat is None else chat.title or "",
        tap=tap,
        tapped_message=None if event.message is None else event.message.message_id,
        is_button_gone=not is_private and not has_button(event),
        answered_command=find_asked_command(event.message if isinstance(event.message, Message) else None),
        console_url=data.get("console_url"),
    )
    return _with_command_menu(context, await handler(event, data | {"context": context}))


def _place_of(chat: Chat | None, campus: Campus) -> TapPlace:
    if chat is None or chat.type == "private":
        return TapPlace.PRIVATE_CHAT
    return TapPlace.ADMIN_CHAT if chat.id == campus.admin_chat else TapPlace.GROUP


def _with_command_menu(context: RequestContext, said: Any) -> Any:
    """Add the command menu to the replies: a person whose roles have changed is offered other commands."""
    if not context.is_private or not isinstance(said, tuple):
        return said
    return (*said, CommandMenu(context.chat_id, context.member.roles, context.member.language))


async def answer_join_request(event: ChatJoinRequest, work: UnitOfWork, campus_id: int) -> Replies:
    """Answer a request to join the runner group: runners who may take jobs and admins are let in, nobody else."""
    campus = await find_campus(work, campus_id)
    if event.chat.id != campus.runner_group:
        return ()
    try:
        member = await find_member(work, campus_id, event.from_user.id)
    except LookupError:
        return (JoinRequestAnswer(event.from_user.id, approved=False),)
    return (JoinRequestAnswer(member.person_id, approved=await may_be_in_group(work, member)),)


async def _load_campus(data: dict[str, Any], user: User | None) -> tuple[UnitOfWork, Campus, Member | None]:
    """Read the campus, and who wrote or tapped if they are known here."""
    work: UnitOfWork = data["work"]
    if user is None:
        return work, await find_campus_once(work, data["campus_id"]), None
    return work, *await find_campus_and_member(work, data["campus_id"], user.id)


async def _register_member(
    work: UnitOfWork, campus: Campus, user: User, known: Member | None, *, is_private: bool
) -> Member:
    member = await ensure_member(
        work,
        campus.id,
        user.id,
        first_name=clean_name(user.first_name, otherwise=user.username or str(user.id)),
        username=user.username,
        language=user.language_code or "en",
        known=known,
    )
    return await open_private_chat(work, member) if is_private else member
