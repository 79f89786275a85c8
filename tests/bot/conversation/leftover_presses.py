"""Presses of all buttons that stand in a chat above the newest message, and what each of them led to."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from redis.asyncio import Redis
from sqlalchemy import Table

from domain.messaging.buttons import Tap
from domain.messaging.tables import notification
from domain.orders.drafts.tables import draft
from domain.orders.tables import orders
from domain.reconciliation.tables import discrepancy
from domain.refunds.tables import refund
from domain.saga.tables import saga
from tests.stack.bot_stack import BotStack, BotUser, Json
from tests.stack.decided_rows import decided_rows

DECIDED: tuple[Table, ...] = (orders, saga, discrepancy, refund, notification)
BASKET = ("store_name", "items", "drop_point", "note", "delivery_fee", "tip")
# What may be done at any time, wherever its button stands.
STILL_MEANT = frozenset({Tap.ADD_CARD, Tap.ORDER_FOOD, Tap.REMOVE_CARD_SURE})
Chat = Mapping[int, tuple[str, Any]]  # message id -> its text and buttons


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftoverPress:
    """A button that was left, and the answer to its press: words on the button's answer, or in the chat."""

    label: str
    data: str
    under: str  # the beginning of its message
    said: str | None  # in the answer to the tap
    shown: tuple[str, ...]  # messages that are new or changed
    acted: bool  # something that was decided before is different

    @property
    def is_silent(self) -> bool:
        """Return whether the person sees nothing of the press."""
        return not self.said and not self.shown


async def reset_rate_limit(stack: BotStack, one: BotUser) -> None:
    """Empty the rate limits, so that no tap is refused for being too fast."""
    redis = Redis.from_url(stack.settings.redis_url)
    await redis.delete(f"campusg:actions:{one.id}")
    await redis.aclose()


async def press_leftovers(one: BotUser) -> list[LeftoverPress]:
    """Press each button above the newest message of the person's chat, as long as it stands there."""
    *older, _newest = await one.messages()
    presses = []
    for left in older:
        for data in [button["data"] for button in _buttons(left) if button.get("data")]:
            (message,) = [each for each in await one.messages() if each["message_id"] == left["message_id"]]
            shown = [button for button in _buttons(message) if button.get("data") == data]
            presses += [await _press(one, message, button) for button in shown]
    return presses


def _buttons(message: Json) -> list[Json]:
    return [button for row in message.get("buttons") or () for button in row]


async def _press(one: BotUser, message: Json, button: Json) -> LeftoverPress:
    await reset_rate_limit(one.stack, one)
    before, decided = await _chat(one), await _decided(one)
    answer = await one.forge_tap(button["data"], message_id=message["message_id"])
    after = await _chat(one)
    is_meant = Tap(button["data"].split(":")[1]) in STILL_MEANT
    return LeftoverPress(
        label=button["text"],
        data=button["data"],
        under=message["text"][:40],
        said=answer.get("text"),
        shown=tuple(text for number, (text, rows) in after.items() if before.get(number) != (text, rows)),
        acted=not is_meant and await _decided(one) != decided,
    )


async def _chat(one: BotUser) -> Chat:
    found = {each["message_id"]: (each["text"], each.get("buttons")) for each in await one.messages()}
    return MappingProxyType(found)


async def _decided(one: BotUser) -> list[Json]:
    """Return what no leftover may change: what was decided, and what is in the person's basket."""
    rows = [await decided_rows(one.stack, table) for table in DECIDED]
    baskets = await one.stack.rows(draft, draft.c.person_id == one.id)
    return [*rows, [[basket[name] for name in BASKET] for basket in baskets]]
