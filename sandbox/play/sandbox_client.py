"""Calls the sandboxes over HTTP, as the chat page does. Every refusal becomes a PlayError."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

import aiohttp

REQUEST_TIMEOUT = aiohttp.ClientTimeout(total=90)


class PlayError(Exception):
    """The scene did not go as written. The sentence says what was expected and what was seen."""


@dataclass(frozen=True, slots=True)
class SandboxClient:
    """An HTTP client of one sandbox."""

    base_url: str
    session: aiohttp.ClientSession

    async def get(self, path: str, **query: str | int | float) -> object:
        """Send a GET request and return the JSON answer."""
        async with self.session.get(f"{self.base_url}{path}", params=query) as answer:
            return await self._read_answer(answer, path)

    async def post(self, path: str, body: Mapping[str, object]) -> object:
        """Send a POST request and return the JSON answer."""
        async with self.session.post(f"{self.base_url}{path}", json=dict(body)) as answer:
            return await self._read_answer(answer, f"{path} {dict(body)}")

    async def delete(self, path: str) -> object:
        """Send a DELETE request and return the JSON answer."""
        async with self.session.delete(f"{self.base_url}{path}") as answer:
            return await self._read_answer(answer, path)

    async def _read_answer(self, answer: aiohttp.ClientResponse, request_text: str) -> object:
        if answer.status != 200:
            raise PlayError(f"The sandbox refused {request_text}: {await answer.text()}")
        content: object = await answer.json()
        return content


@asynccontextmanager
async def open_sandbox_client(address: str) -> AsyncIterator[SandboxClient]:
    """Open a connection pool to one sandbox."""
    async with aiohttp.ClientSession(timeout=REQUEST_TIMEOUT, connector=aiohttp.TCPConnector(limit=0)) as session:
        yield SandboxClient(address, session)


def json_object(value: object) -> dict[str, object]:
    """Return the value as a JSON object. Raise PlayError when it is none."""
    if not isinstance(value, dict):
        raise PlayError(f"The sandbox answered {value!r} where an object was expected.")
    return value


def json_objects(value: object) -> list[dict[str, object]]:
    """Return the value as a list of JSON objects. Raise PlayError when it is none."""
    if not isinstance(value, list):
        raise PlayError(f"The sandbox answered {value!r} where a list was expected.")
    return [json_object(each) for each in value]


def json_integer(value: object) -> int:
    """Return the value as a whole number. Raise PlayError when it is none."""
    if not isinstance(value, int):
        raise PlayError(f"The sandbox answered {value!r} where a whole number was expected.")
    return value
