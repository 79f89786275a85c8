"""Messages to the admins lead to their place in the console: through the chat with the bot, which has the button."""

from dataclasses import replace

import pytest
from sqlalchemy import text

from domain.database.actors import Actor, Role
from domain.messaging.notification.model import ADMIN_CHAT, Notification
from tests.workers.telegram.sender_stack import ANA, BOT, GROUP, MEI, SenderStack, line
from tests.workers.telegram.test_settled_questions import log, tell

LINK = f"https://t.me/{BOT}?start=console_"
DEAD: dict[str, str | int] = {"number": 3, "kind": "update", "tries": 5, "shown": "an update", "error": "ValueError"}


@pytest.fixture
async def admins(stack: SenderStack) -> SenderStack:
    """A sender stack whose group is the admin chat, of a deployment with a console."""
    async with stack.context.database() as work:
        changed = "UPDATE campus SET admin_chat = :chat, runner_group = NULL, bot_username = :bot WHERE id = :id"
        await work.connection.execute(text(changed), {"chat": GROUP, "bot": BOT, "id": stack.campus_id})
    return replace(stack, context=replace(stack.context, has_console=True))


async def said(stack: SenderStack, chat: int | None, key: str, order_id: int | None, **args: str | int) -> str:
    """Send a notification, and return the HTML that Telegram got."""
    told = Notification(
        campus_id=stack.campus_id, chat_id=chat, name=f"{key}:{chat}", key=key, order_id=order_id, args=args
    )
    await tell(stack, told)
    await stack.send_all_due()
    return str((await stack.calls("sendMessage"))[-1]["params"]["text"])


async def test_the_number_of_an_order_leads_to_its_page(admins: SenderStack) -> None:
    shown = await said(admins, ADMIN_CHAT, "notification-hold-lapsed", 7, order=7)
    assert shown.count(f'#<a href="{LINK}7">7</a>') == 1


async def test_what_names_no_order_leads_to_its_page_below(admins: SenderStack) -> None:
    dead = await said(admins, ADMIN_CHAT, "notification-dead-letter", None, **DEAD)
    assert dead.endswith(f'\n🖥 <a href="{LINK}engine">See it in the console</a>')
    photo = await said(admins, ADMIN_CHAT, "notification-case-photo", 7, case=3)
    assert photo.endswith(f'\n🖥 <a href="{LINK}7">See it in the console</a>')


async def test_what_has_no_page_or_is_read_by_others_leads_nowhere(admins: SenderStack) -> None:
    elsewhere: dict[str, str | int] = {
        "order": 9,
        "amount": "S$5.00",
        "person": "Mei",
        "account": "(1001)",
        "team": "S",
    }
    assert "console" not in await said(admins, ADMIN_CHAT, "notification-owes-elsewhere", None, **elsewhere)
    assert "console" not in await said(admins, MEI, "notification-hold-lapsed", 7, order=7)


async def test_without_a_console_nothing_leads_there(admins: SenderStack) -> None:
    without = replace(admins, context=replace(admins.context, has_console=False))
    assert "console" not in await said(without, ADMIN_CHAT, "notification-hold-lapsed", 7, order=7)


async def test_a_settled_question_still_leads_there(admins: SenderStack) -> None:
    await tell(admins, line(admins.campus_id, "where is it?", GROUP))
    await admins.send_all_due()
    await log(admins, None, "case", 3, "closed", Actor(role=Role.ADMIN, person_id=ANA))
    await admins.send_all_due()
    (edited,) = await admins.calls("editMessageText", GROUP)
    assert f'<a href="{LINK}7">7</a>' in edited["params"]["text"]
