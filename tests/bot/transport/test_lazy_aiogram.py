"""The lazy import of aiogram: pydantic builds a type at its first use, and the type can then parse an update."""

import subprocess
import sys

from tests.stack.shared_servers import PROJECT

IMPORT_SCRIPT = """
from bot.transport.lazy_aiogram import import_aiogram
import_aiogram()
from aiogram import types
from pydantic import BaseModel

all_types = [item for item in vars(types).values() if isinstance(item, type) and issubclass(item, types.TelegramObject)]
print(len(all_types) > 400, sum(telegram_type.__pydantic_complete__ for telegram_type in all_types))
photo = {"file_id": "1", "file_unique_id": "1", "width": 7, "height": 7}
message = {"game": {"title": "", "description": "", "photo": [photo]}, "message_id": 1, "date": 1}
update = {"update_id": 1, "message": message | {"chat": {"id": 1, "type": "private"}}}
print(types.Update.model_validate(update).message.game.photo[0].width)
"""


def test_no_type_is_built_before_its_first_use_and_then_it_finds_the_types_of_its_fields() -> None:
    completed = subprocess.run(
        [sys.executable, "-c", IMPORT_SCRIPT], cwd=PROJECT, capture_output=True, text=True, check=True
    )
    assert completed.stdout.splitlines() == ["True 0", "7"]
