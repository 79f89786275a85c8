"""The photos of an order are joined to the evidence for a bank, or the admins read why not."""

import base64
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from io import BytesIO
from typing import Any

import aiohttp
import pytest

from domain.campuses.people import Member
from domain.orders.states import Order
from domain.refunds.evidence import use_cases
from domain.settings.timeouts import Timeout
from sandbox.telegram.telegram_server import running_telegram
from tests.scenarios.refund_setup import completed_order, deliver_dispute
from tests.scenarios.scenario_setup import new_admin
from tests.stack.telegram_control import TelegramControl
from tests.stack.worker_stack import WorkerStack
from workers.engine.call_failures import TryLater
from workers.telegram.sender import open_telegram_sender

pytestmark = pytest.mark.drill

TOKEN, BOT, ANA = "4712:evidence", "evidence_bot", 1002
PNG = b"\x89PNG of a receipt"
MAX_BYTES = 5 * 1024 * 1024
AGE_UPLOAD = (
    "UPDATE saga SET call = jsonb_set(call, '{first_sent_at}',"
    " to_jsonb((call->>'first_sent_at')::float8 - CAST(:seconds AS float8)))"
    " WHERE kind = 'answer_dispute' AND order_id = :id"
)
ALL_BUT_FILES = ["dispute_write", "payment_intent_write", "charge_read", "balance_transaction_source_read"]


@dataclass(slots=True, kw_only=True)
class Photos(TelegramControl):
    """Telegram, where a runner sent photos."""

    async def upload(self, content: bytes = PNG) -> str:
        """Send a photo to the bot, and return its file id."""
        picture = base64.b64encode(content).decode()
        said = await self.control_telegram("messages", from_=ANA, chat=f"@{BOT}", text="", picture=picture)
        return str(said["message"]["photo"])


@pytest.fixture
async def photos(stack: WorkerStack) -> AsyncIterator[Photos]:
    """Telegram, which the workers of the stack read photos from."""
    async with running_telegram() as url:
        telegram = Photos(telegram_url=url, http=stack.http)
        await telegram.control_telegram("bots", token=TOKEN, username=BOT, name="Campus")
        await telegram.control_telegram("users", id=ANA, first_name="Ana", language_code="en")
        await telegram.control_telegram("messages", from_=ANA, chat=f"@{BOT}", text="/start")
        sender, before = open_telegram_sender(url, {stack.campus.id: TOKEN}), stack.context.stripe
        stack.context.stripe = replace(before, read_photo=sender.read_photo)
        yield telegram
        stack.context.stripe = before
        await sender.close()
    assert await stack.breaches() == []


@pytest.fixture
async def order(stack: WorkerStack) -> Order:
    """A completed order whose payment a bank disputes."""
    made = await completed_order(stack, await stack.add_member(runner=True, card=None))
    await deliver_dispute(stack, made)
    return made


@pytest.fixture
async def admin(stack: WorkerStack) -> Member:
    return await new_admin(stack)


async def answer_with(stack: WorkerStack, order: Order, admin: Member, **photos: str) -> tuple[dict[str, Any], str]:
    """Let the bank have our evidence about an order with these photos; return it, and what the admins are told."""
    for column, photo in photos.items():
        await stack.sql(f"UPDATE orders SET {column} = :photo WHERE id = :id", photo=photo, id=order.id)
    await stack.act(use_cases.answer_dispute, admin, order.id)
    return await read_answer(stack, order)


async def read_answer(stack: WorkerStack, order: Order) -> tuple[dict[str, Any], str]:
    """Let the answer reach the bank; return its evidence, and what the admins are told."""
    await run_again(stack, order)
    intents = {one["id"] for one in await stack.intents(order.id)}
    disputes = await stack.inspect_stripe("objects", kind="dispute")
    (found,) = [one for one in disputes if one["payment_intent"] in intents]
    assert found["status"] == "under_review" and found["evidence"]["uncategorized_text"]
    told = "SELECT args FROM notification WHERE key = 'notification-evidence-sent' AND order_id = :id"
    ((args,),) = await stack.rows(told, id=order.id)
    return found["evidence"], str(args["proof"])


async def run_again(stack: WorkerStack, order: Order) -> None:
    """Let the sagas of an order go on; a call without an answer is sent again."""
    for _ in range(3):
        await stack.sql("UPDATE saga SET wake_at = now() WHERE order_id = :id AND wake_at IS NOT NULL", id=order.id)
        await stack.run_due()


async def start_without_token(stack: WorkerStack, photos: Photos, order: Order, admin: Member, receipt: str) -> None:
    """Start an answer with a receipt on a worker that has no token for the bot, and see that nothing was sent."""
    sender, before = open_telegram_sender(photos.telegram_url, {}), stack.context.stripe
    stack.context.stripe = replace(before, read_photo=sender.read_photo)
    try:
        await stack.sql("UPDATE orders SET receipt_photo = :photo WHERE id = :id", photo=receipt, id=order.id)
        await stack.act(use_cases.answer_dispute, admin, order.id)
        await run_again(stack, order)
    finally:
        stack.context.stripe = before
        await sender.close()
    (saga,) = await stack.rows(
        "SELECT call, status FROM saga WHERE kind = 'answer_dispute' AND order_id = :id", id=order.id
    )
    assert (saga.call["name"], saga.status) == ("upload_receipt", "running")


async def _unreachable(_campus_id: int, _file_id: str) -> bytes | None:
    raise TryLater("telegram", "TimedOut")


async def test_both_photos_are_uploaded_and_joined(
    stack: WorkerStack, photos: Photos, order: Order, admin: Member
) -> None:
    receipt, proof = await photos.upload(), await photos.upload()
    await stack.inject_fault("POST /v1/files", "lost_answer", before=False)
    evidence, told = await answer_with(stack, order, admin, receipt_photo=receipt, proof_photo=proof)
    files = {one["id"]: one for one in await stack.inspect_stripe("objects", kind="file")}
    assert len(files) == 2, "an upload without an answer is sent again under its key"
    joined = [files[evidence[name]] for name in ("receipt", "service_documentation")]
    assert [(one["purpose"], one["type"], one["size"]) for one in joined] == [("dispute_evidence", "png", len(PNG))] * 2
    assert told == "joined"


async def test_a_key_that_may_not_write_files_sends_the_text_alone_and_says_so(
    stack: WorkerStack, photos: Photos, order: Order, admin: Member
) -> None:
    await stack.control_stripe("platform", key_permissions=ALL_BUT_FILES)
    evidence, told = await answer_with(stack, order, admin, receipt_photo=await photos.upload())
    await stack.control_stripe("platform", key_permissions=None)
    assert ("receipt" in evidence, told) == (False, "permission")


async def test_a_photo_that_stripe_does_not_take_is_left_out(
    stack: WorkerStack, photos: Photos, order: Order, admin: Member
) -> None:
    evidence, told = await answer_with(stack, order, admin, receipt_photo=await photos.upload(b"GIF8 moves"))
    assert ("receipt" in evidence, told) == (False, "refused")


async def test_a_photo_that_telegram_does_not_give_is_left_out(
    stack: WorkerStack, photos: Photos, order: Order, admin: Member
) -> None:
    proof = await photos.upload()
    evidence, told = await answer_with(stack, order, admin, receipt_photo="AgAC-of-another-bot", proof_photo=proof)
    assert ("receipt" in evidence, "service_documentation" in evidence, told) == (False, True, "unread")


@pytest.mark.parametrize("content", [b"\x89PNG" + bytes(MAX_BYTES), b"GIF8 moves"])
async def test_stripe_refuses_what_is_too_large_or_no_picture_of_the_right_type(
    stack: WorkerStack, content: bytes
) -> None:
    form = aiohttp.FormData({"purpose": "dispute_evidence"})
    form.add_field("file", BytesIO(content), filename="blob")
    headers = {"Authorization": "Bearer sk_test_stack"}
    async with stack.http.post(f"{stack.stripe_url}/v1/files", data=form, headers=headers) as answer:
        assert (answer.status, (await answer.json())["error"]["param"]) == (400, "file")


async def test_a_worker_without_the_token_of_the_bot_leaves_no_photo_out(
    stack: WorkerStack, photos: Photos, order: Order, admin: Member
) -> None:
    await start_without_token(stack, photos, order, admin, await photos.upload())
    evidence, told = await read_answer(stack, order)
    assert ("receipt" in evidence, told) == (True, "joined")


async def test_a_photo_that_cannot_be_read_for_long_does_not_keep_the_text_back(
    stack: WorkerStack, photos: Photos, order: Order, admin: Member
) -> None:
    await start_without_token(stack, photos, order, admin, await photos.upload())
    await stack.sql(AGE_UPLOAD, id=order.id, seconds=Timeout.EVIDENCE_PHOTO.seconds)
    stack.context.stripe = replace(stack.context.stripe, read_photo=_unreachable)
    evidence, told = await read_answer(stack, order)
    assert ("receipt" in evidence, told) == (False, "unread")


async def test_an_answer_of_the_former_release_says_that_the_photo_was_not_sent_along(
    stack: WorkerStack, photos: Photos, order: Order, admin: Member
) -> None:
    await stack.sql("UPDATE orders SET proof_photo = :photo WHERE id = :id", photo=await photos.upload(), id=order.id)
    await stack.act(use_cases.answer_dispute, admin, order.id)
    former = "UPDATE saga SET version = 1, call = NULL WHERE kind = 'answer_dispute' AND order_id = :id"
    await stack.sql(former, id=order.id)
    evidence, told = await read_answer(stack, order)
    assert ("service_documentation" in evidence, told) == (False, "photo")
