"""aiogram's session, whose answers are read with models that are kept.

aiogram asks pydantic for the model of an answer each time one comes, and pydantic keeps a model as long as somebody
has it: it was built anew for every answer, a twelfth of the bot's processor time.
"""

from functools import cache
from typing import Any

from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.methods import Response, TelegramMethod
from aiogram.methods.base import TelegramType


class CachingSession(AiohttpSession):
    """As aiogram's."""

    def check_response(
        self, bot: Bot, method: TelegramMethod[TelegramType], status_code: int, content: str
    ) -> Response[TelegramType]:
        """As aiogram's; raises what it raises."""
        _response_model(method.__returning__)
        return super().check_response(bot, method, status_code, content)


@cache
def _response_model(result: Any) -> type[Response[Any]]:
    return Response[result]
