"""The control API over HTTP: which request does what, and mistakes as 400 with a sentence."""

import json
from collections.abc import Awaitable, Callable
from typing import Final, TypeAlias

from aiohttp import web

from . import control_acting as acting
from . import control_founding as founding
from . import control_trials as trials
from . import control_watching as watching
from .asked import Asked
from .bot_api import TELEGRAM
from .pictures import picture_bytes
from .refusals import Mistake, Refusal
from .telegram import Telegram

Act: TypeAlias = Callable[[Telegram, Asked], Awaitable[object]]

ROUTES: Final[dict[tuple[str, str], Act]] = {
    ("POST", "/sim/bots"): founding.make_bot,
    ("GET", "/sim/bots"): watching.see_bots,
    ("POST", "/sim/users"): founding.make_person,
    ("GET", "/sim/users"): watching.see_people,
    ("POST", "/sim/groups"): founding.make_group,
    ("GET", "/sim/groups"): watching.see_groups,
    ("GET", "/sim/commands"): watching.see_commands,
    ("POST", "/sim/messages"): acting.write,
    ("GET", "/sim/messages"): watching.see_messages,
    ("GET", "/sim/chats"): watching.see_chats,
    ("POST", "/sim/taps"): acting.tap,
    ("GET", "/sim/taps/{callback_query_id}"): acting.see_tap,
    ("GET", "/sim/events"): watching.see_events,
    ("GET", "/sim/calls"): watching.see_calls,
    ("POST", "/sim/block"): acting.block,
    ("POST", "/sim/unblock"): acting.unblock,
    ("POST", "/sim/leave"): acting.leave,
    ("POST", "/sim/join"): acting.join,
    ("POST", "/sim/migrate"): acting.migrate,
    ("POST", "/sim/redeliver"): trials.redeliver,
    ("POST", "/sim/updates"): trials.inject,
    ("POST", "/sim/faults"): trials.add_fault,
    ("GET", "/sim/faults"): trials.see_faults,
    ("DELETE", "/sim/faults"): trials.clear_faults,
    ("POST", "/sim/clock"): trials.move_clock,
    ("GET", "/sim/healthz"): watching.see_health,
}


def add_control(app: web.Application) -> None:
    """Put the control API under /sim."""
    for (verb, path), act in ROUTES.items():
        app.router.add_route(verb, path, _handler(act))
    app.router.add_get("/sim/files/{file_id}", show_picture)


async def show_picture(request: web.Request) -> web.Response:
    """GET /sim/files/{file_id}: a picture of a message, for the chat page."""
    world = request.app[TELEGRAM].world
    file = world.files.get(request.match_info["file_id"])
    content = picture_bytes(world, file.file_path) if file else None
    if file is None or content is None:
        return web.json_response({"error": "There is no such picture."}, status=400)
    kind = file.file_path.rpartition(".")[2].replace("jpg", "jpeg")
    return web.Response(body=content, content_type=f"image/{kind}")


def _handler(act: Act) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def handle(request: web.Request) -> web.Response:
        try:
            return web.json_response(await act(request.app[TELEGRAM], await _asked(request)))
        except Mistake as mistake:
            return web.json_response({"error": str(mistake)}, status=400)
        except Refusal as refusal:
            return web.json_response({"error": refusal.description}, status=400)

    return handle


async def _asked(request: web.Request) -> Asked:
    values: dict[str, object] = dict(request.query)
    if request.can_read_body:
        try:
            body = json.loads(await request.text())
        except ValueError as error:
            raise Mistake("The body is not JSON.") from error
        if not isinstance(body, dict):
            raise Mistake("The body must be a JSON object.")
        values.update(body)
    return Asked(values={**values, **request.match_info})
