"""The stand-in's send limits: as strict as Telegram's, for each chat and for the bot, and off until they are wanted."""

from collections.abc import Sequence

from sandbox.telegram.bot_api_refusals import BotApiRefusal
from sandbox.telegram.send_limits import SendLimits
from tests.sandbox.telegram.telegram_client import ANA, TelegramClient

BOT, GROUP = 7, -1001


def waits(limits: SendLimits, calls: Sequence[tuple[float, str, int]]) -> list[int]:
    """What each call (time, method, chat) is told to wait, in seconds; 0 for one that is done."""
    told = []
    for now, method, chat in calls:
        try:
            limits.check(BOT, method, chat, now)
            told.append(0)
        except BotApiRefusal as refusal:
            told.append(int(str((refusal.parameters or {})["retry_after"])))
    return told


def test_a_private_chat_takes_one_message_a_second_with_short_bursts() -> None:
    limits = SendLimits(enabled=True)
    assert waits(limits, [(0.0, "sendMessage", ANA)] * 6) == [0, 0, 0, 0, 0, 5]
    assert waits(limits, [(4.9, "editMessageText", ANA), (5.0, "editMessageText", ANA)]) == [1, 0]


def test_a_group_takes_twenty_messages_and_twenty_edits_a_minute() -> None:
    limits = SendLimits(enabled=True)
    for method in ("sendMessage", "editMessageText"):
        assert waits(limits, [(0.0, method, GROUP)] * 10 + [(2.0, method, GROUP)] * 11) == [0] * 20 + [58]
    assert waits(limits, [(3.0, "sendMessage", ANA), (3.0, "answerCallbackQuery", GROUP)]) == [0, 0]


def test_a_bot_sends_thirty_messages_a_second_to_all_chats() -> None:
    limits = SendLimits(enabled=True)
    assert waits(limits, [(0.0, "sendMessage", chat) for chat in range(1, 32)]) == [0] * 30 + [1]


async def test_the_limits_are_off_until_they_are_turned_on(client: TelegramClient) -> None:
    for _ in range(8):
        await client.bot_result("sendMessage", chat_id=ANA, text="x")
    assert await client.post("limits", enabled=True) == {"enabled": True}
    answers = [await client.bot("sendMessage", chat_id=ANA, text="x") for _ in range(6)]
    assert [each["ok"] for each in answers] == [True] * 5 + [False]
    assert answers[-1]["error_code"] == 429
    assert answers[-1]["parameters"]["retry_after"] in range(1, 6)
