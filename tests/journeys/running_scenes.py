"""Scenes in the test stack that all journeys share: a failure shows what was printed."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from bot.transport.replies.closed_copies import ORDER_MESSAGE_TAPS
from domain.messaging.buttons import MENU_SCREEN
from sandbox.people.chat_observer import ChatObserver
from sandbox.people.control_clients import PlayError
from sandbox.people.observed_messages import ChatRef, ObservedMessage
from sandbox.people.populated_stack import PopulatedStack, SceneContext, wait_until_found
from sandbox.play.money_check import check_order_money
from sandbox.play.scenes import Scene

MAX_SHOWN_PARAGRAPHS = 40  # how many printed paragraphs of a failed scene are shown
ALL_HANDLED_SQL = (
    "SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM telegram_update WHERE handled_at IS NULL AND NOT dead_lettered)"
)
HANDLE_TIMEOUT_SECONDS = 10.0
CLOSING_TIMEOUT_SECONDS = 10.0  # an edit follows the message that closes it


@asynccontextmanager
async def running_scene(stack: PopulatedStack, campus: str = "east") -> AsyncIterator[SceneContext]:
    """Open a scene with new people. When it fails, raise AssertionError with what was printed."""
    paragraphs: list[str] = []
    try:
        async with stack.open_scene(stack.campuses[campus], paragraphs.append) as scene:
            yield scene
    except PlayError as failure:
        raise AssertionError("\n".join([*paragraphs[-MAX_SHOWN_PARAGRAPHS:], str(failure)])) from failure


async def play_scene(stack: PopulatedStack, scene: Scene, campus: str = "east") -> None:
    """Play a scene to its end and check the money."""
    async with running_scene(stack, campus) as context:
        ended = await scene(context)
        for expected in ended:
            await check_order_money(context.stripe, expected)
        await assert_one_live_message(context.observer, [expected.order_id for expected in ended])


async def assert_one_live_message(observer: ChatObserver, orders: Sequence[int]) -> None:
    """Fail unless each chat comes to have at most one message with buttons of each order."""

    async def are_single() -> bool | None:
        return True if not doubled_messages(observer, orders) else None

    try:
        await wait_until_found(are_single, "one live message", timeout=CLOSING_TIMEOUT_SECONDS)
    except PlayError:
        doubled = doubled_messages(observer, orders)
        shown = {each: [(one.text, [b.label for b in one.buttons]) for one in found] for each, found in doubled.items()}
        raise AssertionError(f"several live messages of one order in one chat: {shown}") from None


def doubled_messages(
    observer: ChatObserver, orders: Sequence[int]
) -> dict[tuple[ChatRef, int], Sequence[ObservedMessage]]:
    """Return the messages with buttons of an order, where a chat has more than one."""
    live = {
        (chat, order): [one for one in messages.values() if order in acted_on(one)]
        for chat, messages in observer.messages.items()
        for order in orders
    }
    return {place: found for place, found in live.items() if len(found) > 1}


def acted_on(message: ObservedMessage) -> set[int]:
    """Return the orders that a button of the message acts on as the order message does: it carries their version."""
    return {
        button.subject or 0
        for button in message.buttons
        if button.action in ORDER_MESSAGE_TAPS and int((button.data or "").rpartition(":")[2]) > MENU_SCREEN
    }


async def wait_until_handled(stack: PopulatedStack) -> None:
    """Wait until the bot has handled every update."""
    await stack.wait_for_row(ALL_HANDLED_SQL, timeout=HANDLE_TIMEOUT_SECONDS)
