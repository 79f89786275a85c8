"""The lazy import of aiogram: its types are built at first use, and equal the types of a normal import."""

import subprocess
import sys

from tests.shared_servers import PROJECT

IMPORT_SCRIPT = """
from bot.quick_aiogram import import_aiogram
import_aiogram()
from aiogram import types
from pydantic import BaseModel

known = [one for one in vars(types).values() if isinstance(one, type) and issubclass(one, types.TelegramObject)]
print(len(known) > 400, sum(one.__pydantic_complete__ for one in known))
photo = {"file_id": "1", "file_unique_id": "1", "width": 7, "height": 7}
started = {"game": {"title": "", "description": "", "photo": [photo]}, "message_id": 1, "date": 1}
update = {"update_id": 1, "message": started | {"chat": {"id": 1, "type": "private"}}}
print(types.Update.model_validate(update).message.game.photo[0].width)
"""


def test_no_type_is_built_before_its_first_use_and_then_it_knows_all_others() -> None:
    ran = subprocess.run([sys.executable, "-c", IMPORT_SCRIPT], cwd=PROJECT, capture_output=True, text=True, check=True)
    assert ran.stdout.splitlines() == ["True 0", "7"]
