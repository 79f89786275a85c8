"""A client for tests of the sandbox: one bot, people and groups, all over HTTP."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from sandbox.people.control_clients import Json as Json
from sandbox.people.control_clients import TelegramControl

TOKEN, USERNAME = "4711:desk-token", "campus_bot"
ANA, BEN, EVE = 1001, 1002, 1003


@dataclass(frozen=True, slots=True)
class TelegramClient(TelegramControl):
    """Calls one running sandbox, as the bot and as the people."""

    token: str = TOKEN

    async def bot(self, method: str, **parameters: Json) -> Json:
        """Call the Bot API with a form, check that status and error_code agree, and return the whole answer."""
        form = {name: value if isinstance(value, str) else json.dumps(value) for name, value in parameters.items()}
        async with self.session.post(f"{self.url}/bot{self.token}/{method}", data=form) as response:
            answer = await response.json()
            assert response.status == answer.get("error_code", 200)
            return answer

    async def bot_result(self, method: str, **parameters: Json) -> Json:
        """Call the Bot API, and return the result of a call that must succeed."""
        answer = await self.bot(method, **parameters)
        assert answer["ok"], answer
        return answer["result"]

    async def bot_refusal(self, method: str, **parameters: Json) -> str:
        """Call the Bot API, and return the description of a call that must be refused."""
        answer = await self.bot(method, **parameters)
        assert not answer["ok"], answer
        return str(answer["description"])

    async def control_refusal(self, path: str, *, verb: str = "POST", **body: Json) -> str:
        """Return the sentence of a control request that must be refused."""
        named = {name.rstrip("_"): value for name, value in body.items()}
        async with self.session.request(verb, f"{self.url}/sim/{path}", json=named) as response:
            answer = await response.json()
            assert response.status == 400, answer
            return str(answer["error"])

    async def send_text(self, person: int, text: str, chat: Json = f"@{USERNAME}", **more: Json) -> Json:
        """Let a person send a text, and return the message."""
        return (await self.post("messages", from_=person, chat=chat, text=text, **more))["message"]

    async def messages_of(self, person: int, chat: Json = f"@{USERNAME}") -> Json:
        """Return the messages a person has in a chat."""
        return await self.get("messages", chat=chat, user=person)

    async def tap_label(self, person: int, message_id: int, label: str, chat: Json = f"@{USERNAME}") -> str:
        """Let a person tap the button with this label, and return the callback_query_id."""
        tapped = await self.post("taps", from_=person, chat=chat, message_id=message_id, label=label)
        return str(tapped["callback_query_id"])

    async def add_group(
        self, *, people: tuple[int, ...] = (ANA, BEN), admin: bool = False, kind: str = "supergroup"
    ) -> int:
        """Create a group with these people and the bot, and return its id."""
        admins = [USERNAME] if admin else []
        made = await self.post("groups", title="Runners", members=people, bots=[USERNAME], admins=admins, type=kind)
        return int(made["id"])

    async def get_updates(self, **parameters: Json) -> Json:
        """Return what the bot gets by polling."""
        return await self.bot_result("getUpdates", **parameters)

    async def wait_until(self, look: Callable[[], Awaitable[Json]], fact: Callable[[Json], bool]) -> Json:
        """Call `look` until `fact` accepts its result, and return that. Raise TimeoutError after ten seconds."""
        async with asyncio.timeout(10):
            while True:
                seen = await look()
                if fact(seen):
                    return seen

    async def set_up(self) -> None:
        """Create one bot and three people, and let Ana start the bot."""
        await self.post("bots", token=self.token, username=USERNAME, name="Campus")
        for identity, name in ((ANA, "Ana"), (BEN, "Ben"), (EVE, "Eve")):
            await self.post("users", id=identity, first_name=name, language_code="en")
        await self.send_text(ANA, "/start")
        await self.get_updates(offset=999_999_999)


def button_row(*labels: str) -> Json:
    """Return a keyboard of one row, whose buttons send their labels."""
    return {"inline_keyboard": [[{"text": label, "callback_data": label.lower()} for label in labels]]}
