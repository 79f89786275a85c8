"""The Bot API over HTTP: authentication, parameter checks, ordered faults, dispatch and recording."""

from dataclasses import dataclass
from inspect import isawaitable
from typing import Final

from aiohttp import web

from sandbox.telegram.bot_api_refusals import BotApiRefusal
from sandbox.telegram.methods import METHODS
from sandbox.telegram.parameters import check_call, read_parameters
from sandbox.telegram.photo_files import picture_bytes
from sandbox.telegram.records import Bot, JsonObject
from sandbox.telegram.telegram_faults import TelegramFault
from sandbox.telegram.telegram_sandbox import TelegramSandbox

TELEGRAM: Final = web.AppKey("telegram", TelegramSandbox)

CONNECTION_CUT: Final = 0  # the recorded status of a call whose connection was cut
_CANONICAL_NAMES = {name.lower(): name for name in METHODS}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Outcome:
    sent: dict[str, object]
    status: int
    body: JsonObject
    is_garbage: bool = False


async def answer_method(request: web.Request) -> web.StreamResponse:
    """POST or GET /bot<token>/<method>: execute and record a Bot API call."""
    telegram = request.app[TELEGRAM]
    at = telegram.clock.now()
    bot = telegram.world.bot_by_token(request.match_info["token"])
    if bot is None:
        return _refuse(BotApiRefusal(401, "Unauthorized"))
    requested_name = request.match_info["method"]
    method = _CANONICAL_NAMES.get(requested_name.lower(), requested_name)
    outcome = await _outcome(telegram, bot, method, request)
    telegram.transcript.record_call(
        bot=bot.username, method=method, sent=outcome.sent, status=outcome.status, answer=outcome.body, at=at
    )
    if outcome.status == CONNECTION_CUT and request.transport is not None:
        request.transport.abort()
    if outcome.is_garbage:
        return web.Response(text="<html>no answer of the Bot API</html>", status=outcome.status)
    return web.json_response(outcome.body, status=outcome.status or 500)


async def _outcome(telegram: TelegramSandbox, bot: Bot, method: str, request: web.Request) -> _Outcome:
    sent: dict[str, object] = {}
    fault = None
    try:
        sent = await read_parameters(request)
        chat, at = sent.get("chat_id"), telegram.clock.now()
        fault = telegram.faults.take(lambda one: one.is_match(bot, method, chat, at))
        result = await _perform(telegram, bot, method, sent, fault)
        status, body = 200, {"ok": True, "result": result}
    except BotApiRefusal as refusal:
        status, body = refusal.error_code, refusal.answer()
    cut = fault is not None and fault.kind in {"reset", "lost_answer"}
    is_garbage = fault is not None and fault.kind == "garbage"
    return _Outcome(sent=sent, status=CONNECTION_CUT if cut else status, body=body, is_garbage=is_garbage)


async def _perform(
    telegram: TelegramSandbox, bot: Bot, method: str, sent: dict[str, object], fault: TelegramFault | None
) -> object:
    if method not in METHODS:
        raise BotApiRefusal(404, "Not Found: method not found")
    if fault is not None and fault.kind in {"reset", "garbage"}:
        return None
    if fault is not None and fault.kind == "status":
        raise fault.refusal()
    if fault is not None and fault.kind == "flood":
        raise fault.flood_refusal(telegram.clock.now())
    if fault is not None and fault.kind == "hang":
        await telegram.faults.hold_back(fault)
    current = telegram.world.bots.get(bot.id) or bot  # the bot may have changed while the call hung
    call = check_call(current, METHODS[method].parameters, sent)
    telegram.limits.check(bot.id, method, sent.get("chat_id"), telegram.clock.now())
    result = METHODS[method].handle(telegram, call)
    answer = await result if isawaitable(result) else result
    if fault is not None and fault.kind == "late_answer":
        await telegram.faults.hold_back(fault)
    return answer


def _refuse(refusal: BotApiRefusal) -> web.Response:
    return web.json_response(refusal.answer(), status=refusal.error_code)


async def answer_not_found(_request: web.Request) -> web.Response:
    """Answer 404 to a request that is no method, file or control request."""
    return _refuse(BotApiRefusal(404, "Not Found"))


async def answer_file(request: web.Request) -> web.Response:
    """GET /file/bot<token>/<path>: return the bytes of a file."""
    telegram = request.app[TELEGRAM]
    if telegram.world.bot_by_token(request.match_info["token"]) is None:
        return _refuse(BotApiRefusal(401, "Unauthorized"))
    content = picture_bytes(telegram.world, request.match_info["path"])
    if content is None:
        return _refuse(BotApiRefusal(404, "Not Found"))
    return web.Response(body=content, content_type="application/octet-stream")
