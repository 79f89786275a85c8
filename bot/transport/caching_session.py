"""aiogram's session with a cache of the models of responses.

aiogram asks pydantic for the model of each response, and pydantic keeps a model only while it is referenced. So each
response built its model again, which took a twelfth of the bot's processor time.
"""

from functools import cache
from typing import Any

from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.methods import Response, TelegramMethod
from aiogram.methods.base import TelegramType


class CachingSession(AiohttpSession):
    """aiogram's session that keeps the models of responses."""

    def check_response(
        self, bot: Bot, method: TelegramMethod[TelegramType], status_code: int, content: str
    ) -> Response[TelegramType]:
        """Return and raise what aiogram's own method does."""
        _response_model(method.__returning__)
        return super().check_response(bot, method, status_code, content)


@cache
def _response_model(result: Any) -> type[Response[Any]]:
    return Response[result]
