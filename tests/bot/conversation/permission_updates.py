"""The inputs of the permission matrix: updates of taps and texts, and the question that a text answers."""

from itertools import count

from domain.database.unit_of_work import UnitOfWork
from domain.inbox.repository import IncomingUpdate
from domain.messaging.buttons import Tap
from domain.orders.drafts.draft import PendingInput
from domain.orders.drafts.repository import set_pending_input
from tests.bot.conversation.permission_rules import ChatKind, Rule
from tests.bot.conversation.permission_setup import MatrixScenario
from tests.stack.bot_stack import Json

UPDATE_IDS = count(1)  # unique: aiogram compares an update with all remembered ones of the same id


def tap_update(scenario: MatrixScenario, actor: int, chat_kind: ChatKind, tap: Tap, rule: Rule) -> IncomingUpdate:
    """Build the update of a tap."""
    chat = scenario.chat_at(actor, chat_kind)
    body = {
        "id": "1",
        "from": _sender(actor),
        "chat_instance": "1",
        "data": f"v1:{tap}:{scenario.subject_of(rule)}:{rule.argument}",
    }
    return _incoming_update(
        scenario, actor, {"callback_query": body | {"message": {"message_id": 1, "date": 1, "chat": chat}}}
    )


def text_update(scenario: MatrixScenario, actor: int, chat_kind: ChatKind, text: str) -> IncomingUpdate:
    """Build the update of a text message, perhaps a command."""
    message: Json = {
        "message_id": 2,
        "date": 1,
        "chat": scenario.chat_at(actor, chat_kind),
        "from": _sender(actor),
        "text": text,
    }
    if text.startswith("/"):
        message["entities"] = [{"type": "bot_command", "offset": 0, "length": len(text.split()[0])}]
    return _incoming_update(scenario, actor, {"message": message})


async def ask_for_input(
    work: UnitOfWork, scenario: MatrixScenario, actor: int, pending_input: PendingInput, rule: Rule
) -> None:
    """Ask the actor this question, so that their next text answers it."""
    await set_pending_input(work, scenario.campus_id, actor, pending_input, scenario.subject_of(rule), rule.detail)


def _sender(actor: int) -> Json:
    return {"id": actor, "is_bot": False, "first_name": "Somebody", "language_code": "en"}


def _incoming_update(scenario: MatrixScenario, actor: int, body: Json) -> IncomingUpdate:
    number = next(UPDATE_IDS)
    return IncomingUpdate(
        campus_id=scenario.campus_id, update_id=number, person_id=actor, payload={"update_id": number, **body}
    )
