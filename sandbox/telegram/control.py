"""The routes of the control API; an invalid request is answered with 400 and a sentence."""

import json
from collections.abc import Awaitable, Callable
from typing import Final, TypeAlias

from aiohttp import web

from sandbox.telegram import control_acting, control_creating, control_faults, control_queries, control_rights
from sandbox.telegram.bot_api import TELEGRAM
from sandbox.telegram.bot_api_refusals import BotApiRefusal, ControlRequestError
from sandbox.telegram.control_request import ControlRequest
from sandbox.telegram.photo_files import picture_bytes
from sandbox.telegram.telegram_sandbox import TelegramSandbox

ControlAction: TypeAlias = Callable[[TelegramSandbox, ControlRequest], Awaitable[object]]

ROUTES: Final[dict[tuple[str, str], ControlAction]] = {
    ("POST", "/sim/bots"): control_creating.make_bot,
    ("GET", "/sim/bots"): control_queries.show_bots,
    ("POST", "/sim/users"): control_creating.make_person,
    ("GET", "/sim/users"): control_queries.show_people,
    ("POST", "/sim/groups"): control_creating.make_group,
    ("GET", "/sim/groups"): control_queries.show_groups,
    ("GET", "/sim/commands"): control_queries.show_commands,
    ("POST", "/sim/messages"): control_acting.write_as_person,
    ("GET", "/sim/messages"): control_queries.show_messages,
    ("GET", "/sim/chats"): control_queries.show_chats,
    ("POST", "/sim/edits"): control_acting.edit_as_person,
    ("POST", "/sim/albums"): control_acting.write_album,
    ("POST", "/sim/taps"): control_acting.tap_button,
    ("POST", "/sim/web_apps"): control_acting.open_web_app,
    ("GET", "/sim/taps/{callback_query_id}"): control_acting.show_tap_answer,
    ("GET", "/sim/events"): control_queries.show_events,
    ("GET", "/sim/calls"): control_queries.show_calls,
    ("POST", "/sim/block"): control_acting.block_bot,
    ("POST", "/sim/unblock"): control_acting.unblock_bot,
    ("POST", "/sim/leave"): control_acting.leave_group,
    ("POST", "/sim/join"): control_acting.join_group,
    ("POST", "/sim/migrate"): control_acting.migrate_group,
    ("POST", "/sim/redeliver"): control_faults.redeliver_update,
    ("POST", "/sim/updates"): control_faults.inject_update,
    ("POST", "/sim/faults"): control_faults.add_telegram_fault,
    ("GET", "/sim/faults"): control_faults.show_telegram_faults,
    ("DELETE", "/sim/faults"): control_faults.clear_telegram_faults,
    ("POST", "/sim/rights"): control_rights.set_rights,
    ("POST", "/sim/botfather"): control_rights.set_bot_settings,
    ("POST", "/sim/permissions"): control_rights.set_permissions,
    ("POST", "/sim/delete_group"): control_rights.delete_group,
    ("POST", "/sim/topics"): control_rights.set_topic,
    ("POST", "/sim/tokens"): control_faults.revoke_token,
    ("POST", "/sim/webhooks"): control_faults.trouble_webhook,
    ("POST", "/sim/limits"): control_faults.set_send_limits,
    ("POST", "/sim/clock"): control_faults.move_telegram_clock,
}


def add_control(app: web.Application) -> None:
    """Add the routes of the control API to the application."""
    for (verb, path), action in ROUTES.items():
        app.router.add_route(verb, path, _make_handler(action))
    app.router.add_get("/sim/files/{file_id}", show_picture)


async def show_picture(request: web.Request) -> web.Response:
    """GET /sim/files/{file_id}: return the picture of a message, for the chat page."""
    world = request.app[TELEGRAM].world
    file = world.files.get(request.match_info["file_id"])
    content = picture_bytes(world, file.file_path) if file else None
    if file is None or content is None:
        return web.json_response({"error": "There is no such picture."}, status=400)
    kind = file.file_path.rpartition(".")[2].replace("jpg", "jpeg")
    return web.Response(body=content, content_type=f"image/{kind}")


def _make_handler(action: ControlAction) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def handle(request: web.Request) -> web.Response:
        try:
            return web.json_response(await action(request.app[TELEGRAM], await _read_control_request(request)))
        except ControlRequestError as mistake:
            return web.json_response({"error": str(mistake)}, status=400)
        except BotApiRefusal as refusal:
            return web.json_response({"error": refusal.description}, status=400)

    return handle


async def _read_control_request(request: web.Request) -> ControlRequest:
    values: dict[str, object] = dict(request.query)
    if request.can_read_body:
        try:
            body = json.loads(await request.text())
        except ValueError as error:
            raise ControlRequestError("The body is not JSON.") from error
        if not isinstance(body, dict):
            raise ControlRequestError("The body must be a JSON object.")
        values.update(body)
    return ControlRequest(values={**values, **request.match_info})
