"""The commands a person is offered: set by scope and language, read as a client reads them."""

from tests.sandbox.telegram.desk import ANA, BEN, Desk, Json

CHAT = "@campus_bot"


def named(*names: str) -> Json:
    """Commands of these names."""
    return [{"command": name, "description": f"to {name}"} for name in names]


async def offered(desk: Desk, person: int, chat: Json = CHAT) -> list[str]:
    """What the menu of this person's chat lists."""
    found = await desk.look("commands", chat=chat, user=person)
    assert all(command["bot"] == "campus_bot" for command in found)
    return [command["command"] for command in found]


async def test_the_narrowest_scope_counts_in_a_private_chat(desk: Desk) -> None:
    assert await offered(desk, ANA) == []
    await desk.done("setMyCommands", commands=named("start"))
    await desk.done("setMyCommands", commands=named("start", "me"), scope={"type": "all_private_chats"})
    await desk.done("setMyCommands", commands=named("jobs"), scope={"type": "chat", "chat_id": ANA})
    assert await offered(desk, ANA) == ["jobs"]
    assert await offered(desk, BEN) == ["start", "me"]
    await desk.done("deleteMyCommands", scope={"type": "chat", "chat_id": str(ANA)})
    assert await offered(desk, ANA) == ["start", "me"]


async def test_a_group_offers_its_admins_more(desk: Desk) -> None:
    made = await desk.sim("groups", title="Admins", members=[ANA, BEN], bots=["campus_bot"], admins=[ANA])
    group = made["id"]
    await desk.done("setMyCommands", commands=named("start"))
    await desk.done("setMyCommands", commands=named("board"), scope={"type": "chat", "chat_id": group})
    await desk.done("setMyCommands", commands=named("stuck"), scope={"type": "chat_administrators", "chat_id": group})
    alone = {"type": "chat_member", "chat_id": group, "user_id": BEN}
    assert [await offered(desk, person, group) for person in (ANA, BEN)] == [["stuck"], ["board"]]
    await desk.done("setMyCommands", commands=named("help"), scope=alone)
    assert await offered(desk, BEN, group) == ["help"]


async def test_the_persons_language_goes_before_none(desk: Desk) -> None:
    await desk.done("setMyCommands", commands=named("start"))
    await desk.done("setMyCommands", commands=named("begin"), language_code="en")
    assert await offered(desk, ANA) == ["begin"]


async def test_a_scope_that_is_not_there_is_refused(desk: Desk) -> None:
    unknown = {"commands": named("jobs"), "scope": {"type": "chat", "chat_id": BEN}}
    assert await desk.refusal("setMyCommands", **unknown) == "Bad Request: chat not found"
    nonsense = {"commands": named("jobs"), "scope": {"type": "everywhere"}}
    assert "[sandbox] there is no scope" in await desk.refusal("setMyCommands", **nonsense)
