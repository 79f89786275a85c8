"""Tests of the commands offered to a person: set by scope and language, read as a client reads them."""

from sandbox.people.control_clients import Json
from tests.sandbox.telegram.telegram_client import ANA, BEN, TelegramClient

CHAT = "@campus_bot"


def command_list(*names: str) -> Json:
    """Return commands of these names."""
    return [{"command": name, "description": f"to {name}"} for name in names]


async def offered_commands(client: TelegramClient, person: int, chat: Json = CHAT) -> list[str]:
    """Return the names in the command menu of this person's chat."""
    found = await client.get("commands", chat=chat, user=person)
    assert all(command["bot"] == "campus_bot" for command in found)
    return [command["command"] for command in found]


async def test_the_narrowest_scope_counts_in_a_private_chat(client: TelegramClient) -> None:
    assert await offered_commands(client, ANA) == []
    await client.bot_result("setMyCommands", commands=command_list("start"))
    await client.bot_result("setMyCommands", commands=command_list("start", "me"), scope={"type": "all_private_chats"})
    await client.bot_result("setMyCommands", commands=command_list("jobs"), scope={"type": "chat", "chat_id": ANA})
    assert await offered_commands(client, ANA) == ["jobs"]
    assert await offered_commands(client, BEN) == ["start", "me"]
    await client.bot_result("deleteMyCommands", scope={"type": "chat", "chat_id": str(ANA)})
    assert await offered_commands(client, ANA) == ["start", "me"]


async def test_a_group_offers_its_admins_more(client: TelegramClient) -> None:
    made = await client.post("groups", title="Admins", members=[ANA, BEN], bots=["campus_bot"], admins=[ANA])
    group = made["id"]
    await client.bot_result("setMyCommands", commands=command_list("start"))
    await client.bot_result("setMyCommands", commands=command_list("board"), scope={"type": "chat", "chat_id": group})
    await client.bot_result(
        "setMyCommands", commands=command_list("stuck"), scope={"type": "chat_administrators", "chat_id": group}
    )
    alone = {"type": "chat_member", "chat_id": group, "user_id": BEN}
    assert [await offered_commands(client, person, group) for person in (ANA, BEN)] == [["stuck"], ["board"]]
    await client.bot_result("setMyCommands", commands=command_list("help"), scope=alone)
    assert await offered_commands(client, BEN, group) == ["help"]


async def test_the_persons_language_goes_before_none(client: TelegramClient) -> None:
    await client.bot_result("setMyCommands", commands=command_list("start"))
    await client.bot_result("setMyCommands", commands=command_list("begin"), language_code="en")
    assert await offered_commands(client, ANA) == ["begin"]


async def test_a_scope_that_is_not_there_is_refused(client: TelegramClient) -> None:
    unknown = {"commands": command_list("jobs"), "scope": {"type": "chat", "chat_id": BEN}}
    assert await client.bot_refusal("setMyCommands", **unknown) == "Bad Request: chat not found"
    nonsense = {"commands": command_list("jobs"), "scope": {"type": "everywhere"}}
    assert "[sandbox] there is no scope" in await client.bot_refusal("setMyCommands", **nonsense)
