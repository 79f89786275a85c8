"""A desk to test the sandbox from: one bot, people and groups, all over HTTP."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

import aiohttp

Json: TypeAlias = Any  # what an answer holds; each test says what it expects of it

TOKEN, USERNAME = "4711:desk-token", "campus_bot"
ANA, BEN, EVE = 1001, 1002, 1003


@dataclass(frozen=True, slots=True, kw_only=True)
class TelegramClient:
    """Speaks to one running sandbox, as the bot and as everybody else."""

    url: str
    session: aiohttp.ClientSession
    token: str = TOKEN

    async def bot(self, method: str, **parameters: Json) -> Json:
        """The whole answer of a Bot API call, sent as a form; also checks that status and error_code agree."""
        form = {name: value if isinstance(value, str) else json.dumps(value) for name, value in parameters.items()}
        async with self.session.post(f"{self.url}/bot{self.token}/{method}", data=form) as response:
            answer = await response.json()
            assert response.status == answer.get("error_code", 200)
            return answer

    async def bot_result(self, method: str, **parameters: Json) -> Json:
        """The result of a Bot API call that must go well."""
        answer = await self.bot(method, **parameters)
        assert answer["ok"], answer
        return answer["result"]

    async def bot_refusal(self, method: str, **parameters: Json) -> str:
        """The description of a Bot API call that must be refused."""
        answer = await self.bot(method, **parameters)
        assert not answer["ok"], answer
        return str(answer["description"])

    async def control(self, path: str, *, verb: str = "POST", **body: Json) -> Json:
        """A control request that must go well; a trailing underscore keeps `from_` apart from the keyword."""
        answer, status = await self.control_response(path, verb=verb, **body)
        assert status == 200, answer
        return answer

    async def control_refusal(self, path: str, **body: Json) -> str:
        """The sentence of a control request that must be refused."""
        answer, status = await self.control_response(path, **body)
        assert status == 400, answer
        return str(answer["error"])

    async def control_response(self, path: str, *, verb: str = "POST", **body: Json) -> tuple[Json, int]:
        """A control request: its answer and status."""
        named = {name.rstrip("_"): value for name, value in body.items()}
        async with self.session.request(verb, f"{self.url}/sim/{path}", json=named) as response:
            return await response.json(), response.status

    async def inspect(self, path: str, **query: Json) -> Json:
        """A control request that only looks."""
        async with self.session.get(f"{self.url}/sim/{path}", params=query) as response:
            assert response.status == 200, await response.text()
            return await response.json()

    async def send_text(self, person: int, text: str, chat: Json = f"@{USERNAME}", **more: Json) -> Json:
        """A person writes; gives the message."""
        return (await self.control("messages", from_=person, chat=chat, text=text, **more))["message"]

    async def messages_of(self, person: int, chat: Json = f"@{USERNAME}") -> Json:
        """The messages a person has in a chat."""
        return await self.inspect("messages", chat=chat, user=person)

    async def tap(self, person: int, message_id: int, label: str, chat: Json = f"@{USERNAME}") -> str:
        """A person presses a button; gives the callback_query_id."""
        tapped = await self.control("taps", from_=person, chat=chat, message_id=message_id, label=label)
        return str(tapped["callback_query_id"])

    async def add_group(
        self, *, people: tuple[int, ...] = (ANA, BEN), admin: bool = False, kind: str = "supergroup"
    ) -> int:
        """A group with these people and the bot; gives its id."""
        admins = [USERNAME] if admin else []
        made = await self.control("groups", title="Runners", members=people, bots=[USERNAME], admins=admins, type=kind)
        return int(made["id"])

    async def get_updates(self, **parameters: Json) -> Json:
        """What the bot gets by polling."""
        return await self.bot_result("getUpdates", **parameters)

    async def wait_until(self, look: Callable[[], Awaitable[Json]], fact: Callable[[Json], bool]) -> Json:
        """Look again and again until what is seen is as wished; gives it, or TimeoutError after ten seconds."""
        async with asyncio.timeout(10):
            while True:
                seen = await look()
                if fact(seen):
                    return seen

    async def set_up(self) -> None:
        """One bot and three people, of whom Ana has started the bot."""
        await self.control("bots", token=self.token, username=USERNAME, name="Campus")
        for identity, name in ((ANA, "Ana"), (BEN, "Ben"), (EVE, "Eve")):
            await self.control("users", id=identity, first_name=name, language_code="en")
        await self.send_text(ANA, "/start")
        await self.get_updates(offset=999_999_999)


def button_row(*labels: str) -> Json:
    """A keyboard of one row, whose buttons send their labels."""
    return {"inline_keyboard": [[{"text": label, "callback_data": label.lower()} for label in labels]]}
