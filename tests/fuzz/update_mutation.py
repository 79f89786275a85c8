"""Breaks an update a little: a part removed, of a wrong type, huge, deep, or from elsewhere."""

import copy
import json
from random import Random

from tests.fuzz.input_strategies import Json, mutable_places

DEEP_LIST: Json = json.loads("[" * 60 + "]" * 60)
DEEP_OBJECT: Json = json.loads('{"reply_to_message":' * 40 + "{}" + "}" * 40)
WRONG_VALUES: tuple[Json, ...] = (
    *(None, True, 0, -1, 1.5, 2**31, 2**53, 2**63 - 1, -(2**63), 2**63, 10**40, float("nan"), float("inf")),
    *("", " ", "\x00", "\ud800", "0", "null", "<b>", "{$x}", "'; --", "🍜" * 200, "x" * 5000, "private", "supergroup"),
    *([], {}, [[]], {"": ""}, {"\x00": "\x00"}, {"id": 1}, [{"type": "bot_command", "offset": -9, "length": 10**6}]),
    *(DEEP_LIST, DEEP_OBJECT),
)


def mutate_update(rng: Random, update: Json, kinds: tuple[str, ...]) -> Json:
    """Return the update with one to three changes. Its number stays, so that it can be found again."""
    body = copy.deepcopy({kind: part for kind, part in update.items() if kind != "update_id"})
    for _ in range(rng.randint(1, 3)):
        spots = [(holder, name) for holder, name in mutable_places(body) if not _is_of_chat(holder, name)]
        if not spots:
            break
        holder, name = rng.choice(spots)
        match rng.randrange(5):
            case 0:
                del holder[name]
            case 1 if isinstance(name, str):
                holder[rng.choice(("", "x", "\x00", name.upper(), *kinds))] = holder.pop(name)
            case _:
                holder[name] = copy.deepcopy(rng.choice(WRONG_VALUES))
    return {"update_id": update["update_id"], **body}


def _is_of_chat(found: Json, name: object) -> bool:
    """Return whether a field decides the kind of chat.

    A group with a person's number would be shown private screens, which have no button to leave them in a group.
    """
    return name in ("id", "type") and "id" in found and "type" in found
